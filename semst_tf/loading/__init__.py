"""Translators from files of every kind, read safely."""
