"""The number of a step, on one device or on several."""

from keras import ops


def current_step(model):
    """Returns how many steps the optimizer of a model has taken, as int."""
    # Adding makes one tensor of the variables of several replicas.
    return int(ops.add(model.optimizer.iterations, 0))
