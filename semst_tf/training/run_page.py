"""A page that shows what a training made, readable without a network."""

import html
import io
import pathlib

from semst_tf.data.image_files import write_image
from semst_tf.data.image_grid import image_grid
from semst_tf.storage.atomic_files import replacing
from semst_tf.storage.loss_history import read_history
from semst_tf.version import __version__

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto;
  max-width: 68rem; padding: 0 1rem; color: #222; background: #fff; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; padding: 0.3rem; }
td { padding: 0.3rem; vertical-align: top; width: 33%; }
img { max-width: 100%; max-height: 20rem; }
figure { margin: 0; }
svg { max-width: 100%; height: auto; }
pre { background: #f3f3f3; padding: 0.7rem 1rem; overflow-x: auto; }
figcaption, .note { color: #555; font-size: 0.9rem; }
"""


def write_run_page(
    workdir,
    title,
    sources,
    translations,
    targets,
    notes,
    commands,
    refresh=None,
):
    """Writes `index.html` into a run directory.

    Args:
        workdir: Path of the run directory; the loss curves come from its
            `metrics.json`.
        title: str. Heading of the page.
        sources: List of source images, `(height, width, channels)` arrays.
        translations: List of their translations, as many; `None` stands for
            one that there is not yet.
        targets: List of images of the target domain; the table goes round
            when there are fewer.
        notes: List of str, paragraphs above the images.
        commands: List of pairs of what a command is for and the command.
        refresh: int or `None`. Seconds after which a browser should read the
            page again, while a training goes on. Defaults to `None`.

    Returns:
        Path of the page. Its images lie beside it in `page/`.
    """
    workdir = pathlib.Path(workdir)
    (workdir / "page").mkdir(parents=True, exist_ok=True)
    rows = []
    for number, (source, translation) in enumerate(zip(sources, translations)):
        target = targets[number % len(targets)]
        cells = [
            _image(workdir, f"{kind}_{number}", image)
            for kind, image in (
                ("source", source),
                ("translation", translation),
                ("target", target),
            )
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    page = _page(
        title,
        notes,
        rows,
        _curves(read_history(workdir / "metrics.json")),
        commands,
        refresh,
    )
    with replacing(workdir / "index.html") as unfinished:
        unfinished.write_text(page, "utf-8", "backslashreplace")
    return workdir / "index.html"


def _image(workdir, name, image):
    if image is None:
        return '<td class="note">comes with the first samples</td>'
    shown = image_grid([[image]], height=320)
    write_image(workdir / "page" / f"{name}.jpg", shown)
    return f'<td><img src="page/{name}.jpg" alt="{name}"></td>'


def _page(title, notes, rows, curves, commands, refresh):
    title = html.escape(title)
    again = ""
    if refresh:
        again = f'<meta http-equiv="refresh" content="{int(refresh)}">'
    paragraphs = "".join(f"<p>{html.escape(note)}</p>" for note in notes)
    listing = "".join(
        f"<li>{html.escape(purpose)}<pre>{html.escape(command)}</pre></li>"
        for purpose, command in commands
    )
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{again}
<title>{title}</title>
<style>{_STYLE}</style>
<h1>{title}</h1>
{paragraphs}
<table>
<tr><th>Source</th><th>Translation</th><th>An image of the target</th></tr>
{"".join(rows)}
</table>
<h2>Loss curves</h2>
<figure>{curves}
<figcaption>Each curve against the training step. Adversarial and
discriminator losses balance each other and do not fall; the contrastive ones
should. Structure falls and texture rises in mutual information (its loss
falls) when the scene survives.</figcaption></figure>
<h2>Next</h2>
<ol>{listing}</ol>
<p class="note">Made by semst_tf {__version__}.</p>
</html>
"""


def _curves(history):
    """Draws every loss in a small panel of its own, as inline SVG."""
    # Scores of validations come later than losses, and not in every row.
    names = list(dict.fromkeys(name for row in history for name in row))
    names = [name for name in names if name not in ("step", "seconds")]
    # What all terms sum up to comes first.
    names.sort(key=lambda name: name != "loss")
    if not names:
        return "<p>No losses were recorded.</p>"
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    columns = 3
    lines = -(-len(names) // columns)
    width, height = 11, 2.4 * lines  # Inches.
    figure = Figure(figsize=(width, height))
    FigureCanvasSVG(figure)
    # Fixed places: panels are alike, and to compute them costs half of the
    # time of a page, which a training writes once a minute.
    figure.subplots_adjust(
        left=0.55 / width,
        right=1 - 0.1 / width,
        bottom=0.3 / height,
        top=1 - 0.3 / height,
        wspace=0.22,
        hspace=0.4,
    )
    axes = figure.subplots(lines, columns, squeeze=False).ravel()
    for axis, name in zip(axes, names):
        rows = [row for row in history if name in row]
        axis.plot(
            [row["step"] for row in rows],
            [row[name] for row in rows],
            color="#2a6f97",
            marker="." if len(rows) < 20 else None,
        )
        axis.set_title(name, fontsize=10)
        axis.tick_params(labelsize=8)
        axis.locator_params(nbins=5)
        axis.grid(alpha=0.3)
    for axis in axes[len(names) :]:
        axis.set_axis_off()
    drawing = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        figure.savefig(drawing, format="svg", metadata={"Date": None})
    return drawing.getvalue()[drawing.getvalue().index("<svg") :]
