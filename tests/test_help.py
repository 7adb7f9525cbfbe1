"""What `help()` shows of every public name: parameters with units, errors, an example that runs."""

import ast
import doctest
import importlib
import importlib.util
import inspect
import pydoc
import re
import textwrap
import warnings
from dataclasses import is_dataclass
from pathlib import Path

import pytest

import spikingnn
from spikingnn._util.guarded import Guarded

pytest.importorskip("sphinx", reason="the public names are those of the pages: pip install 'spikingnn[docs]'")

ROOT = Path(__file__).resolve().parents[1]
CHECKS = r"checks\.(?!owner_name|shape_or_length|warn|is_finite|single_number\b)"       # they raise
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
UNITS = r"(ms|mV|nA|MΩ|nF|µS|Hz|°C|pixels?|mV/ms|1/ms|1/Hz|nA per unit of x·e)"


def script(path):
    """A script of the project as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generator, reference = script(ROOT / "docs" / "parameters.py"), script(ROOT / "docs" / "reference.py")
MODULES = sorted(generator.modules_of("spikingnn"))


def is_public(module):
    """Is a module meant for users? Those are the ones that have a page in the reference."""
    return module == "spikingnn" or module.removeprefix("spikingnn.") in reference.MODULES


def public_names():
    """{"module.name": object} of all public names, each under the module that defines it."""
    found = {}
    for module in filter(is_public, MODULES):
        namespace = importlib.import_module(module)
        for name in getattr(namespace, "__all__", ()):
            value = getattr(namespace, name)
            home, known_as = getattr(value, "__module__", module), getattr(value, "__qualname__", name)
            found.setdefault(f"{home}.{known_as}", value)
    return found


PUBLIC = public_names()
DOCUMENTED = {name: value for name, value in PUBLIC.items() if name.startswith("spikingnn.") and
              (inspect.isclass(value) or inspect.isroutine(value))}
DATACLASSES = {f"{cls.__module__}.{cls.__qualname__}": cls for cls in generator.dataclasses_of("spikingnn")
               if cls in PUBLIC.values()}


def own_doc(value):
    """The docstring of a class or function itself, not that of its base."""
    doc = vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__
    return inspect.cleandoc(doc or "")


def section(doc, title):
    """The lines of one section of a docstring in NumPy style."""
    pattern = rf"^{title}\n-{{3,}}\n(.*?)(?=^\S[^\n]*\n-{{3,}}\n|\Z)"
    found = re.search(pattern, doc, re.MULTILINE | re.DOTALL)
    return found.group(1) if found else ""


def described(doc):
    """The names in the Parameters section; `a, b : float` describes two."""
    heads = re.findall(r"^(\S[^\n:]*?)(?: :[^\n]*)?$", section(doc, "Parameters"), re.MULTILINE)
    return {name.strip().lstrip("*") for head in heads for name in head.split(",")}


def taken(value):
    """The parameters that a class or function takes, but `self` and those that it hands on."""
    try:
        signature = inspect.signature(value)
    except ValueError:
        return []
    named = [each for each in signature.parameters.values()
             if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
    return [each.name for each in named if each.name not in ("self", "cls")]


def raises(value):
    """Does a class or function raise errors itself, when it is built or called?"""
    functions = [value]
    if inspect.isclass(value):
        functions = [vars(value).get(name) for name in ("__init__", "__post_init__")]
    for function in filter(inspect.isfunction, map(inspect.unwrap, filter(None, functions))):
        if function.__code__.co_filename.startswith(str(ROOT)):
            for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
                checked = isinstance(node, ast.Call) and re.match(CHECKS, ast.unparse(node.func))
                if checked or isinstance(node, ast.Raise) and node.exc is not None:
                    return True
    return False


def is_member(value):
    """Is something in a class a method or a property?"""
    return inspect.isroutine(value) or isinstance(value, (property, classmethod, staticmethod))


def test_there_are_public_names():
    assert set(spikingnn.__all__) <= set(dir(spikingnn))
    assert len(DOCUMENTED) > 100 and len(DATACLASSES) > 50


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_public_name_is_described(name):
    doc = own_doc(DOCUMENTED[name])
    first = doc.split("\n\n")[0]
    assert first.endswith(".") and len(first.split()) > 2, f"{name}: one sentence, got {first!r}"


@pytest.mark.parametrize("name", DOCUMENTED)
def test_public_methods_are_described(name):
    value = DOCUMENTED[name]
    members = vars(value).items() if inspect.isclass(value) else ()
    missing = [member for member, each in members
               if not member.startswith("_") and is_member(each) and not inspect.getdoc(each)]
    assert not missing, f"{name}: no docstring at {', '.join(missing)}"


@pytest.mark.parametrize("name", DOCUMENTED)
def test_parameters_are_described(name):
    value = DOCUMENTED[name]
    missing = [each for each in taken(value) if each not in described(own_doc(value))]
    assert not missing, f"{name}: the Parameters section lacks {', '.join(missing)}"


@pytest.mark.parametrize("cls", [value for value in DOCUMENTED.values()
                                 if inspect.isclass(value) and issubclass(value, Guarded)])
def test_the_arguments_are_shown(cls):
    """`help` and `inspect` show what `__init__` takes, though a metaclass stands before it."""
    shown, (_, *taken) = inspect.signature(cls).parameters, inspect.signature(cls.__init__).parameters
    assert list(shown) == taken
    assert f"{cls.__name__}{inspect.signature(cls)}" in pydoc.plain(pydoc.render_doc(cls))


@pytest.mark.parametrize("name", DOCUMENTED)
def test_errors_are_described(name):
    value = DOCUMENTED[name]
    assert section(own_doc(value), "Raises") or not raises(value), f"{name}: no section Raises"


@pytest.mark.parametrize("name", DOCUMENTED)
def test_there_is_an_example(name):
    value = DOCUMENTED[name]
    docs = [own_doc(value)]
    if inspect.isclass(value):
        docs += [inspect.getdoc(each) or "" for each in vars(value).values() if is_member(each)]
    assert not taken(value) or any(">>> " in doc for doc in docs), f"{name}: no example that runs"


@pytest.mark.parametrize("name", DATACLASSES)
def test_fields_are_described(name):
    cls = DATACLASSES[name]
    missing = generator.undocumented(cls)
    assert not missing, f"{name}: no docstring below {', '.join(missing)}"
    assert not generator.stale(cls), f"{name}: run python docs/parameters.py"


@pytest.mark.parametrize("name", DATACLASSES)
def test_a_field_says_what_it_is(name):
    """A unit and a meaning, or for a dimensionless number the meaning alone: a sentence."""
    for field, (_, _, text) in generator.parameters(DATACLASSES[name]).items():
        meaning = re.sub(rf"^{UNITS}: ", "", text)
        is_sentence = len(meaning.split()) > 1 and text.endswith(".")
        assert is_sentence, f"{name}.{field}: unit first, then meaning, got {text!r}"


EXTRAS = {"exchange.nir": "nir", "exchange.neo": "neo", "exchange.nest": "nest"}     # of examples that run


@pytest.mark.parametrize("module", MODULES)
def test_examples_run(module, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for room, extra in EXTRAS.items():
        if module.startswith(f"spikingnn.{room}"):
            pytest.importorskip(extra, reason=f"{extra} is not installed: pip install 'spikingnn[{extra}]'")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcome = doctest.testmod(importlib.import_module(module), optionflags=FLAGS)
    assert outcome.failed == 0


def test_examples_are_not_skipped():
    sources = (ROOT / "spikingnn").rglob("*.py")
    skipped = [str(path) for path in sources if "doctest: +SKIP" in path.read_text(encoding="utf-8")]
    assert not skipped


def test_the_generator_keeps_other_sections():
    doc = "A thing.\n\nRaises\n------\nValueError\n    If it is wrong.\n\nExamples\n--------\n>>> 1\n1"
    more = generator.with_section(doc, "Parameters\n----------\na : int\n    Meaning.")
    assert more.index("Parameters\n") < more.index("Raises\n") < more.index("Examples\n")
    assert generator.with_section(more, "") == doc


def test_fields_are_read_from_the_source():
    lif, alif = generator.parameters(spikingnn.FirstOrderLIF), generator.parameters(spikingnn.ALIF)
    assert lif["tau_m"][:2] == ("Scalar", "20.0") and lif["tau_m"].text.startswith("ms: ")
    assert lif["v_floor"].default == "-inf" and "states" not in lif
    assert list(alif)[:len(lif)] == list(lif) and alif["tau_m"] == lif["tau_m"]
    assert all(is_dataclass(cls) for cls in DATACLASSES.values())
