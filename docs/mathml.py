"""A Sphinx extension: formulas as MathML, which browsers draw themselves, so that a page needs neither network nor script."""

from __future__ import annotations

from docutils.nodes import SkipNode
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging


def _write(translator, node, display):
    """Append the formula of a node; a warning says where a formula cannot be read."""
    try:
        translator.body.append(tex2mathml(node.astext(), as_block=display))
    except MathError as error:
        logging.getLogger(__name__).warning("formula %r: %s", node.astext(), error, location=node)
    raise SkipNode


def setup(app):
    """Register the renderer `mathml`."""
    app.add_html_math_renderer("mathml", inline_renderers=(lambda self, node: _write(self, node, False), None),
                               block_renderers=(lambda self, node: _write(self, node, True), None))
    return {"parallel_read_safe": True}
