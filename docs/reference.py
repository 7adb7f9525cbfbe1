"""A Sphinx extension: the reference, with every public name of the package; titles for the gallery.

Each public module has a page: its docstring, a table of its names, and their entries. The names of a large
module have pages of their own below it. A name that the package exports is documented as it is imported:
`spikingnn.LIFGroup`.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
import re
from dataclasses import fields, is_dataclass
from pathlib import Path

from sphinx import addnodes
from sphinx.domains.python import PyXRefRole
from sphinx.util import inspect as inspection

FOLDER = Path(__file__).parent / "api"
PACKAGE = "spikingnn"
MODULES = {
    "neurons": "Neuron models",
    "equations": "Models and rules as text",
    "synapses": "Synapses",
    "groups": "Populations of neurons",
    "populations": "Populations of any model that represent vectors",
    "slices": "Parts of populations",
    "input_groups": "Inputs",
    "random_inputs": "Random inputs",
    "synapse_group": "Connections",
    "connectivity": "Connectivity builders",
    "network": "Networks",
    "simulation": "A neuron in one line",
    "monitors": "Monitors",
    "spikes": "Spike trains",
    "encoding": "Encoders and decoders",
    "plasticity": "Plasticity rules",
    "analysis": "Analysis of spike trains",
    "nef": "Functions between populations",
    "tuning_curves": "Tuning curves",
    "memory": "Associative memory",
    "training": "Training by gradients",
    "training.experiment": "Training by configuration",
    "training.surrogate": "Surrogate gradients",
    "unsupervised": "Learning without labels",
    "datasets": "Data sets and pictures",
    "plotting": "Plotting",
    "plotting.animate": "Movies",
    "plotting.slides": "Lecture slides",
    "sweep": "Parameter sweeps",
    "lessons": "Lessons",
    "lab": "The lab",
    "estimators": "scikit-learn's interface",
    "exchange.nest": "Networks in NEST",
    "exchange.folder": "Networks as readable folders",
    "exchange.nir": "NIR graphs",
    "exchange.neo": "Neo segments",
    "exchange.events": "Spike files and event cameras",
}
INTERNAL = {
    "_util", "agenda", "engine", "commands", "cli", "__main__", "blocks", "config", "construction",
    "dataclass_storage", "delays", "firing_rates", "inputs", "parts", "plastic_part", "recording", "snapshot",
    "soundness", "synaptic_states", "tuned", "weights", "visualizations", "data",
}
TOP = "Extension points"        # the names of `spikingnn` that belong to no module of MODULES
INTRODUCTION = "Most names are imported from ``spikingnn``, others from the module in front of their name."
MANY = 6                                                # a module of more names gives each of them a page


def public_names(module):
    """The public names of a module, sorted: its `__all__`, or the classes and functions that it defines."""
    names = getattr(module, "__all__", None)
    if names is None:
        names = [name for name, value in vars(module).items()
                 if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__]
    return sorted(names, key=str.lower)


def contents():
    """{module: {name: dotted name of its entry}}, the package itself last; each object has one entry."""
    package, found, seen = importlib.import_module(PACKAGE), {}, {}
    for short in MODULES:
        if importlib.util.find_spec(f"{PACKAGE}.{short}"):
            module = importlib.import_module(f"{PACKAGE}.{short}")
            found[module.__name__] = {}
            for name in public_names(module):
                value = getattr(module, name)
                exported = name in package.__all__ and getattr(package, name) is value
                dotted = f"{PACKAGE}.{name}" if exported else f"{module.__name__}.{name}"
                found[module.__name__][name] = seen.setdefault((name, id(value)), dotted)
    listed = {dotted for names in found.values() for dotted in names.values()}
    rest = [name for name in public_names(package) if f"{PACKAGE}.{name}" not in listed]
    found[PACKAGE] = {name: f"{PACKAGE}.{name}" for name in rest}
    return found


def kind_of(value):
    """The kind of entry: class, function or data. Marked kernels and the like count as what they wrap."""
    return "class" if inspect.isclass(value) else "function" if inspect.isroutine(value) else "data"


def sentence(value, text=None):
    """The first sentence of a docstring, for a table."""
    text = " ".join((inspect.getdoc(value) if text is None else text or "").partition("\n\n")[0].split())
    return re.split(r"(?<=\w[.!?])\s+(?=[A-ZÉ(`])|::?$", text, maxsplit=1)[0]


def described(module, name):
    """The docstring of a constant, below its assignment in the module or a part of it, or of its type."""
    from sphinx.pycode import ModuleAnalyzer

    kind = type(getattr(module, name))
    if kind.__module__.startswith(PACKAGE):
        return inspect.getdoc(kind) or ""

    names = [module.__name__]
    if hasattr(module, "__path__"):
        names += [f"{module.__name__}.{info.name}" for info in pkgutil.iter_modules(module.__path__)]
    for each in names:
        text = ModuleAnalyzer.for_module(each).find_attr_docs().get(("", name))
        if text:
            return "\n".join(text).strip()
    return ""


def data_entry(module, name, dotted):
    """A constant: what stands below its assignment, and the keys or members of a table."""
    value = getattr(module, name)
    lines = [f".. py:data:: {name}", f"   :module: {dotted.rpartition('.')[0]}"]
    if isinstance(value, (str, int, float)) and not hasattr(value, "name"):
        lines += [f"   :value: {value!r}"]
    lines += ["", *(f"   {line}".rstrip() for line in described(module, name).splitlines()), ""]
    if isinstance(value, (dict, tuple, list)) and all(isinstance(key, str) for key in value):
        kind = "Keys" if isinstance(value, dict) else "Values"
        lines += [f"   {kind}: " + ", ".join(f"``{key}``" for key in value) + ".", ""]
    return lines


def entry(module, name, dotted):
    """The lines that document one name. A field stands in the section of parameters alone."""
    value = getattr(module, name)
    kind = kind_of(value)
    if kind == "data":
        return data_entry(module, name, dotted)
    lines = [f".. auto{kind}:: {dotted}"]
    if kind == "class":
        lines += ["   :members:"]
        hidden = [field.name for field in fields(value)] if is_dataclass(value) else []
        hidden += getattr(value, "_fields", ())         # of a named tuple
        hidden.append("calibrate")                      # the older name of step_coefficients
        hidden += [each for each in dir(value) if re.fullmatch(r"set_\w+_request", each)]   # scikit-learn
        lines += ["   :exclude-members: " + ", ".join(hidden)]
        package = importlib.import_module(PACKAGE)
        if any(getattr(package, base.__name__, None) is base for base in value.__bases__):
            lines += ["   :show-inheritance:"]
    return [*lines, ""]


def heading(title, mark):
    """A title and the line below it."""
    return [title, mark * len(title), ""]


def table(module, names):
    """What a module has: one line per name, linked."""
    lines = [".. list-table::", "   :widths: auto", "   :class: names", ""]
    for name, dotted in names.items():
        value = getattr(module, name)
        text = sentence(value, described(module, name) if kind_of(value) == "data" else None)
        text = re.sub(r"(`+[^`]*`+)|([|*])", lambda found: found.group(1) or "\\" + found.group(2), text)
        lines += [f"   * - :py:obj:`{name} <{dotted}>`", f"     - {text}"]
    return [*lines, ""]


def pages():
    """{file name: text} of the whole reference."""
    found, index = {}, []
    for name, names in contents().items():
        module, title = importlib.import_module(name), MODULES.get(name.removeprefix(f"{PACKAGE}."), TOP)
        index.append(name)
        lines = [*heading(title, "="), f".. module:: {name}", ""]
        lines += [] if name == PACKAGE else [*(inspect.getdoc(module) or "").splitlines(), ""]
        lines += table(module, names)
        own = {each: dotted for each, dotted in names.items() if dotted[:-len(each) - 1] in (name, PACKAGE)}
        if len(own) > MANY:
            apart = {each: dotted for each, dotted in own.items() if kind_of(getattr(module, each)) != "data"}
            lines += [".. toctree::", "   :hidden:", "", *(f"   {dotted}" for dotted in apart.values()), ""]
            for each, dotted in apart.items():
                found[dotted] = "\n".join([*heading(each, "="), *entry(module, each, dotted)])
            own = {each: dotted for each, dotted in own.items() if each not in apart}
        for each, dotted in own.items():
            lines += entry(module, each, dotted)
        found[name] = "\n".join(lines)
    toctree = [".. toctree::", "   :maxdepth: 1", "", *(f"   {name}" for name in index)]
    lines = [*heading("API reference", "="), INTRODUCTION, "", *toctree]
    return found | {"index": "\n".join(lines) + "\n"}


def write_pages(app):
    """Write the pages into `api` before Sphinx looks for them; an unchanged page is not built again."""
    FOLDER.mkdir(exist_ok=True)
    wanted = pages()
    for path in FOLDER.glob("*.rst"):
        if path.stem not in wanted:
            path.unlink()
    for name, text in wanted.items():
        path = FOLDER / f"{name}.rst"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def add_gallery_title(app, document, source):
    """Make a title of the part before the colon in a script's docstring "title: what is seen"."""
    name = document.rpartition("/")[2]
    if document.startswith("gallery/") and name.endswith("_viz"):
        label = re.escape(document.replace("/", "_"))
        match = re.search(rf"\.\. _sphx_glr_{label}\.py:\n\n+(.+?)\n\n", source[0], re.DOTALL)
        if match and "\n===" not in match.group(1):
            title, _, text = match.group(1).partition(": ")
            text = text[:1].upper() + text[1:]
            new = "\n".join([*heading(title.rstrip("."), "="), text])
            source[0] = source[0][:match.start(1)] + new + source[0][match.end(1):]


class Name(PyXRefRole):
    """The role of `single backticks`: a link where there is exactly such a name, else code."""

    def process_link(self, env, refnode, has_explicit_title, title, target):
        """As in the base, but no guess at names like `.trains()` that several classes have."""
        title, target = super().process_link(env, refnode, has_explicit_title, title, target)
        refnode["refspecific"] = False
        return title, target


def own_signature(app, what, name, value, options, signature, returns):
    """Show the arguments of `__init__` where a metaclass has a `__signature__`, with short names of types."""
    if what == "class" and hasattr(value, "__signature__"):
        aliases = app.config.autodoc_type_aliases
        arguments = inspection.signature(value.__init__, bound_method=True, type_aliases=aliases)
        return inspection.stringify_signature(arguments, show_return_annotation=False), returns
    return None


def resolve_types(app, document):
    """Let the name of a type in a Parameters section link to the public name, and to no other."""
    known = {dotted.rpartition(".")[2]: dotted for names in contents().values() for dotted in names.values()}
    for node in document.findall(addnodes.pending_xref):
        if node.get("refdomain") == "py" and node.attributes.pop("refspecific", False):
            node["reftarget"] = known.get(node["reftarget"], node["reftarget"])


def setup(app):
    """Connect all this to the build."""
    app.connect("doctree-read", resolve_types)
    app.connect("autodoc-process-signature", own_signature)
    app.add_role_to_domain("py", "name", Name())
    app.connect("builder-inited", write_pages, priority=100)
    app.connect("source-read", add_gallery_title)
    return {"parallel_read_safe": True}
