"""Checks of constructor arguments that the networks share."""


def check_positive(**numbers):
    """Raises `ValueError` unless every argument is a positive integer."""
    for name, number in numbers.items():
        if not isinstance(number, int) or number < 1:
            raise ValueError(
                f"`{name}` must be a positive integer. "
                f"Received: {name}={number!r}"
            )
