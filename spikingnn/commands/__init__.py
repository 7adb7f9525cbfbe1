"""The commands of `spikingnn`, one a file: `add(commands, shared)` declares the options, `run(options)` does
the work."""
