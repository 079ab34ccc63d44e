"""`--dataroot` and `--direction`: the folders of a data set as CUT lays it."""

import pathlib

from absl import flags

FLAGS = flags.FLAGS
# Flags defined here belong to the script that asks for them.
flags.disclaim_key_flags()


def define_flags(source, target):
    """Defines both flags.

    Args:
        source: str. Subfolder that is the source, as `"trainA"`.
        target: str or `None`. Subfolder that is the target, if one is used.
    """
    meaning = f"{source}" if target is None else f"{source} and {target}"
    flags.DEFINE_string(
        "dataroot",
        None,
        f"Folder of a data set as CUT lays it out: its {meaning}.",
    )
    flags.DEFINE_enum(
        "direction",
        "AtoB",
        ["AtoB", "BtoA"],
        "Which domain of --dataroot is the source.",
        case_sensitive=False,
    )


def places(phase, source, target=None, needed=()):
    """Reads the places of the domains, from --dataroot if it is given.

    Args:
        phase: str. `"train"` or `"test"`: how the subfolders begin.
        source: str. Flag that names the source.
        target: str or `None`. Flag that names the target, if one is used.
        needed: Flags that have to be given, except for those two where
            there is a --dataroot.

    Returns:
        Pair of str, or of `None` where a place is not given.

    Raises:
        ValueError: If flags are missing or exclude each other, or a
            subfolder is missing.
    """
    own = [name for name in (source, target) if name is not None]
    given = [name for name in own if FLAGS[name].value is not None]
    replaced = own if FLAGS.dataroot is not None else []
    missing = [
        f"--{name}"
        for name in needed
        if FLAGS[name].value is None and name not in replaced
    ]
    if missing:
        instead = "" if replaced else " (--dataroot can stand for folders)"
        raise ValueError(
            f"these flags are needed: {', '.join(missing)}{instead} (try "
            "--help)"
        )
    if FLAGS.dataroot is None:
        if FLAGS["direction"].present:
            raise ValueError(
                "--direction belongs to --dataroot. Received: "
                f"--direction={FLAGS.direction} without it"
            )
        return FLAGS[source].value, target and FLAGS[target].value
    if given:
        raise ValueError(
            f"--dataroot stands for {' and '.join(f'--{n}' for n in own)}; "
            f"give one or the other. Received: --dataroot and --{given[0]}"
        )
    first, second = "AB" if FLAGS.direction == "AtoB" else "BA"
    return (
        _subfolder(f"{phase}{first}"),
        target and _subfolder(f"{phase}{second}"),
    )


def _subfolder(name):
    root = pathlib.Path(FLAGS.dataroot)
    place = root / name
    if not FLAGS.dataroot or not place.is_dir():
        raise ValueError(
            "--dataroot is a folder with trainA and trainB, or testA and "
            f"testB. Received: {FLAGS.dataroot!r} without {name}"
        )
    return str(place)
