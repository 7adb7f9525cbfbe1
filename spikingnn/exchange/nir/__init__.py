"""Trained models as graphs of the Neuromorphic Intermediate Representation (NIR), and back.

NIR describes neurons by differential equations in seconds; a model here advances in steps. Both are related
by the step dt as in snnTorch, β = 1 − dt/τ, so that a current enters with the factor r·dt/τ::

    τ dv/dt = (v_leak − v) + r I        ↔        u_t = β u_{t−1} + I_t,     r = τ / dt

``pip install 'spikingnn[nir]'`` brings the format's library.

References
----------
Pedersen et al., Nature Communications 15:8122 (2024).
"""

from .reading import from_nir
from .writing import to_nir


__all__ = ["from_nir", "to_nir"]
