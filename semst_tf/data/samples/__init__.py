"""Sample photographs; sources and licences are in ATTRIBUTION.md."""
