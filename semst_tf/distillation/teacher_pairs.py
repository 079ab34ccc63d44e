"""Source images beside what a teacher made of them."""

from semst_tf.data.image_collection import ImageCollection
from semst_tf.data.paired_images import PairedImages
from semst_tf.data.pairing import pair_names
from semst_tf.distillation.teacher_images import TeacherImages
from semst_tf.training.image_options import image_options


def teacher_pairs(teacher, source, config, cache, progress=None, say=print):
    """Translates source images by a teacher, where that was not done before.

    Args:
        teacher: What `semst_tf.load_translator` returns.
        source: Source images, as `ImageCollection` takes them.
        config: `SemSTConfig` of the student.
        cache: Path of the folder that keeps translations.
        progress: Function of what is done and of all there is to do, or
            `None`.
        say: Function that prints a line: what is to be made, and the disk
            that it needs. Defaults to `print`.

    Returns:
        `PairedImages`.

    Raises:
        OSError: If images are missing, or the disk is full.
        ValueError: If channels differ, an image cannot be read, or the disk
            would be full.
    """
    made = teacher.output_channels
    wanted = config.generator.output_channels
    if made != wanted:
        raise ValueError(
            f"The teacher makes images of {made} channels; set "
            "`generator.output_channels` to it, or take another teacher. "
            f"Received: generator.output_channels={wanted}"
        )
    options = image_options(config)
    images = ImageCollection(source, **options["source"])
    translations = TeacherImages(teacher, images, cache)
    say(str(translations))
    translations.make(progress)
    # Resized before they were translated.
    return PairedImages(
        images, translations.collection(**{**options["target"], "resize": None})
    )


def given_pairs(images, source, config):
    """Pairs source images with images of their names, of any origin.

    Args:
        images: What a teacher made of the source images: a folder.
        source: Source images, as `ImageCollection` takes them.
        config: `SemSTConfig` of the student. Its `data.resize` applies to
            both.

    Returns:
        `PairedImages`.

    Raises:
        OSError: If a folder is missing.
        ValueError: If a source image has no partner, or it is not clear
            which.
    """
    options = image_options(config)
    source = ImageCollection(source, **options["source"])
    taught = ImageCollection(
        images, **{**options["target"], "resize": options["source"]["resize"]}
    )
    partners = pair_names(
        source.relative_names,
        taught.relative_names,
        "teacher image",
        place=taught.description,
    )
    return PairedImages(source, taught.ordered(partners))
