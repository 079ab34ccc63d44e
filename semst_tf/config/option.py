"""One field of the configuration: its default, its help and its limits."""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Option:
    """What a field says about itself beside its type and its default.

    Args:
        help: str. What the field is, in full sentences, without its type,
            default and limits: those are written down by the others.
        above: Number or `None`. Values are larger than this.
        at_least: Number or `None`. Values are this or larger.
        at_most: Number or `None`. Values are this or smaller.
        below: Number or `None`. Values are smaller than this.
        choices: Tuple or dict of the names that the value may have, or a
            function without arguments that returns one; `None` for any
            value. A function lets an implementation list its own names
            without being imported with the configuration.
    """

    help: str
    above: typing.Any = None
    at_least: typing.Any = None
    at_most: typing.Any = None
    below: typing.Any = None
    choices: typing.Any = None

    def names(self):
        """Returns the tuple of names to choose from, or `None`."""
        choices = self.choices() if callable(self.choices) else self.choices
        return None if choices is None else tuple(choices)

    def interval(self):
        """Returns the limits in words, empty where there are none."""
        low = [f"{self.at_least:g}"] if self.at_least is not None else []
        low += [f"above {self.above:g}"] if self.above is not None else []
        high = [f"{self.at_most:g}"] if self.at_most is not None else []
        high += [f"below {self.below:g}"] if self.below is not None else []
        if low and high:
            return f"from {low[0]} to {high[0]}"
        if low:
            if self.above == 0:
                return "positive"
            return low[0] if self.above is not None else f"{low[0]} or more"
        if high:
            return high[0] if self.below is not None else f"{high[0]} or less"
        return ""

    def contains(self, number):
        """Whether a number is within the limits."""
        return (
            (self.above is None or number > self.above)
            and (self.at_least is None or number >= self.at_least)
            and (self.at_most is None or number <= self.at_most)
            and (self.below is None or number < self.below)
        )


@dataclasses.dataclass(frozen=True)
class Group:
    """What a group of fields says about itself.

    Args:
        help: str. What the fields are about.
        choices: Dict from names of fields of the group to `choices`, as of
            `Option`, where this group takes others than its class.
    """

    help: str
    choices: dict


def option(
    default,
    help,
    *,
    above=None,
    at_least=None,
    at_most=None,
    below=None,
    choices=None,
):
    """Makes a field of a configuration.

    Type and default are those of the dataclass field; "off" is `None`, and
    the type then `float | None`. The rest is checked by `check_fields` and
    printed in `docs/options.md`.

    Args:
        default: Default value.
        help: str. See `Option`, as all others.
        above: Number or `None`.
        at_least: Number or `None`.
        at_most: Number or `None`.
        below: Number or `None`.
        choices: Tuple, dict, function or `None`.

    Returns:
        A `dataclasses.field`.

    Example:

    >>> @dataclasses.dataclass(frozen=True)
    ... class BlurConfig:
    ...     width: int = option(3, "Side of the kernel.", at_least=1)
    """
    metadata = Option(help, above, at_least, at_most, below, choices)
    return dataclasses.field(default=default, metadata={"option": metadata})


def group(default, help, **choices):
    """Makes a field that is a group of fields.

    Args:
        default: Instance of the dataclass of the group.
        help: str. What the fields are about.
        **choices: `choices` of fields of the group, where this group takes
            others than its class.

    Returns:
        A `dataclasses.field`.
    """
    return dataclasses.field(
        default=default, metadata={"group": Group(help, choices)}
    )
