"""Images of TensorFlow Datasets as a source: `tfds:name[/config][@split]`."""

import io
import re

_SYNTAX = re.compile(
    r"tfds:(?P<name>[^@#]+)(@(?P<split>[^#]+))?(#(?P<key>.+))?"
)


class TFDSSource:
    """The images of a TensorFlow Datasets set, in the set's own order.

    The set is prepared (downloaded) where it isn't yet. Where it was prepared
    for random access, images are read from disk one by one; otherwise their
    encoded bytes (not their pixels) are held in memory.

    Args:
        spec: str. `tfds:<name>[/<config>][:<version>][@<split>][#<feature>]`,
            for example `tfds:cycle_gan/horse2zebra@trainA`. The feature is
            `image`, or the only image feature, where it is not named.
        default_split: str. The split where `spec` names none. Defaults to
            `"train"`; also used where the set lacks `default_split`.
        data_dir: Folder of prepared sets. Defaults to `None`:
            TensorFlow Datasets' own default (`TFDS_DATA_DIR`).

    Raises:
        ImportError: If tensorflow-datasets is not installed.
        ValueError: If the set, split or feature is unknown.
    """

    paths = ()  # Its images are no files of their own.
    ignored = ()

    def __init__(self, spec, default_split="train", data_dir=None):
        parsed = _SYNTAX.fullmatch(spec)
        if parsed is None:
            raise ValueError(
                "A TensorFlow Datasets set is written "
                f"'tfds:<name>[@<split>][#<feature>]'. Received: {spec!r}"
            )
        tfds = _tensorflow_datasets()
        try:
            builder = tfds.builder(parsed["name"], data_dir=data_dir)
        except tfds.core.DatasetNotFoundError as error:
            raise ValueError(
                "TensorFlow Datasets has no such set. "
                f"Received: {parsed['name']!r}"
            ) from error
        if not builder.is_prepared():
            builder.download_and_prepare(file_format="array_record")
        self.split = parsed["split"] or _split_of(builder, default_split)
        self.feature = parsed["key"] or _feature_of(tfds, builder)
        self.description = f"tfds:{parsed['name']}@{self.split}"
        self._examples = _encoded_examples(
            tfds, builder, self.split, self.feature
        )

    def __len__(self):
        return len(self._examples)

    def name(self, index):
        """Printable name of an image."""
        return f"{self.description}[{index}]"

    def relative_name(self, index):
        """What tells an image from the others of the set: its number."""
        return self.name(index)

    def open(self, index):
        """What `read_image` takes: here, the encoded bytes as a file."""
        file = io.BytesIO(self._examples[index][self.feature])
        file.name = self.name(index)  # What errors call it.
        return file

    def identity(self):
        """Equal for two sources that are the very same images."""
        return self.description, self.feature


def _tensorflow_datasets():
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise ImportError(
            "'tfds:...' needs the tensorflow-datasets package."
        ) from error
    return tfds


def _split_of(builder, default_split):
    splits = builder.info.splits
    for split in (default_split, "train"):
        if split in splits:
            return split
    raise ValueError(
        f"{builder.name} has no split {default_split!r} or 'train'; choose "
        f"one of {', '.join(splits)}. Received: tfds:{builder.name}"
    )


def _feature_of(tfds, builder):
    images = [
        key
        for key, feature in builder.info.features.items()
        if isinstance(feature, tfds.features.Image)
    ]
    if "image" in images:
        return "image"
    if len(images) != 1:
        raise ValueError(
            f"{builder.name} has {len(images)} image features "
            f"({', '.join(images)}); name one after '#'. "
            f"Received: tfds:{builder.name}"
        )
    return images[0]


def _encoded_examples(tfds, builder, split, feature):
    if feature not in builder.info.features:
        raise ValueError(
            f"{builder.name} has the features "
            f"{', '.join(builder.info.features)}. Received: #{feature}"
        )
    decoders = {feature: tfds.decode.SkipDecoding()}
    try:
        return builder.as_data_source(split, decoders=decoders)
    except NotImplementedError:
        dataset = builder.as_dataset(
            split,
            decoders=tfds.decode.PartialDecoding(
                {feature: True}, decoders=decoders
            ),
            shuffle_files=False,
        )
        return list(dataset.as_numpy_iterator())
