"""What an adaptation study found, as a table to read."""

import statistics

from semst_tf.metrics.all_scores import score_of

_IOU = score_of("val_miou")
_ACCURACY = score_of("val_pixel_accuracy")

GAINS = (
    ("gain", "untranslated", "translated"),
    (
        "gain as pre-training",
        "untranslated, fine-tuned",
        "translated, fine-tuned",
    ),
)
"""Differences that a table shows: heading, from which column, to which."""


def adaptation_table(results):
    """Writes the results of a study as a Markdown table.

    Args:
        results: Dict, what `AdaptationStudy.run` returns.

    Returns:
        str. A row for every scored class, the mean IoU over these and the
        pixel accuracy; a column for every way of training, as mean and
        standard deviation over the seeds. Gains are differences at equal
        seeds.
    """
    cells = results["cells"]
    gains = [gain for gain in GAINS if {gain[1], gain[2]} <= set(cells)]
    heads = ["IoU", *cells, *(heading for heading, _, _ in gains)]
    lines = [_line(heads), _line(["---"] * len(heads))]
    for label, read in _rows(results["scored_classes"]):
        values = {name: [read(c) for c in cells[name]] for name in cells}
        columns = [_mean_and_spread(values[name]) for name in cells]
        for _, before, after in gains:
            columns.append(_gain(values[before], values[after]))
        lines.append(_line([label, *columns]))
    return "\n".join(lines) + "\n"


def summary_table(results, study):
    """Writes the results of a study as a short Markdown table.

    Args:
        results: Dict, what `AdaptationStudy.run` returns.
        study: str. Its name, which the ids of the rows begin with.

    Returns:
        str. A row for every way of training: how many seeds, mean and
        standard deviation of mean IoU and pixel accuracy, and the gain in
        mean IoU over the segmenter of untranslated images at equal seeds, and
        over that of Fourier amplitudes if the study has one.
    """
    cells = results["cells"]
    references = ["untranslated", *({"FDA"} & set(cells))]
    heads = ["id", "seeds", _IOU.heading, _ACCURACY.heading]
    heads += [f"{_IOU.heading} above {name}" for name in references]
    lines = [_line(heads), _line(["---"] * len(heads))]
    for training, scores in cells.items():
        name = training.replace(",", "").replace(" ", "_")
        line = [f"{study}/{name}", str(len(scores))]
        for key in (_IOU.key, _ACCURACY.key):
            line.append(_mean_and_spread([score[key] for score in scores]))
        for reference in references:
            before = cells.get(reference, [])
            ious = [[s[_IOU.key] for s in each] for each in (before, scores)]
            above = training != reference and before
            line.append(_gain(*ious) if above else "")
        lines.append(_line(line))
    return "\n".join(lines) + "\n"


def _gain(before, after):
    """Mean and spread of the differences at equal seeds."""
    return _mean_and_spread([b - a for a, b in zip(before, after)], "+")


def _rows(classes):
    for name in classes:
        yield name, lambda cell, name=name: cell["class_iou"][name]
    for score, heading in ((_IOU, "mean IoU"), (_ACCURACY, _ACCURACY.heading)):
        yield f"**{heading}**", lambda cell, key=score.key: cell[key]


def _mean_and_spread(values, sign=""):
    # Plus zero: a mean that rounds to nothing has no sign.
    digits = _IOU.digits
    text = f"{round(statistics.fmean(values), digits) + 0.0:{sign}.{digits}f}"
    if len(values) > 1:
        text += f" ± {_IOU.text(statistics.stdev(values))}"
    return text


def _line(columns):
    return "| " + " | ".join(columns) + " |"
