"""Monitors record what happens in a run; they change nothing of it."""

from .monitor import Monitor
from .spike_monitors import RateMonitor, SpikeMonitor
from .state_monitors import StateMonitor, WeightMonitor


__all__ = ["Monitor", "RateMonitor", "SpikeMonitor", "StateMonitor", "WeightMonitor"]
