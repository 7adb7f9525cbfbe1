"""A Sphinx extension: formulas as MathML, which browsers draw themselves, so that a page needs neither network nor script."""

from __future__ import annotations

from docutils.utils.math.latex2mathml import tex2mathml


def _written(translator, node, display):
    translator.body.append(tex2mathml(node.astext(), as_block=display))
    from docutils.nodes import SkipNode
    raise SkipNode


def setup(app):
    """Register the renderer `mathml`."""
    app.add_html_math_renderer("mathml", inline_renderers=(lambda self, node: _written(self, node, False), None),
                               block_renderers=(lambda self, node: _written(self, node, True), None))
    return {"parallel_read_safe": True}
