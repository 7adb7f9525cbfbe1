"""The scenes of the lab, one per file; `spikingnn.lab.scene` says what a scene has."""

# the order in the menu within each group
ORDER = ("lif", "alif", "adex", "izhikevich", "hodgkin_huxley", "equations", "phase_plane", "firing_rate",
         "synapse", "short_term", "stdp_window", "stdp_drift", "tuning", "picture_codes", "balanced",
         "decision", "ring", "hopfield", "digits", "classifier")
