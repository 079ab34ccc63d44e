"""What plots of results share: styles of their lines, legend and file."""

import itertools

MARKERS = "osD^v<>pPX*hd8"
"""One a method; after so many they come again with an empty face."""

COLOURS = ("#1b6ca8", "#b5482a", "#3d7d3d", "#7a4fa3", "#555555")
"""Colours of similar darkness: they only help."""


def line_styles(names):
    """Styles of the lines of methods.

    Args:
        names: List of str, each once.

    Returns:
        Dict from name to keyword arguments of `Axes.plot`.

    Raises:
        ValueError: If there are more names than markers.
    """
    if len(names) > 2 * len(MARKERS):
        raise ValueError(
            f"A plot has markers for {2 * len(MARKERS)} methods; --only and "
            f"--without leave some out. Received: {len(names)} methods"
        )
    shapes = itertools.product((True, False), MARKERS)
    colours = itertools.cycle(COLOURS)
    return {
        name: {
            "marker": marker,
            "markerfacecolor": colour if filled else "white",
            "color": colour,
            "linewidth": 1,
            "markersize": 6,
            "label": name,
        }
        for name, (filled, marker), colour in zip(names, shapes, colours)
    }


def write_plot(figure, last, path):
    """Writes a plot with its legend on the right.

    Args:
        figure: `matplotlib.figure.Figure`; closed afterwards.
        last: `Axes` of the panel furthest to the right.
        path: `pathlib.Path` of the file.
    """
    from matplotlib import pyplot

    last.legend(
        fontsize=7, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False
    )
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})
    pyplot.close(figure)
