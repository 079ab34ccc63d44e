"""How fast everything is: what `experiments/benchmark.py` measures.

Nothing else in the package imports it.
"""
