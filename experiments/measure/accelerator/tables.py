"""Tables of what was measured."""

from accelerator.figures import figures


def table():
    """Prints what was measured, as Markdown."""
    for sign, columns in (
        (
            "seconds_per_step",
            (
                "images_per_second",
                "seconds_per_step",
                "memory_mib",
                "share_of_matrix_rate",
            ),
        ),
        (
            "ratio",
            (
                "seconds_per_step_without",
                "seconds_per_step_with_loading",
                "ratio",
                "lowest_ratio",
                "highest_ratio",
            ),
        ),
    ):
        rows = [
            {"figure": name, **values}
            for name, values in figures().items()
            if sign in values
        ]
        print_rows(["figure", *columns], rows)


def print_rows(columns, rows):
    lines = [list(columns), ["---"] * len(columns)]
    lines += [[row.get(name, "") for name in columns] for row in rows]
    for line in lines:
        print("|", " | ".join(str(cell) for cell in line), "|")
    print()
