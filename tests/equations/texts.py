"""Texts that several tests use, with their parameters."""

import numpy as np

from spikingnn import AdEx, Equations, Izhikevich


LIF = "dv/dt = (v_rest - v + R*I)/tau : mV (unless refractory)"
LIF_VALUES = dict(v_rest=-65.0, R=10.0, tau=20.0, v_t=-50.0, v_r=-65.0)
ADAPTIVE = """dv/dt = (v_rest - v + R*(I - w))/tau : mV (unless refractory)
              dw/dt = (a*(v - v_rest) - w)/tau_w : nA"""
ADEX = """dv/dt = (g_L*(E_L - v) + g_L*D*exp((v - V_T)/D) - w + I)/C : mV
          dw/dt = (a*(v - E_L) - w)/tau_w : nA"""
IZHIKEVICH = """dv/dt = 0.04*v**2 + 5*v + 140 - u + I
                du/dt = a*(b*v - u)"""
HODGKIN_HUXLEY = """
    dv/dt = (I - g_na*m**3*h*(v - e_na) - g_k*n**4*(v - e_k) - g_l*(v - e_l))/C : mV
    dm/dt = alpha_m*(1 - m) - beta_m*m : 1
    dh/dt = alpha_h*(1 - h) - beta_h*h : 1
    dn/dt = alpha_n*(1 - n) - beta_n*n : 1
    alpha_m = 1/exprel(-(v + 40)/10)
    beta_m = 4*exp(-(v + 65)/18)
    alpha_h = 0.07*exp(-(v + 65)/20)
    beta_h = 1/(1 + exp(-(v + 35)/10))
    alpha_n = 0.1/exprel(-(v + 55)/10)      # x/(1 - e⁻ˣ) = 1/exprel(-x)
    beta_n = 0.125*exp(-(v + 65)/80)"""
FITZHUGH_NAGUMO = """dv/dt = v - v**3/3 - w + I
                     dw/dt = 0.08*(v + 0.7 - 0.8*w)"""


def lif(**changes):
    """The leaky integrate-and-fire neuron."""
    return Equations(LIF, **{**dict(threshold="v >= v_t", reset="v = v_r", t_refractory=2.0,
                                    initial={"v": "v_rest"}, **LIF_VALUES), **changes})


def adaptive(**changes):
    """The leaky integrate-and-fire neuron with an adaptation current."""
    values = {**LIF_VALUES, **dict(tau_w=100.0, a=0.02, b=0.1)}
    return Equations(ADAPTIVE, **{**dict(threshold="v >= v_t", reset="v = v_r; w += b", t_refractory=2.0,
                                         initial={"v": "v_rest"}, **values), **changes})


def adex(like=AdEx(), **changes):
    """The AdEx neuron with the parameters of the built-in one."""
    g_L = 1.0 / like.resistance
    values = dict(g_L=g_L, E_L=like.v_rest, D=like.sharpness, V_T=like.v_threshold, C=like.tau_m * g_L,
                  a=like.a,
                  tau_w=like.tau_w, b=like.b, V_r=like.v_reset, V_p=like.v_peak)
    return Equations(ADEX, "v > V_p", "v = V_r; w += b", **{**dict(initial={"v": "E_L"}, **values),
                                                            **changes})


def izhikevich(like=Izhikevich(), **changes):
    """Izhikevich's neuron with the parameters of the built-in one."""
    v, u = (float(each) for each in like.initial(1, np.uint64(0)))
    values = dict(a=like.a, b=like.b, c=like.c, d=like.d)
    return Equations(IZHIKEVICH, "v >= 30", "v = c; u += d", **{**dict(initial={"v": v, "u": u}, **values),
                                                                **changes})


def hodgkin_huxley(initial, **changes):
    """The Hodgkin–Huxley neuron."""
    values = dict(g_na=120.0, g_k=36.0, g_l=0.3, e_na=50.0, e_k=-77.0, e_l=-54.387, C=1.0)
    return Equations(HODGKIN_HUXLEY, "v > 0", **{**dict(initial=initial, longest_step=0.025, **values),
                                                 **changes})
