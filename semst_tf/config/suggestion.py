"""What a mistyped name may have meant."""

import difflib


def suggestion(name, known):
    """Returns a sentence that names what is spelt alike.

    Args:
        name: str. What was typed.
        known: Names that exist: list, or dict from what may have been meant
            to what it is called.

    Returns:
        str that begins with a space, such as `" Did you mean seed?"`; empty if
        nothing is spelt alike.
    """
    names = known if isinstance(known, dict) else {name: name for name in known}
    folded = {known.casefold(): meant for known, meant in names.items()}
    close = difflib.get_close_matches(
        str(name).casefold(), list(folded), n=3, cutoff=0.5
    )
    meant = list(dict.fromkeys(folded[match] for match in close))
    return f" Did you mean {', '.join(meant)}?" if meant else ""
