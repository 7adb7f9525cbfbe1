"""The lessons: scripts with cells, which `spikingnn lessons` lists and writes as notebooks."""
