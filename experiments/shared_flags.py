"""Flags that several scripts have alike."""

from absl import flags

# Flags defined here belong to the script that asks for them.
flags.disclaim_key_flags()


def define_guided_radius():
    """Defines --guided_radius, which is behind the generator of --model."""
    flags.DEFINE_integer(
        "guided_radius",
        None,
        "Pixels, a multiple of 4, that a guided filter of the difference of "
        "translation and input reaches: colours change, at edges of the input "
        "only; 0: no filter; its own if not given.",
        lower_bound=0,
    )


def define_max_pixels():
    """Defines --max_pixels."""
    flags.DEFINE_integer(
        "max_pixels",
        None,
        "Pixels that an image file may have; 178956970 unless given, or "
        "SEMST_TF_MAX_PIXELS. A guard against files that claim to be huge.",
    )
