"""Monitors record what happens in a run; they change nothing of it."""

from .monitor import Monitor
from .spike_monitors import RateMonitor, SpikeMonitor
from .state_monitors import SampledMonitor, StateMonitor, WeightMonitor


__all__ = ["Monitor", "RateMonitor", "SampledMonitor", "SpikeMonitor", "StateMonitor", "WeightMonitor"]
