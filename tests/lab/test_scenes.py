"""Every scene: all ends of its sliders and its presets run; the copied script gives the same picture."""

import contextlib
import io
import json
from pathlib import Path

import numpy as np
import pytest

from spikingnn.lab.parameters import Choice, Drawing, Slider, Text
from spikingnn.lab.scene import all_scenes
from spikingnn.lab.script import script_of
from spikingnn.lab.sessions import Session


SCENES = all_scenes()
LISTED = {"lif", "alif", "adex", "izhikevich", "hodgkin_huxley", "equations", "phase_plane", "firing_rate",
          "synapse",
          "tuning", "picture_codes", "stdp_window", "stdp_drift", "short_term", "balanced", "decision",
          "ring", "hopfield", "digits", "classifier"}


@pytest.fixture(params=SCENES)
def scene(request):
    return SCENES[request.param]


def pictured(scene, values):
    """The picture of a scene with these values, of a live one after a few steps."""
    result = scene.run(values)
    if scene.is_live:
        scene.advance(result, 2 * scene.step, values)
    return scene.draw(result, values)


def flat(picture):
    for row in picture:
        for item in row:
            yield from item if isinstance(item, list) else [item]


def numbers(picture):
    """Everything that is drawn, as text."""
    return json.dumps(picture, sort_keys=True)


def ends(scene):
    """(name, value) at both ends of each slider, each choice."""
    for name, parameter in scene.parameters.items():
        if isinstance(parameter, Slider):
            kind = type(scene.defaults[name])
            yield from ((name, kind(end)) for end in (parameter.low, parameter.high))
        elif isinstance(parameter, Choice):
            yield from ((name, option) for option in parameter.options)


def test_all_scenes_are_here():
    assert set(SCENES) == LISTED
    assert {name for name, scene in SCENES.items() if scene.is_live} >= {"balanced", "decision", "ring",
                                                                         "digits", "stdp_drift"}


def test_a_scene_is_a_short_file(scene):
    source = Path(scene.module.__file__).read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 100
    assert scene.title and scene.about.endswith((".", ")")) or scene.about
    assert scene.presets


def test_defaults_and_presets_are_accepted_as_they_are(scene):
    for given in ({}, *scene.presets.values()):
        values, notes = scene.accept(given)
        assert not notes
        assert values == pytest.approx(scene.defaults | dict(given)), given


def test_the_defaults_draw_marks_on_named_axes(scene):
    picture = pictured(scene, scene.defaults)
    for each in flat(picture):
        assert each["marks"]
        assert each["square"] or each["x"] or each["y"], each["title"]
    json.dumps(picture, allow_nan=False)


def test_every_end_of_every_slider_runs(scene):
    for name, value in ends(scene):
        pictured(scene, scene.defaults | {name: value})


def test_every_slider_of_a_settled_scene_changes_the_picture(scene):
    """By itself, or in one of the presets: the seed needs noise."""
    bases = [scene.accept(preset)[0] for preset in ({}, *scene.presets.values())]
    before = [numbers(pictured(scene, base)) for base in bases]
    for name in set() if scene.is_live else {name for name, _ in ends(scene)}:
        values = [value for each, value in ends(scene) if each == name]
        assert any(numbers(pictured(scene, base | {name: value})) != picture
                   for base, picture in zip(bases, before) for value in values), f"{name} changes nothing"


def test_every_preset_runs(scene):
    pictures = {name: numbers(pictured(scene, scene.accept(preset)[0])) for name,
                preset in scene.presets.items()}
    assert len(set(pictures.values())) >= (len(pictures) + 1) // 2


def executed(script):
    space = {"__name__": "copied"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(script, "copied", "exec"), space)
    return space


@pytest.mark.parametrize("which", [0, -1])
def test_copied_python_gives_what_is_on_the_screen(scene, which):
    preset = list(scene.presets.values())[which]
    values, _ = scene.accept({**preset, "seed": 3} if "seed" in scene.parameters else preset)
    if not scene.is_live:
        result = executed(script_of(scene, values))["result"]
        assert numbers(scene.draw(result, values)) == numbers(scene.draw(scene.run(values), values))
        return
    session = Session(scene, values)
    live = next((name for name, each in scene.parameters.items() if each.live and isinstance(each, Slider)),
                None)
    session.request(values, 2 * scene.step, False)
    changed = values | ({live: type(values[live])(scene.parameters[live].high)} if live else {})
    session.request(changed, scene.step, False)
    parts = executed(script_of(scene, session.begun_with, session.segments))["parts"]
    assert parts[0].t == session.t > 0
    trim(parts[0], session)
    assert numbers(scene.draw(parts, changed)) == numbers(session.draw())


def trim(network, session):
    for monitor in network.monitors:
        monitor.forget_before(session.t - session.scene.history)


def test_copied_python_is_public_code_alone(scene):
    script = script_of(scene, scene.defaults)
    assert "spikingnn.lab." not in script.replace("`spikingnn lab", "") and "from ." not in script
    assert f"def {'start' if scene.is_live else 'run'}(" in script


def test_a_drawing_is_copied_too():
    scene = SCENES["classifier"]
    page = np.zeros((28, 28), np.uint8)
    page[4:24, 13:16] = 255
    values, notes = scene.accept({"drawing": page.tobytes().hex()})
    assert not notes
    result = executed(script_of(scene, values))["result"]
    assert np.array_equal(result[0], page / 255.0)
    assert int(np.argmax(result[2])) == 1


# --- bad input ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("given", ["nonsense", None, [], {}, True, float("nan"), "", "1e", "0x10"])
def test_nonsense_gives_the_default_and_a_note(given):
    slider = Slider("current", 0.0, 4.0, 0.01, "nA")
    value, note = slider.accept(given, 1.8)
    assert value == 1.8 and "no number" in note


@pytest.mark.parametrize("given, value", [(1e300, 4.0), (float("inf"), 4.0), (-5, 0.0), ("1e999", 4.0),
                                          (10**400, 1.8)])
def test_huge_numbers_are_clamped(given, value):
    found, note = Slider("current", 0.0, 4.0, 0.01, "nA").accept(given, 1.8)
    assert found == value and note


def test_numbers_are_rounded_to_the_grid():
    assert Slider("", 0.0, 4.0, 0.01).accept("1.234567", 1.8) == (1.23, "")
    assert Slider("", 0, 99, 1).accept(7.6, 0) == (8, "")
    assert Slider("", 1.0, 2.0, 0.3).accept(2.0, 1.0)[0] == 1.9


def test_other_parameters_are_checked():
    assert Choice("kind", options=("a", "b")).accept("c", "a")[0] == "a"
    assert len(Text("text", longest=10).accept("x" * 99, "")[0]) == 10
    drawing = Drawing("cue", side=2)
    assert drawing.accept("00ff00FF", "") == ("00ff00ff", "")
    for wrong in ("00ff", "zz" * 4, 7, None, "00" * 10**5):
        assert drawing.accept(wrong, "")[0] == "" and drawing.accept(wrong, "")[1]


def test_unknown_parameters_are_named():
    assert "'curent' is no parameter" in SCENES["lif"].accept({"curent": 2})[1][0]


@pytest.mark.parametrize("text, named", [
    ("dv/dt = (v - 1", "(v - 1"), ("dv/dt = foo(v)", "foo"), ("hello", "hello"), ("", "no"),
    ("dv/dt = -v/tau", "tau"), ("dv/dt = __import__('os').system('x')", "__import__")])
def test_equations_say_what_is_wrong_and_where(text, named):
    scene = SCENES["equations"]
    with pytest.raises((ValueError, TypeError)) as problem:
        scene.run(scene.defaults | {"text": text, "threshold": "", "reset": ""})
    assert named in str(problem.value) and "\n" not in str(problem.value)


# --- live sessions ------------------------------------------------------------------------------------------

def test_parameters_change_while_a_network_runs_or_start_it_anew():
    scene = SCENES["balanced"]
    session = Session(scene, scene.defaults)
    session.request(scene.defaults, 5.0, False)
    session.request(scene.defaults | {"g": 3.0}, 5.0, False)
    assert session.t == 10.0 and len(session.segments) == 2
    session.request(scene.defaults | {"delay": 3.0}, 5.0, False)
    assert session.t == 5.0
    session.request(scene.defaults | {"delay": 3.0}, 0.0, True)
    assert session.t == 0.0


def test_a_network_that_runs_on_needs_no_more_memory():
    scene = SCENES["ring"]
    session = Session(scene, scene.defaults)
    for _ in range(4):
        session.request(scene.defaults, 1500.0, False)
    assert all(monitor.t.min() >= session.t - scene.history for monitor in session.parts[0].monitors)
    assert len(session.segments) == 1
