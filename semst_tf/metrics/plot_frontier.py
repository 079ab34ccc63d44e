"""Draws what likeness to the target costs in terms of the scene."""

import io
import pathlib

from semst_tf.storage.atomic_files import replacing


def plot_frontier(path, strengths, untranslated):
    """Plots KID against mean IoU, a point a strength.

    Right is more of the scene, up is nearer to the target: KID is drawn
    downwards. Lines mark the untranslated images.

    Args:
        path: Path of the image file; its ending names the format, as `.png`,
            `.svg` or `.pdf`.
        strengths: List of dicts as `Evaluation.scores` returns them, with
            `"consistency"`, `"distance"`, and `"strength"`.
        untranslated: Such a dict of the untranslated images.

    Raises:
        ValueError: If matplotlib does not know the format.

    Example:

    ```python
    scores = json.loads(pathlib.Path("frontier.json").read_text())
    plot_frontier("f.png", scores["strengths"], scores["untranslated"])
    ```
    """
    # Here: it takes a second to load. Without pyplot no window is asked for.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4.5), layout="constrained")
    axes = figure.add_subplot()
    points = [_point(scores) for scores in strengths]
    across, up, errors = zip(*points)
    axes.errorbar(across, up, errors, marker="o", label="translated")
    for scores, (x, y, _) in zip(strengths, points):
        axes.annotate(
            f"{scores['strength']:g}",
            (x, y),
            textcoords="offset points",
            xytext=(6, 6),
        )
    x, y, _ = _point(untranslated)
    axes.plot(x, y, "ks", label="untranslated")
    axes.axvline(x, color="grey", linewidth=0.8, linestyle=":")
    axes.axhline(y, color="grey", linewidth=0.8, linestyle=":")
    axes.invert_yaxis()
    axes.set_xlabel("mean IoU: what of the scene is still recognised")
    axes.set_ylabel("KID x 100: distance to the target (down is farther)")
    axes.legend()
    _save(figure, pathlib.Path(path))


def _point(scores):
    distance = scores["distance"]
    return (
        scores["consistency"]["mean_iou"],
        100 * distance["kid"],
        100 * distance["kid_standard_error"],
    )


def _save(figure, path):
    content = io.BytesIO()
    figure.savefig(content, format=path.suffix.lstrip(".") or "png", dpi=150)
    with replacing(path) as unfinished:
        unfinished.write_bytes(content.getvalue())
