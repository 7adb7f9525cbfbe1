"""What is wrong with a text is said in one line; nothing but arithmetic is ever accepted."""

import importlib.util
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from texts import ADEX, LIF, lif

from spikingnn import Equations, PlasticityRule


BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "texts.py"


def refused(*arguments, error=ValueError, **options):
    with pytest.raises(error) as caught:
        Equations(*arguments, **options)
    text = str(caught.value)
    assert "\n" not in text and len(text) < 400
    return text


def test_unknown_names():
    assert refused("dv/dt = (v_rst - v + R*I)/tau : mV", v_rest=-65.0, R=10.0, tau=20.0) == (
        "Equations: \"dv/dt = (v_rst - v + R*I)/tau : mV\": unknown name 'v_rst'; did you mean 'v_rest'? "
        "Otherwise give it a value: v_rst=…")
    assert refused("dv/dt = -v/k").endswith("unknown name 'k'; give it a value: k=…")
    assert "threshold \"v > vt\": unknown name 'vt'" in refused("dv/dt = -v", "v > vt", "v = 0")
    assert "reset \"v = vr\": unknown name 'vr'" in refused("dv/dt = -v", "v > 1", "v = vr")


@pytest.mark.parametrize("arguments, options, message", [
    (("dv/dt = -v", "v > 1", "w += 1"), {},
     "reset \"w += 1\": 'w' is not a state (v); declare it in the text: `w : 1`"),
    (("dv/dt = -v/tau_m",), dict(tau_m=1.0, taum=1.0),
     "'taum' stands in no equation, threshold or reset; did you mean"),
    (("dv/dt = -v", "v - 3", "v = 0"), {}, 'threshold "v - 3" is no condition such as "v > -50"'),
    (("dv/dt = -v", "v > 3", "v - 1"), {}, 'reset "v - 1" is no assignment such as "v = v_r" or "w += b"'),
    (("dv/dt = -v", None, "v = 0"), {}, "a reset needs a threshold"),
    (("dv/dt = -v (unless refractory)", "v > 1", "v = 0"), {},
     "(unless refractory) needs a refractory period"),
    (("dv/dt = -v",), dict(t_refractory=1.0), "a refractory period needs a threshold"),
    (("x = 3",), {}, "Equations.text has no differential equation"),
    (("",), {}, "Equations.text has no differential equation"),
    (("hello world",), {}, '"hello world" is none of `dv/dt = … : unit`'),
    (("dv/dt = -v\ndv/dt = 1",), {}, "'v' is defined twice"),
    (("dv/dt = a\na = b\nb = a + v",), {}, "'a' is defined by itself: a → b → a"),
    (("dv/dt = -v",), dict(v=1.0), "'v' is a state: its first value is given by initial={'v': …}"),
    (("dv/dt = -v*k\nk = 3",), dict(k=1.0), "defines 'k', which is also given a value"),
    (("dv/dt = -v + k\nk : 1",), {}, "'k' is declared without a value; give it one: k=…"),
    (("dt/dt = 1",), {}, "'t' is the time in ms and cannot be defined"),
    (("dxi/dt = 1",), {}, "'xi' is a white noise and cannot be defined"),
    (("dv/dt = -v**2",), dict(method="exact"),
     'method "exact" needs linear equations with constant coefficients: dv/dt is not linear in v'),
    (("dv/dt = -int(v > 0)",), dict(method="exact"), "dv/dt is not linear"),
    (("dv/dt = -v*t",), dict(method="exact"), "dv/dt depends on t"),
    (("dv/dt = -v",), dict(method="heun"),
     "Equations.method must be one of 'euler', 'exact', 'rk4', 'split', got 'heun'"),
    (("dv/dt = rand()",), {}, "an equation has the white noise xi"),
    (("dv/dt = -v/tau",), dict(tau=0.0), "-1.0 / tau is -inf at these parameters (tau = 0.0)"),
    (("dv/dt = -v*log(k)",), dict(k=-1.0), "is nan at these parameters (k = -1.0)"),
    (("dv/dt = -v/k",), dict(k=[1.0, 0.0]), "is -inf at these parameters"),
    (("dv/dt = -v/k",), dict(k=float("nan")),
     "Equations.k must be a number or an array of numbers and not NaN, got nan"),
    (("dv/dt = 1/0",), {}, "divides by zero"),
    (("dv/dt = v/0",), {}, "divides by zero"),
    (("dv/dt = 9**9**9**9",), {}, "whose result is no finite number"),
    (("dv/dt = 1e999",), {}, "holds a number that is too large"),
    (("dv/dt = lambda - v",), {}, "'lambda' is a word of Python; as a name call it 'lambda_'"),
    (("dv/dt = 2v",), {}, "cannot be read at '2v': it is no arithmetic expression"),
    (("dv/dt = 2(v)",), {}, "lacks an operator behind 2, such as *"),
    (("dv/dt = (v",), {}, "cannot be read"),
    (("dv/dt = exp(v, 2)",), {}, "calls exp with other than 1 argument"),
    (("dv/dt = exq(v)",), {}, "calls 'exq', which is no function here; did you mean 'exp'?"),
    (("dv/dt = v > 1",), {}, "is a condition where a number is needed: write int(…)"),
    (("dv/dt = (v > 1)*2",), {}, "uses the condition 'v > 1' as a number: write int(…)"),
    (("dv/dt = 1 if v else 2",), {}, "uses 'v' as a condition"),
    (("dv/dt = " + "(" * 300 + "v" + ")" * 300,), {}, "nested too deeply"),
    (("dv/dt = " + "exp(" * 130 + "v" + ")" * 130,), {}, "is nested too deeply"),
    (("dv/dt = v" + " + 1" * 2000,), {}, "is longer than 4,000 characters"),
    (("dv/dt = v\n" * 5000,), {}, "Equations.text is longer than 20,000 characters"),
    (("dv/dt = -v : mV*",), {}, "the unit 'mV*' cannot be read"),
    (("dv/dt = -v : mV (linked)",), {}, "(linked) is not available"),
    (("dv/dt = -v\x00",), {}, "holds a character that cannot be printed"),
    (("dv/dt = -v",), dict(initial={"w": 1.0}), "initial names 'w', which is not a state (v)"),
    (("dv/dt = -v",), dict(initial={"v": "k + 1"}), "initial 'v' \"k + 1\": unknown name 'k'"),
    (("dv/dt = I - v",), dict(initial={"v": "I"}), "initial 'v' \"I\": 'I' has no value before the run"),
    (("dv/dt = -v\ndw/dt = -w",), dict(initial={"v": "w", "w": "v"}), "depends on itself: v → w → v"),
    (("dv/dt = -v",), dict(t_refractory="v > 1"), "a refractory period needs a threshold"),
    (("dv/dt = -v", "v > 1"), dict(t_refractory="v >"), 't_refractory "v >" cannot be read'),
    (("dv/dt = -v", "v > 1"), dict(t_refractory="q > 1"), "t_refractory \"q > 1\": unknown name 'q'"),
    (("dv/dt = v",), dict(initial="rest"),
     'there is no stable resting point without input for initial="rest"'),
    (("dv/dt = -step*v",), dict(step=1.0), "the name 'step' is taken; call the parameter 'step_'"),
    (("dv/dt = -v",), dict(longest_step=0.0), "Equations.longest_step must be positive, got 0.0"),
])
def test_messages(arguments, options, message):
    assert message in refused(*arguments, **options)


def test_wrong_types():
    assert refused(3, error=TypeError) == "Equations.text must be a text, got 3"
    assert "Equations.threshold must be a text" in refused("dv/dt = -v", 1.0, error=TypeError)
    assert "Equations.initial must be a dict" in refused("dv/dt = -v", initial=3.0, error=TypeError)
    assert "Equations.k must be a number" in refused("dv/dt = -k*v", k="fast", error=TypeError)


@pytest.mark.parametrize("expression", [
    "__import__('os').system('true')", "v.real", "v[0]", "[v]", "(v, v)", "{v}", "lambda: v", "v := 3", "'v'",
    "f'{v}'", "print(v)", "eval(v)", "open(v)", "exp.__class__(v)", "exp(*v)", "exp(x=v)", "[k for k in v]",
    "v @ v", "~v", "v << 2",
    "v is v", "v in v", "yield", "await v", "...", "None", "True", "1j", "b''"])
def test_nothing_but_arithmetic_is_accepted(expression):
    for build in (lambda: Equations(f"dv/dt = {expression}"),
                  lambda: Equations("dv/dt = -v", f"v > ({expression})"),
                  lambda: Equations("dv/dt = -v", "v > 1", f"v = {expression}"),
                  lambda: Equations("dv/dt = -v", initial={"v": expression}),
                  lambda: PlasticityRule("", on_pre=f"w = {expression}")):
        with pytest.raises(ValueError) as caught:
            build()
        assert "\n" not in str(caught.value)


def test_mutated_texts():
    """Each is refused in one line, or runs a step as plain Python; the benchmark does this with 10,000."""
    specification = importlib.util.spec_from_file_location("texts_benchmark", BENCHMARK)
    benchmark = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(benchmark)
    found = benchmark.check(400, seed=3)
    assert len(found["runs"]) > 20 and len(found["refused"]) > 200


@pytest.mark.parametrize("text, values, message", [
    ("dv/dt = -v : mV", {}, "the right side is in mV, the left side in mV/ms"),
    ("dv/dt = (v_rest - v + I)/tau : mV", dict(v_rest=0.0, tau=1.0), "is in mV, I in nA"),
    ("dv/dt = exp(v)/tau : mV", dict(tau=1.0), "exp is taken of v, which is in mV"),
    ("dv/dt = (g*v + I)/C : mV\ng : nS\nC : farad", dict(g=1.0, C=1.0), None),
    ("dv/dt = (g*v + I)/C : mV\ng : nS\nC : ms", dict(g=1.0, C=1.0), "the right side is in nA/ms"),
    ("dv/dt = -v/tau + sigma*sqrt(2/tau)*xi : volt\ntau : ms\nsigma : mV", dict(tau=1.0, sigma=1.0), None),
    ("dv/dt = -v/(20*ms) + 3 : mV", {}, None),
    ("dv/dt = -v/(20*ms) + 3*mV : mV", {}, "-v / (20.0 * ms) is in mV/ms, 3.0 * mV in mV"),
    ("dv/dt = 0.04*v**2 + 5*v + 140 - u + I : mV\ndu/dt = 0.02*(0.2*v - u) : mV/ms", {},
     "is in mV/ms, I in nA"),
    ("dv/dt = 0.04*v**2 + 5*v + 140 - u + 3 : mV\ndu/dt = 0.02*(0.2*v - u) : mV/ms", {}, None),
    ("dv/dt = v - v**3/3 - w + I : 1\ndw/dt = 0.08*(v + 0.7 - 0.8*w) : 1", {}, None),
    (LIF.replace("R*I", "I"), None, "I in nA"),
    (ADEX, None, None),
    ("dv/dt = -v/tau : mVolt", dict(tau=1.0), "the unit 'mVolt' of 'v' is not known"),
])
def test_dimensions(text, values, message):
    """A warning where units are written and do not fit; none where they do, or where none are written."""
    if values is None:
        names = set(re.findall(r"[^\W\d]\w*", text)) - {"dv", "dt", "dw", "v", "w", "I", "exp", "mV", "nA",
                                                        "unless", "refractory"}
        values = dict.fromkeys(sorted(names), 1.0)
    options = dict(threshold="v > 1", t_refractory=1.0) if "refractory" in text else {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Equations(text, **options, **values)
    said = [str(each.message) for each in caught]
    assert (not said if message is None else any(message in each for each in said)), said
    assert all(each.filename == __file__ for each in caught)


def test_a_value_too_many_is_refused_before_anything_runs():
    model = lif(tau=np.full(3, 20.0))
    with pytest.raises(ValueError, match=r"Equations.tau must be a scalar or have shape \(2,\)"):
        model.check_units(2)


def test_comments_stay_comments():
    """What stands behind a # does not become code of the generated file, whatever ends a line."""
    for end in ("\r", "\n", "\r\n"):
        model = Equations(f"dv/dt = -v # one{end}# import os", "v > 1",
                          f"v = 0{end}v = 1 # two{end}v = 2 # three")
        code = [line for line in model.source.splitlines() if not line.startswith("#")]
        assert not any(word in line for line in code for word in ("one", "two", "three", "os"))
        assert len(model.source.splitlines()) == len(model.source.split("\n")) - 1
