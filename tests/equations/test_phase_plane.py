"""Fixed points, their stability and the picture of the phase plane; equations as LaTeX."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from texts import FITZHUGH_NAGUMO, adex, hodgkin_huxley, izhikevich, lif

from spikingnn import Equations, Izhikevich, NeuronGroup


def test_fixed_points_of_fitzhugh_nagumo():
    model = Equations(FITZHUGH_NAGUMO)
    (resting,), (oscillating,) = model.fixed_points(), model.fixed_points(0.5)
    assert (resting.kind, oscillating.kind) == ("stable spiral", "unstable spiral")
    assert resting.is_stable and not oscillating.is_stable
    for point, current in ((resting, 0.0), (oscillating, 0.5)):
        v, w = point["v"], point["w"]
        np.testing.assert_allclose([v - v**3 / 3 - w + current, v + 0.7 - 0.8 * w], 0.0, atol=1e-13)
        jacobian = [[1 - v**2, -1.0], [0.08, -0.064]]
        np.testing.assert_allclose(sorted(point.eigenvalues, key=lambda each: each.imag),
                                   sorted(np.linalg.eigvals(jacobian), key=lambda each: each.imag), rtol=1e-9)


def test_fixed_points_of_adex():
    stable, saddle = adex().fixed_points()
    assert (stable.kind, saddle.kind) == ("stable node", "saddle")
    assert stable["v"] == pytest.approx(-70.6, abs=0.001) and saddle["v"] == pytest.approx(-45.055, abs=0.001)
    assert adex().fixed_points(1.0) == ()


def test_three_fixed_points_and_a_centre():
    points = Equations("dx/dt = x - x**3 : 1").fixed_points()
    assert [(round(point["x"], 9), point.kind) for point in points] == [
        (-1.0, "stable node"), (0.0, "unstable node"), (1.0, "stable node")]
    (centre,) = Equations("dx/dt = y : 1\ndy/dt = -x : 1").fixed_points()
    assert centre.kind == "centre" and not centre.is_stable


def test_rest_as_the_initial_state():
    v, u = (float(each) for each in Izhikevich().initial(1, np.uint64(0)))
    group = NeuronGroup(2, izhikevich(initial="rest"))
    np.testing.assert_allclose(group.state, [[v, v], [u, u]], rtol=1e-9)
    model = hodgkin_huxley("rest")
    before = NeuronGroup(1, model).state.copy()
    group = NeuronGroup(1, model)
    for _ in range(100):
        group.step(0.0, 0.1)
    np.testing.assert_allclose(group.state, before, atol=1e-9)
    assert before[0, 0] == pytest.approx(-65.0, abs=0.01)


def test_rest_of_each_neuron():
    group = NeuronGroup(4, lif(initial="rest", v_rest=[-70.0, -60.0, -70.0, -65.0]))
    np.testing.assert_allclose(group["v"], [-70.0, -60.0, -70.0, -65.0])
    np.testing.assert_allclose(group["refractory"], 0.0)
    many = NeuronGroup(5000, adex(initial="rest", E_L=np.linspace(-80.0, -60.0, 5000)))
    before = many.state.copy()
    many.step(0.0, 100.0)
    np.testing.assert_allclose(many.state, before, atol=1e-9)


@pytest.mark.parametrize("model, x, y, current", [(Equations(FITZHUGH_NAGUMO), "v", "w", 0.5),
                                                  (adex(), "v", "w", 0.0),
                                                  (hodgkin_huxley("rest"), "v", "n", 0.0),
                                                  (izhikevich(), "v", "u", 10.0)])
def test_picture(model, x, y, current):
    figure, ax = plt.subplots()
    points = model.phase_plane(ax, x, y, current=current)
    assert (ax.get_xlabel(), ax.get_ylabel()) == (x, y)
    assert len([each for each in ax.texts if each.get_text() in [point.kind
                                                                 for point in points]]) == len(points)
    for point in points:
        assert ax.get_xlim()[0] < point[x] < ax.get_xlim()[1]
    labels = {line.get_label() for line in ax.lines}
    assert {f"d{x}/dt = 0", f"d{y}/dt = 0", "trajectory"} <= labels
    figure.canvas.draw()
    plt.close(figure)


def test_nullclines_are_where_the_slopes_vanish():
    figure, ax = plt.subplots()
    Equations(FITZHUGH_NAGUMO).phase_plane(ax, "v", "w", current=0.5, x_range=(-2.5, 2.5),
                                           y_range=(-1.0, 2.0))
    assert ax.get_xlim() == (-2.5, 2.5) and ax.get_ylim() == (-1.0, 2.0)
    (cubic, straight) = [np.concatenate([path.vertices for path in each.get_paths()])
                         for each in ax.collections
                         if type(each).__name__ == "QuadContourSet"]
    v, w = cubic.T
    np.testing.assert_allclose(v - v**3 / 3 + 0.5, w, atol=0.01)
    v, w = straight.T
    np.testing.assert_allclose((v + 0.7) / 0.8, w, atol=0.01)
    plt.close(figure)


def test_bad_input():
    _, ax = plt.subplots()
    model = Equations(FITZHUGH_NAGUMO)
    with pytest.raises(ValueError, match="state must be one of 'v', 'w', got 'u'"):
        model.phase_plane(ax, "v", "u")
    with pytest.raises(ValueError, match="y must be another state than 'v'"):
        model.phase_plane(ax, "v", "v")
    with pytest.raises(ValueError, match=r"range must be \(low, high\)"):
        model.phase_plane(ax, "v", "w", x_range=(1.0, -1.0))
    with pytest.raises(ValueError, match="current must be"):
        model.fixed_points(np.nan)
    with pytest.raises(ValueError, match="tau must be one number for fixed_points: use replace"):
        lif(tau=[1.0, 2.0]).fixed_points()
    plt.close("all")


def test_latex():
    assert adex().latex == (
        "\\begin{aligned}\n"
        r"\frac{dv}{dt} &= \frac{g_{L} \, \left(E_{L} - v\right) + g_{L} \, D \, e^{\frac{v - V_{T}}{D}} "
        r"- w + I}{C} " "\\\\\n"
        r"\frac{dw}{dt} &= \frac{a \, \left(v - E_{L}\right) - w}{\tau_{w}} " "\\\\\n"
        r"&\mathrm{if}\; v > V_{p},\; v \leftarrow V_{r},\; w \leftarrow w + b" "\n\\end{aligned}")
    text = hodgkin_huxley("rest").latex
    assert "g_{\\mathrm{na}} \\, m^{3} \\, h" in text and "\\alpha_{m} &=" in text
    figure = plt.figure()
    for line in text.splitlines()[1:-1]:                        # Matplotlib draws each of them
        figure.text(0, 0, f"${line.replace('&', '').removesuffix(' ' + chr(92) * 2)}$")
    figure.canvas.draw()
    plt.close(figure)
