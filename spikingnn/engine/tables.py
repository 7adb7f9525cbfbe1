"""The engine's arguments: tables of where each part of a network lies in the flat arrays, and the arrays themselves."""

from __future__ import annotations

from collections import namedtuple


Groups = namedtuple("Groups", """n unit_at state_at n_states coefficient_at n_coefficients same step_of stream gathers copies
                                 conductance_at n_conductance drive_at drive_rows""")
Values = namedtuple("Values", "state coefficients drive current conductance spiked psc trace weight memory params reward scratch")
Filters = namedtuple("Filters", "kind target at role partner decay mean reversal")
Links = namedtuple("Links", """source target kind filter n_delays delay_at pointer_at n_pointer index_at n_index weight_at n_weight
                               memory_at n_memory rank factor_at trace_at n_pre_traces n_post_traces trace_decay_at params_at n_params
                               column_at position_at learns on_pre on_post on_tick efficacy tick reward_at reward_rows""")
Wiring = namedtuple("Wiring", "delays pointers indices factors columns positions sources trace_decay mode")
Probes = namedtuple("Probes", "group row every at width unit_at units first out")
Hooks = namedtuple("Hooks", "homogeneous heterogeneous on_pre on_post efficacy")
