"""What is measured."""

import typing


class Workload(typing.NamedTuple):
    """Something that can be done again and again.

    Attributes:
        run: Function without arguments that does the work once and waits for
            its result.
        images: int. Images, or crops, that one run deals with.
        operations: Function without arguments that counts the floating-point
            operations of one run, or `None` if that has no meaning.
        details: Function without arguments that returns a dict of further
            figures once the runs are done, or `None`.
    """

    run: typing.Callable
    images: int
    operations: typing.Callable | None = None
    details: typing.Callable | None = None
