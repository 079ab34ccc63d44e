"""What the terms of one training step share."""


class Step:
    """The moment of a step, and what several of its terms need.

    Args:
        progress: Scalar in [0, 1], the share of the training that is done.
        seeds: `keras.random.SeedGenerator` for crops, positions and flips.
        training: bool. Whether networks may update what they keep of a step,
            such as estimates of spectral norms. Defaults to `False`.
    """

    def __init__(self, progress, seeds, training=False):
        self.progress = progress
        self.seeds = seeds
        self.training = training
        self._known = {}

    def once(self, key, function):
        """Returns what a function gave the first time it was asked.

        Args:
            key: Hashable, what is asked for.
            function: Function without arguments.

        Returns:
            What the function returned.
        """
        if key not in self._known:
            self._known[key] = function()
        return self._known[key]
