"""The page in the system's Chromium, headless: scenes, sliders, pen, upload, visitors who come and go."""

import threading
import time

import numpy as np
import pytest

from browser import Window, driver, needs_browser
from spikingnn.lab import Lab, all_scenes
from spikingnn.lab.parameters import Slider


pytestmark = needs_browser

SETTLED = """(() => {
  const shown = JSON.parse(document.body.dataset.shown || 'null');
  return shown && document.body.dataset.scene === arguments[0]
    && !document.getElementById('picture').classList.contains('stale')
    && Object.entries(shown).every(([name, value]) => {
      const slider = document.getElementById('slider-' + name);
      return !slider || Number(slider.value) === Number(value); });
})()"""
PIXELS = """
  const canvas = document.getElementById('picture');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let hash = 0;
  for (let k = 0; k < data.length; k += 4)
    hash = (31 * hash + 7 * data[k] + 3 * data[k + 1] + data[k + 2]) | 0;
  return hash;"""


@pytest.fixture(scope="module")
def lab():
    for scene in all_scenes().values():                     # compiles, which takes as long as it takes
        parts = scene.run(scene.defaults)
        if scene.is_live:
            scene.advance(parts, scene.step, scene.defaults)
    with Lab(port=0) as server:
        threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def chromium():
    with driver() as address:
        yield address


@pytest.fixture(scope="module")
def window(chromium):
    opened = Window(chromium)
    yield opened
    opened.close()


def visit(window, lab, scene, words=""):
    window.open(f"{lab.address}#scene={scene}{words}")
    window.wait(SETTLED, 60.0, scene)


def shown(window):
    return window.js("return JSON.parse(document.body.dataset.shown)")


@pytest.mark.parametrize("name", all_scenes())
def test_every_slider_is_dragged(window, lab, name):
    """The last value of each is shown, whatever was asked for on the way; the picture changes."""
    scene = all_scenes()[name]
    visit(window, lab, name)
    before = window.js(PIXELS)
    changes = 0
    for each, parameter in scene.parameters.items():
        if isinstance(parameter, Slider):
            window.js("document.getElementById(arguments[0]).scrollIntoView({block: 'center'})",
                      f"slider-{each}")
            window.drag(f"#slider-{each}", [(0.5, 0.5), (0.9, 0.5), (0.2, 0.5), (0.7, 0.5)])
            if scene.is_live:
                click(window, "step")
            window.wait(SETTLED, 30.0, name)
            value = shown(window)[each]
            share = (value - parameter.low) / (parameter.high - parameter.low)
            assert 0.55 < share < 0.85 or parameter.step > 0.1 * (parameter.high - parameter.low), (each,
                                                                                                    value)
            after = window.js(PIXELS)
            changes += after != before
            before = after
    assert changes, "no slider changes the picture"
    assert window.errors() == []


def test_the_page_is_ready_soon(window, lab):
    begin = time.monotonic()
    visit(window, lab, "lif")
    assert time.monotonic() - begin < 20


def test_a_fast_drag_ends_at_the_last_value(window, lab):
    """100 moves within a moment: fewer pictures than moves, and the last belongs to the last value."""
    visit(window, lab, "firing_rate")
    frames = window.js("return Number(document.body.dataset.frames)")
    window.js("""const slider = document.getElementById('slider-noise');
                 for (let k = 0; k <= 100; k++) {
                   slider.value = k / 10;
                   slider.dispatchEvent(new Event('input'));
                 }""")
    window.wait(SETTLED, 30.0, "firing_rate")
    assert shown(window)["noise"] == 10.0
    assert window.js("return Number(document.body.dataset.frames)") - frames <= 4


def test_the_address_holds_the_values(window, lab):
    visit(window, lab, "lif", "&current=1.6&noise=2")
    assert (shown(window)["current"], shown(window)["noise"]) == (1.6, 2.0)
    window.js("""const slider = document.getElementById('slider-current');
                 slider.value = 2.5; slider.dispatchEvent(new Event('input'));""")
    assert window.wait("location.hash.includes('current=2.5')")
    address = window.js("return location.href")
    visit(window, lab, "adex")
    window.open(address)
    window.wait(SETTLED, 30.0, "lif")
    assert (shown(window)["current"], shown(window)["noise"]) == (2.5, 2.0)


@pytest.mark.parametrize("words, said", [("lif&current=1e9", "4 nA is used"),
                                         ("lif&current=NaN", "no number"), ("lif&x=1", "no parameter"),
                                         ("life", "no scene life")])
def test_a_wrong_address_gives_a_picture_and_a_line(window, lab, words, said):
    window.open(f"{lab.address}#scene={words}")
    window.wait(SETTLED, 30.0, "lif")
    assert said in window.js("return document.getElementById('said').textContent")


def test_copy_as_python(window, lab):
    visit(window, lab, "alif", "&current=2.5")
    window.js("document.getElementById('copy').click()")
    script = window.wait("document.body.dataset.script")
    space = {}
    exec(script, space)
    scene = all_scenes()["alif"]
    assert np.array_equal(space["result"].spikes, scene.run(shown(window)).spikes) and "current=2.5" in script


def test_equations_are_typed(window, lab):
    visit(window, lab, "equations")
    typed = """const area = document.getElementById('text-text');
               area.value = arguments[0]; area.dispatchEvent(new Event('input'));"""
    window.js(typed, "dv/dt = -v/(20\nx = 1")
    problem = "document.getElementById('problem')"
    assert "dv/dt = -v/(20" in window.wait(f"!{problem}.hidden && {problem}.textContent")
    window.js(typed, "dv/dt = (-65 - v + 10*I)/20\nv_rest = -65")
    window.wait(f"{problem}.hidden")
    window.wait(SETTLED, 60.0, "equations")


def test_a_pen_draws_and_erases(window, lab):
    visit(window, lab, "classifier")
    window.js("document.querySelectorAll('.tools button')[2].click()")                  # Clear
    window.wait("JSON.parse(document.body.dataset.shown).drawing.match(/^0+$/)")
    window.drag("#pen-drawing", [(0.5, 0.15), (0.5, 0.5), (0.5, 0.85)])
    window.wait("JSON.parse(document.body.dataset.shown).drawing.includes('ff')")
    window.wait(SETTLED, 30.0, "classifier")
    scene = all_scenes()["classifier"]
    deadline = time.monotonic() + 20.0          # a busy browser is slow to handle the moves of the pen
    while np.argmax(scene.run(shown(window))[2]) != 1 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert np.argmax(scene.run(shown(window))[2]) == 1
    ink = shown(window)["drawing"].count("ff")
    window.js("document.querySelectorAll('.tools button')[1].click()")                  # Eraser
    window.drag("#pen-drawing", [(0.5, 0.15), (0.5, 0.4)])
    fewer = "JSON.parse(document.body.dataset.shown).drawing.split('ff').length - 1 < arguments[0]"
    window.wait(fewer, 30.0, ink)


def test_uploads(window, lab, tmp_path):
    from PIL import Image
    Image.new("L", (80, 80), 255).save(tmp_path / "white.png")
    (tmp_path / "words.png").write_text("no picture")
    with open(tmp_path / "huge.png", "wb") as opened:
        opened.truncate(200 * 2**20)
    visit(window, lab, "hopfield", "&flip=0")
    for name, words in (("words.png", "words.png: "), ("huge.png", "at most 16 MB")):
        window.upload("#file-cue", tmp_path / name)
        window.wait("document.getElementById('said').textContent.includes(arguments[0])", 30.0, words)
    window.upload("#file-cue", tmp_path / "white.png")
    window.wait("JSON.parse(document.body.dataset.shown).cue === 'ff'.repeat(32 * 32)")
    assert window.js("return document.getElementById('said').textContent") == ""


def click(window, name):
    window.js("document.getElementById(arguments[0]).click()", name)


def test_a_live_scene_plays_steps_and_starts_anew(window, lab):
    visit(window, lab, "balanced")
    assert float(window.js("return document.body.dataset.t")) == 0.0
    click(window, "step")
    window.wait("document.body.dataset.t === '1'")
    click(window, "play")
    window.wait("Number(document.body.dataset.t) > 10")
    window.js("""const slider = document.getElementById('slider-g');
                 slider.value = 3; slider.dispatchEvent(new Event('input'));""")
    window.wait("JSON.parse(document.body.dataset.shown).g === 3 && Number(document.body.dataset.t) > 15")
    click(window, "play")
    window.wait(SETTLED, 30.0, "balanced")
    time.sleep(0.3)
    paused = window.js("return document.body.dataset.t")
    time.sleep(0.2)
    assert window.js("return document.body.dataset.t") == paused
    pixels = window.js(PIXELS)
    click(window, "forward")
    window.wait("Number(document.body.dataset.t) > Number(arguments[0]) + 100", 30.0, paused)
    assert window.js(PIXELS) == pixels                                                    # nothing is drawn
    click(window, "forward")
    window.wait("document.getElementById('forward').getAttribute('aria-pressed') === 'false'")
    click(window, "reset")
    window.wait("document.body.dataset.t === '0'")


def test_a_bump_is_pushed_with_the_mouse(window, lab):
    visit(window, lab, "ring")
    click(window, "play")
    window.drag("#picture", [(0.3, 0.3), (0.3, 0.31)], hold=1500)
    released = "JSON.parse(document.body.dataset.shown).push === -1"
    window.wait(f"{released} && Number(document.body.dataset.t) > 300")
    click(window, "play")
    session = next(iter(lab.sessions._all.values()))
    assert any(values["push"] > 180.0 for _, values in session.segments)
    assert session.segments[-1][1]["push"] == -1.0


def gone(count, seconds=10.0):
    """Wait until `count()` is zero or less; whether that happened."""
    end = time.monotonic() + seconds
    while count() > 0 and time.monotonic() < end:
        time.sleep(0.05)
    return count() <= 0


def test_two_visitors_and_one_who_leaves(window, chromium, lab):
    """Who goes to another page is forgotten; where a browser ends, nothing runs on for it."""
    visit(window, lab, "ring", "&seed=1")
    click(window, "play")
    window.wait("Number(document.body.dataset.t) > 50")
    threads, other = threading.active_count(), Window(chromium)
    try:
        for words in ("&seed=2", "&seed=3"):
            visit(other, lab, "ring", words)
            click(other, "play")
            other.wait("Number(document.body.dataset.t) > 50")
            assert len(lab.sessions) == 2
            assert (shown(window)["seed"], shown(other)["seed"]) == (1, int(words[-1]))
            if words == "&seed=2":
                other.open("about:blank")                           # in the middle of its run
                assert gone(lambda: len(lab.sessions) - 1)
    finally:
        other.close()                                               # so, too
    assert gone(lambda: threading.active_count() - threads)
    before = float(window.js("return document.body.dataset.t"))
    window.wait("Number(document.body.dataset.t) > arguments[0] + 50", 30.0, before)
    window.open("about:blank")
    assert gone(lambda: len(lab.sessions) - 1)
