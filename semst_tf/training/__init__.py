"""A training in a run directory, its description and its page."""
