"""What goes wrong in a first neuron or rule is said in one line: where, what was found, what to write."""

from dataclasses import dataclass

import numba
import numpy as np
import pytest
from written import A_HOOK, A_STEP, kernel, model, rule, said, used

from spikingnn import (ADD, POTENTIAL, FirstOrderLIF, Network, NeuronGroup, NeuronModel, Rule,
                       efficacy_kernel, on_post_kernel, on_pre_kernel, on_tick_kernel, step_kernel)

compiled = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="the compiler's errors need the compiler")


# --- the class -------------------------------------------------------------------------------------------


class Undecorated(NeuronModel):
    tau: float = 3.0
    step = kernel(A_STEP, "pass")


class Half(FirstOrderLIF):
    more: float = 3.0


class UndecoratedRule(Rule):
    rate: float = 0.1
    on_pre = kernel(A_HOOK, "pass", on_pre_kernel)


@dataclass
class Melted(NeuronModel):
    tau: float = 3.0
    step = kernel(A_STEP, "pass")


@pytest.mark.parametrize("kind", [Undecorated, Half, UndecoratedRule, Melted])
def test_dataclass_or_frozen_forgotten(kind):
    name = kind.__name__
    said(
        TypeError,
        f"{name} must be a frozen dataclass: write @dataclass(frozen=True, eq=False) above `class {name}`",
        kind,
    )


def plain(state, coefficients, current, conductance, spikes, dt, key):
    """A kernel that is none yet."""


@pytest.mark.parametrize("step", [plain, staticmethod(plain)], ids=["method", "static"])
def test_step_kernel_forgotten(step):
    said(
        TypeError,
        "Leaky.step must be marked as a kernel: write @step_kernel above `def step`",
        lambda: model("pass", step=step),
    )


@pytest.mark.parametrize("name", ["on_pre", "on_post", "on_tick", "efficacy"])
def test_hook_kernel_forgotten(name):
    said(
        TypeError,
        f"Mine.{name} must be marked as a kernel: write @{name}_kernel above `def {name}`",
        lambda: rule(interval=1.0, **{name: lambda *arguments: None}),
    )


def test_a_static_kernel_is_a_kernel():
    both = step_kernel(staticmethod(plain)), staticmethod(step_kernel(plain))
    for step in both:
        used(model("pass", step=step))


def test_no_kernel_at_all():
    needed = "has no kernel, one at least is needed:"
    said(
        TypeError, f"Leaky {needed} step{A_STEP}, marked with @step_kernel", lambda: model("pass", step=None)
    )
    said(TypeError, f"Mine {needed} on_pre{A_HOOK}, on_post{A_HOOK}, on_tick", rule)


def test_a_hook_of_another_name_or_kind():
    hook = kernel(A_HOOK, "pass", on_pre_kernel)
    said(
        ValueError,
        "did you mean 'on_post'?",
        lambda: rule(on_pre=hook, on_posts=kernel(A_HOOK, "pass", on_post_kernel)),
    )
    said(
        TypeError,
        "Mine.on_post must be marked with @on_post_kernel, it is a kernel of kind 'on_pre'",
        lambda: rule(on_post=hook),
    )


@pytest.mark.parametrize(
    "attributes, message",
    [
        (
            {"calibrate": lambda self, dt: 0.3},
            "Leaky.step_coefficients must return a tuple of numbers (one number: `return (x,)`), got 0.3",
        ),
        (
            {"calibrate": lambda self, dt: None},
            "Leaky.step_coefficients must return a tuple of numbers (one number: `return (x,)`), got None",
        ),
        ({"calibrate": lambda self, dt: np.float64(3.0)},
         "Leaky.step_coefficients must return a tuple of numbers"),
        ({"calibrate": lambda self, dt: ("0.3",)},
         "Leaky.step_coefficients must return numbers, got ('0.3',)"),
        (
            {"initial": lambda self, n, key: 0.0},
            "Leaky.initial must return a tuple of numbers (one number: `return (x,)`), got 0.0",
        ),
        ({"states": "vw"}, """Leaky.states must be a tuple of names such as ("v",), got 'vw'"""),
        ({"conductances": 2}, "Leaky.conductances must be True or False, got 2"),
    ],
)
def test_what_a_model_declares(attributes, message):
    said(TypeError, message, lambda: model("pass", **attributes))


@pytest.mark.parametrize(
    "initial, message",
    [
        (
            lambda self, n, key: (0.0, 1.0),
            "Leaky.initial must return one value for each of the states ('v',), got 2",
        ),
        (lambda self, n, key: (), "Leaky.initial must return one value for each of the states ('v',), got 0"),
        (
            lambda self, n, key: (np.zeros(7),),
            "Leaky.initial()[0] must be a scalar or have shape (3,), got shape (7,)",
        ),
    ],
)
def test_initial_of_another_length(initial, message):
    said(ValueError, message, lambda: model("pass", initial=initial))


@pytest.mark.parametrize(
    "attributes, message",
    [
        ({"memory": True}, 'Mine.memory is of version 0.1: declare synapse_state = ("memory",), which the '
                           'hooks see as state[0]'),
        ({"reward_modulated": True},
         "Mine.reward_modulated is of version 0.1: declare (0.0, SIGNAL) among its post_traces()"),
        ({"synapse_state": "c"}, "Mine.synapse_state must be a tuple of names such as (\"c\",), got 'c'"),
        ({"synapse_state": ("c", "c")}, "Mine.synapse_state must be a tuple of names"),
        ({"initial": lambda self: 1.0, "synapse_state": ("c",)},
         "Mine.initial must return a tuple of numbers"),
        (
            {"__annotations__": {"pairing": str}, "pairing": "all"},
            "Mine.pairing must be a number (for another setting write step_coefficients(dt)",
        ),
        ({"__annotations__": {"rate": str}, "rate": "0.5"}, "Mine.rate must be a number"),
        (
            {"calibrate": lambda self, dt: 3.0},
            "Mine.step_coefficients must return a tuple of numbers (one number: `return (x,)`), got 3.0",
        ),
        (
            {"pre_traces": lambda self: (20.0, ADD)},
            "Mine.pre_traces must be a tuple of (tau in ms, HOOK | ADD | SET), got 20.0",
        ),
        ({"pre_traces": lambda self: None}, "Mine.pre_traces must be a tuple with"),
        ({"post_traces": ((20.0, ADD),)}, "Mine.post_traces must be a method that returns a tuple"),
    ],
)
def test_what_a_rule_declares(attributes, message):
    said(TypeError, message, lambda: rule(on_pre=kernel(A_HOOK, "pass", on_pre_kernel), **attributes))


def test_a_rule_that_asks_for_the_potential_of_a_source():
    said(ValueError, "Mine.pre_traces must be a tuple of (tau in ms, HOOK | ADD | SET), got (20.0, ",
         lambda: rule(on_pre=kernel(A_HOOK, "pass", on_pre_kernel),
                      pre_traces=lambda self: ((20.0, POTENTIAL),)))


# --- the kernel ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body, attributes, error, message",
    [
        (
            "v, w = rows(state, 2)",
            {},
            ValueError,
            "the kernel unpacks another number of rows than the model declares: 2, declared 1 (states = ",
        ),
        (
            "v, w = state",
            {},
            ValueError,
            "not enough values to unpack (expected 2, got 1) (Leaky declares the states ('v',)",
        ),
        (
            "a, b, c = rows(coefficients, 3)",
            {"calibrate": lambda self, dt: (0.3, 0.4)},
            ValueError,
            "3, declared 2 (step_coefficients returns 2)",
        ),
        (
            "a, b, c = rows(coefficients, 3)",
            {"calibrate": lambda self, dt: (np.ones(3), 2.0)},
            ValueError,
            "3, declared 2 (step_coefficients returns 2)",
        ),
        (
            "state[0, 0] = coefficients[1]",
            {"calibrate": lambda self, dt: (0.3,)},
            IndexError,
            "index 1 is out of bounds",
        ),
        (
            "state[3] = 0.0",
            {},
            IndexError,
            "index 3 is out of bounds for axis 0 with size 1 (Leaky declares the states ('v',)",
        ),
        ("current[current.size] = 0.0", {}, IndexError, "index 3 is out of bounds for axis 0 with size 3"),
        (
            "for i in range(spikes.size + 1):\n    spikes[i] = True",
            {},
            IndexError,
            "index 3 is out of bounds",
        ),
        ("if state[0, 0] > 50.0:\n    state[1, 0] = 0.0", {}, IndexError, "index 1 is out of bounds"),
        (
            "state[0, 0] = conductance[0, 0]",
            {"conductances": True},
            IndexError,
            "read it where conductance.size > 0",
        ),
        (
            "g, driving = rows(conductance, 2)\nstate[0, 0] = g[0]",
            {"conductances": True},
            IndexError,
            "read it where conductance.size > 0",
        ),
    ],
)
def test_a_step_that_reaches_past_its_arrays(body, attributes, error, message):
    said(error, message, lambda: model(body, **attributes))
    said(error, "written, line ", lambda: model(body, **attributes))
    group = NeuronGroup(3, model(body, **attributes))
    with pytest.raises(error):
        Network(group).run(1.0)


def test_a_buffer_that_is_too_small_for_a_larger_group():
    limited = model("seen = np.zeros(8)\nfor i in range(current.size):\n    seen[i] = current[i]")
    used(limited, 8)
    said(IndexError, "index 8 is out of bounds for axis 0 with size 8", lambda: limited, 100)


@pytest.mark.parametrize("name", ["on_pre", "on_post", "on_tick"])
@pytest.mark.parametrize(
    "body",
    [
        "weight[0] += params[3]",
        "state[0, 0] += 1.0",
        "weight[0] += pre[2, 0] if pre.ndim == 2 else pre[2]",
        "x, y = pre",
        "weight[weight.size] = 0.0",
    ],
)
def test_a_hook_that_reaches_past_its_arrays(name, body):
    mark = {"on_pre": on_pre_kernel, "on_post": on_post_kernel, "on_tick": on_tick_kernel}[name]
    said(
        ValueError,
        f"Mine.{name} takes other traces or params than the rule declares",
        lambda: rule(
            interval=1.0, pre_traces=lambda self: ((20.0, ADD),), **{name: kernel(A_HOOK, body, mark)}
        ),
    )


def test_an_efficacy_without_a_number():
    said(
        TypeError,
        "Mine.efficacy must be a kernel that returns a number, got None",
        lambda: rule(efficacy=kernel("(pre, params, t, key)", "pass", efficacy_kernel)),
    )


def helper(x):
    return x


@compiled
@pytest.mark.parametrize(
    "body, error, message",
    [
        (
            "if dt > 1e9:\n    state[0, 0] = curent[0]",
            NameError,
            "Typo.step, line 8 of typo.py, `state[0, 0] = curent[0]`: name 'curent' is not defined",
        ),
        (
            "state[0, 0] = math.expp(dt)",
            TypeError,
            "Typo.step, line 7 of typo.py, `state[0, 0] = math.expp(dt)`: module 'math' has no attribute",
        ),
        (
            "state[0, 0] = helper(dt)",
            TypeError,
            "line 7 of typo.py, `state[0, 0] = helper(dt)`: helper is a plain Python function: decorate",
        ),
        (
            "print(f'{dt:.3f}')",
            TypeError,
            "line 7 of typo.py, `print(f'{dt:.3f}')`: format spec in f-strings not supported yet",
        ),
        ("state.name = 3", TypeError, "line 7 of typo.py, `state.name = 3`: "),
        (
            "t, = rows(coefficients, 1)\nstate[0] = state[0] * t",
            TypeError,
            "a coefficient is read unit by unit, such as tau[i]",
        ),
        ("state[0, 0] = uniform(key)", TypeError, "Numba knows no uniform(uint64)"),
        ("return 3", TypeError, "this kernel returns nothing"),
        ("with open('x') as file:\n    pass", TypeError, "Typo.step, line "),
    ],
)
def test_what_cannot_be_compiled_names_line_and_name(tmp_path, body, error, message):
    head = (
        "import math\nfrom spikingnn import NeuronModel, rows, uniform\n\ndef helper(x): return x\n\n"
        f"def step{A_STEP}:\n"
    )
    (tmp_path / "typo.py").write_text(head + "".join(f"    {line}\n" for line in body.splitlines()))
    space = {}
    exec(compile((tmp_path / "typo.py").read_text(), str(tmp_path / "typo.py"), "exec"), space)
    space["step"].__qualname__ = "Typo.step"
    said(
        error,
        message,
        lambda: model("pass", step=step_kernel(space["step"]), step_coefficients=lambda self, dt: (0.5,)),
    )


@pytest.mark.parametrize(
    "arguments, body, message",
    [
        (
            "(self, state, coefficients, current, conductance, spikes, dt, key)",
            "pass",
            "(without self), got (self, state",
        ),
        ("(state, current)", "pass", f"written must take {A_STEP}, got (state, current)"),
        (A_STEP, "yield 1", "written must be a plain function, without yield and async"),
    ],
)
def test_what_is_no_kernel_is_refused_where_it_is_marked(arguments, body, message):
    with pytest.raises(TypeError) as caught:
        kernel(arguments, body)
    assert message in str(caught.value)
