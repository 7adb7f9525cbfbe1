"""STDP of triplets: what pairs cannot explain, the growth of potentiation with the rate of pairing."""

from __future__ import annotations

from dataclasses import dataclass

from .._util import checks
from ..engine.plugin import ADD, SET, Rule, on_post_kernel, on_pre_kernel


FIELDS = ("a2_plus", "a3_plus", "a2_minus", "a3_minus", "tau_x", "tau_y")
FITS = {    # data set, pairing, minimal model?: the values of FIELDS; tau_x does not matter where a3_minus = 0
    ("visual cortex", "all", False): (5e-10, 6.2e-3, 7e-3, 2.3e-4, 101.0, 125.0),
    ("visual cortex", "nearest", False): (8.8e-11, 5.3e-2, 6.6e-3, 3.1e-3, 714.0, 40.0),
    ("visual cortex", "all", True): (0.0, 6.5e-3, 7.1e-3, 0.0, 101.0, 114.0),
    ("visual cortex", "nearest", True): (0.0, 5e-2, 8e-3, 0.0, 714.0, 40.0),
    ("hippocampus", "all", False): (6.1e-3, 6.7e-3, 1.6e-3, 1.4e-3, 946.0, 27.0),
    ("hippocampus", "nearest", False): (4.6e-3, 9.1e-3, 3e-3, 7.5e-9, 575.0, 47.0),
    ("hippocampus", "all", True): (5.3e-3, 8e-3, 3.5e-3, 0.0, 946.0, 40.0),
    ("hippocampus", "nearest", True): (4.6e-3, 9.1e-3, 3e-3, 0.0, 575.0, 48.0),
}


@dataclass(frozen=True, eq=False)
class TripletSTDP(Rule):
    """Triplet STDP with traces r1, r2 of the presynaptic and o1, o2 of the postsynaptic spikes, clipped to [w_min, w_max]:

        Δw = -o1 · (a2_minus + a3_minus·r2)    at the arrival of a presynaptic spike, r2 as it was just before
        Δw =  r1 · (a2_plus + a3_plus·o2)      at a postsynaptic spike, o2 as it was just before

    pairing="all": traces add one at a spike; "nearest": they are set to one. The defaults are the full model fitted to
    visual cortex with all pairs; `TripletSTDP.fitted` has the paper's other seven sets. There the changes are relative
    to a weight of one: scale a2_± and a3_± for weights of another size.
    Source: Pfister & Gerstner, J. Neurosci. 26:9673 (2006), eqs. 2–4, tables 3 and 4; Gerstner et al., Neuronal Dynamics
    (2014), section 19.2.2.
    """

    a2_plus: float = 5e-10
    """Change by a pair post after pre, in the unit of the weight."""
    a3_plus: float = 6.2e-3
    """Change by a triplet post – pre – post."""
    a2_minus: float = 7e-3
    """Change by a pair pre after post, subtracted."""
    a3_minus: float = 2.3e-4
    """Change by a triplet pre – post – pre, subtracted."""
    tau_plus: float = 16.8
    """ms: decay of r1."""
    tau_x: float = 101.0
    """ms: decay of r2."""
    tau_minus: float = 33.7
    """ms: decay of o1."""
    tau_y: float = 125.0
    """ms: decay of o2."""
    w_min: float = 0.0
    """Bounds of the weight."""
    w_max: float = 1.0
    pairing: str = "all"
    """"all" | "nearest"."""

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "tau_plus", "tau_x", "tau_minus", "tau_y")
        checks.validate_fields(self, checks.number, "a2_plus", "a3_plus", "a2_minus", "a3_minus")
        checks.weight_bounds(self)
        checks.one_of(self, "pairing", self.pairing, ("all", "nearest"))
        checks.warn_if_seconds(self, "tau_plus", "tau_x", "tau_minus", "tau_y")

    @classmethod
    def fitted(cls, data, pairing="all", minimal=False, **fields):
        """The paper's fit to `data`, "visual cortex" (Sjöström et al. 2001) or "hippocampus" (Wang et al. 2005).

        minimal: the model with the fewest parameters that still fits. Further `fields`, such as w_max, as in TripletSTDP.
        """
        checks.one_of(cls.__name__, "data", data, {data for data, _, _ in FITS})
        checks.one_of(cls.__name__, "pairing", pairing, ("all", "nearest"))
        fit = dict(zip(FIELDS, FITS[data, pairing, bool(minimal)]))
        return cls(**{**fit, "pairing": pairing, **fields})

    def pre_traces(self):
        """r1, r2."""
        mode = ADD if self.pairing == "all" else SET
        return (self.tau_plus, mode), (self.tau_x, mode)

    def post_traces(self):
        """o1, o2."""
        mode = ADD if self.pairing == "all" else SET
        return (self.tau_minus, mode), (self.tau_y, mode)

    def step_coefficients(self, dt):
        """a2_plus, a3_plus, a2_minus, a3_minus, w_min, w_max."""
        return self.a2_plus, self.a3_plus, self.a2_minus, self.a3_minus, self.w_min, self.w_max

    @on_pre_kernel
    def on_pre(weight, memory, pre, post, params):
        a2_minus, a3_minus, w_min, w_max = params[2], params[3], params[4], params[5]
        r2, o1 = pre[1], post[0]
        for j in range(weight.size):
            weight[j] = min(max(weight[j] - o1[j] * (a2_minus + a3_minus * r2), w_min), w_max)

    @on_post_kernel
    def on_post(weight, memory, pre, post, params):
        a2_plus, a3_plus, w_min, w_max = params[0], params[1], params[4], params[5]
        r1, o2 = pre[0], post[1]
        for i in range(weight.size):
            weight[i] = min(max(weight[i] + r1[i] * (a2_plus + a3_plus * o2), w_min), w_max)
