"""The pages: every public name has its entry, every slide its place; they can be read with the network off.

Most tests look at what `docs/reference.py` writes, without a build. Where SPIKINGNN_PAGES names a folder of
built pages, those are tested, too.
"""

import importlib
import importlib.util
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import spikingnn
from spikingnn.plotting.slides import find_slides


ROOT = Path(__file__).resolve().parents[1]
DOCS, SLIDES = ROOT / "docs", sorted(path.stem for path in (ROOT / "visualizations").glob("*_viz.py"))
BUILT = os.environ.get("SPIKINGNN_PAGES")
PROGRAM = re.compile(r"^```python\n((?:(?!```).*\n)*)```\n\n```text\n((?:(?!```).*\n)*)```$", re.MULTILINE)
PROGRAMS = [(path.name, *found) for path in sorted(DOCS.glob("*.md"))
            for found in PROGRAM.findall(path.read_text(encoding="utf-8"))]

pytest.importorskip("sphinx", reason="the pages need '.[docs]'")
built = pytest.mark.skipif(not BUILT, reason="SPIKINGNN_PAGES names no built pages")


def extension(name):
    """A module of docs/."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference():
    return extension("reference")


@pytest.fixture(scope="module")
def pages(reference):
    return reference.pages()


def documented(pages):
    """All names that have an entry."""
    text = "\n".join(pages.values())
    data = re.findall(r"^\.\. py:data:: (\S+)\n   :module: (\S+)$", text, re.MULTILINE)
    entries = re.findall(r"^\.\. auto\w+:: (\S+)$", text, re.MULTILINE)
    return {f"{module}.{name}" for name, module in data} | set(entries)


def test_every_room_is_public_or_internal(reference):
    rooms = {info.name for info in pkgutil.iter_modules(spikingnn.__path__)} | {"__main__"}
    public = {name.partition(".")[0] for name in reference.MODULES}
    assert rooms <= public | reference.INTERNAL and not public & reference.INTERNAL


def test_every_public_name_has_an_entry(reference, pages):
    found, contents = documented(pages), reference.contents()
    assert found == {dotted for names in contents.values() for dotted in names.values()}
    assert {f"spikingnn.{name}" for name in spikingnn.__all__} <= found
    for module, names in contents.items():
        listed = getattr(importlib.import_module(module), "__all__", names)
        assert set(listed) - set(spikingnn.__all__) <= set(names)


def test_every_entry_is_what_it_says(pages):
    for name in documented(pages):
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute)


def test_every_page_is_reached(pages):
    blocks = re.findall(r"\.\. toctree::\n(?:   :.*\n)*\n((?:   \S+\n?)+)", "\n".join(pages.values()))
    listed = {name for block in blocks for name in block.split()}
    assert listed == set(pages) - {"index"}


def test_every_slide_has_a_title_and_a_place_in_the_gallery():
    pytest.importorskip("sphinx_gallery")
    slides = find_slides()
    assert sorted(f"{name}_viz" for name in slides) == SLIDES and extension("slides").ORDER == list(slides)
    for slide in slides.values():
        assert slide.subject != "Other" and len(slide.caption) > 40 and slide.source, slide.name
    for name in SLIDES:
        source = (ROOT / "visualizations" / f"{name}.py").read_text(encoding="utf-8")
        assert re.match(r'"""[A-Z][^:"\n]{3,45}: [^"]+\."""\n', source), name


@pytest.mark.parametrize("page, program, printed", PROGRAMS, ids=[name for name, *_ in PROGRAMS])
def test_program_prints_what_the_page_shows(page, program, printed, tmp_path):
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    command = [sys.executable, "program.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout == printed


@built
def test_built_pages_contain_every_name_and_slide(pages):
    html = "".join(path.read_text(encoding="utf-8") for path in Path(BUILT, "api").glob("*.html"))
    missing = [name for name in documented(pages) if f'id="{name}"' not in html]
    assert not missing
    for name in SLIDES:
        page = Path(BUILT, "gallery", f"{name}.html").read_text(encoding="utf-8")
        picture = f"sphx_glr_{name}_001.png"
        assert picture in page and Path(BUILT, "_images", picture).is_file()


@built
def test_built_pages_need_no_network():
    """No script, style, font, picture or formula comes from elsewhere; links to read on may."""
    wrong = []
    for path in Path(BUILT).rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        wrong += re.findall(r"<(?:script|img|iframe|source)[^>]*?src=\"(?:https?:)?//[^>]*>", text)
        wrong += re.findall(r"<link[^>]*href=\"(?:https?:)?//[^>]*>", text)
    for path in Path(BUILT).rglob("*.css"):
        style = path.read_text(encoding="utf-8")
        wrong += re.findall(r"(?:url\(|@import )[\"']?(?:https?:)?//[^)\"';]*", style)
    assert not wrong


@built
def test_built_formulas_are_markup():
    """A formula is MathML, none is left as TeX."""
    assert Path(BUILT, "numerics.html").read_text(encoding="utf-8").count("<math") > 20
    for path in [path for folder in (".", "api", "lessons") for path in Path(BUILT, folder).glob("*.html")]:
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"<(script|style|code|pre).*?</\1>", "", text, flags=re.DOTALL)
        assert "\\frac" not in text and "$" not in text, path.name


@built
def test_no_built_page_is_gigantic():
    largest = max(Path(BUILT, "api").glob("*.html"), key=lambda path: path.stat().st_size)
    assert largest.stat().st_size < 200_000, largest.name
