"""The stages of gpu_figures.py, and where their figures are kept."""
