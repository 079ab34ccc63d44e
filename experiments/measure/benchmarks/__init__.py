"""How fast everything is: what `experiments/measure/benchmark.py` measures.

Nothing else in the package imports it.
"""
