"""The worked solutions of the lessons: `spikingnn lessons 1 --solution` writes one beside its lesson."""
