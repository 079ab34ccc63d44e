"""The place of a table in a Markdown page."""


def put_table(page, name, text):
    """Replaces a table of a page, between the lines that name it.

    Args:
        page: `pathlib.Path` of the page.
        name: str. The lines are `<!-- begin NAME -->` and `<!-- end NAME -->`.
        text: str. The table, with the end of its last line.

    Raises:
        ValueError: If the page has no such lines.
    """
    content = page.read_text()
    begin, end = (f"<!-- {word} {name} -->" for word in ("begin", "end"))
    before, found, rest = content.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{page} has no lines {begin} and {end}")
    page.write_text(f"{before}{begin}\n{text}{end}{after}")
