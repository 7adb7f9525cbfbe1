"""A lesson as a Jupyter notebook: cells begin with `# %%`, and comments below it are text."""

from __future__ import annotations

import ast
import json
import re


__all__ = ["as_notebook"]


def as_notebook(script: str) -> str:
    """Return the JSON of a notebook with the cells of a script.

    Parameters
    ----------
    script : str
        Source of a lesson: a docstring, then cells that begin with ``# %%``, each a text in comments followed
        by code.

    Returns
    -------
    str
        The notebook in the format of nbformat 4.5.
    """
    tree = ast.parse(script)
    end = tree.body[0].end_lineno or 0
    cells = [_cell("markdown", as_markdown(ast.get_docstring(tree) or ""))]
    for block in re.split(r"^# %%.*\n", "\n".join(script.splitlines()[end:]) + "\n", flags=re.MULTILINE):
        lines = block.splitlines()
        size = next((k for k, line in enumerate(lines) if not line.startswith("#")), len(lines))
        text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines[:size])
        cells += [_cell("markdown", as_markdown(text))] if text.strip() else []
        code = "\n".join(lines[size:]).strip("\n")
        cells += [_cell("code", code)] if code.strip() else []
    for k, cell in enumerate(cells):
        cell["id"] = f"cell-{k}"
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": python, "language_info": {"name": "python"}}
    content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def as_markdown(text: str) -> str:
    r"""Return text of a lesson (titles, formulas and code of reStructuredText) as Markdown.

    >>> print(as_markdown("Decay\n-----\n\n``C``, :math:`\\tau`:\n\n.. math::\n\n   e^{-t/\\tau}\n\nEnd."))
    ## Decay
    <BLANKLINE>
    `C`, $\tau$:
    <BLANKLINE>
    $$e^{-t/\tau}$$
    <BLANKLINE>
    End.
    """
    text = re.sub(r"^(.+)\n(=+|-+)$", lambda found: ("# " if found[2][0] == "=" else "## ") + found[1], text,
                  flags=re.MULTILINE)
    text = re.sub(r"^\.\. math::\n\n((?:   .*\n?|\n(?=   ))+)",
                  lambda found: f"$${' '.join(found[1].split())}$$\n", text, flags=re.MULTILINE)
    text = re.sub(r":math:`([^`]+)`", r"$\1$", text)
    return re.sub(r"``([^`]+)``", r"`\1`", text).strip("\n")


def _cell(kind: str, text: str) -> dict[str, object]:
    code: dict[str, object] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "id": "", "metadata": {}, **code, "source": text.splitlines(keepends=True)}
