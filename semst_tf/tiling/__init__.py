"""Translating images that are too large for one piece."""
