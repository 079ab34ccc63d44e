"""Translating images, files and folders."""
