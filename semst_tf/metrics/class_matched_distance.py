"""How far translations are from the target, class by class."""

import keras
import numpy as np

from semst_tf.data.label_spaces import IGNORE
from semst_tf.data.resize import resize_image
from semst_tf.metrics.kernel_inception_distance import squared_discrepancy
from semst_tf.metrics.score import Score
from semst_tf.ops.private_api import KnowsDirection
from semst_tf.pretrained.frozen_network_base import FrozenNetwork
from semst_tf.pretrained.frozen_networks import frozen_network
from semst_tf.pretrained.segmenter import SEGMENTER_SIZE
from semst_tf.pretrained.segmenter import read_arrays
from semst_tf.pretrained.unit_images import unit_images

SCALE = 32.0
"""Puts unlike domains, such as renderings and photographs, in the hundreds."""


@keras.saving.register_keras_serializable(package="semst_tf")
class ClassMatchedDistance(KnowsDirection, keras.metrics.Metric):
    """Kernel distance between the looks of each class in two sets of images.

    FID and KID compare whole images, and with them how much road, sky and
    trees they show, which a translator that keeps the scene must not change.
    Here road is compared with road: for every image and class, the mean of the
    features at the places of the class is one sample; for every class, the
    samples of translations are compared with those of real images of the
    target; the result is the mean over the classes that have enough samples
    in both sets. The features are those of a segmenter, trained on neither
    ImageNet nor by the translator.

    Low-level traits count in it: blur and JPEG change it too. Show controls
    beside it, such as the untranslated images and another set of real images.

    Images of the target domain go to `update_target`, translations to
    `update_state`, with the labels of their *source* images. Of each image
    only one vector a class is kept. `reset_state` forgets the translations
    only. Like `KernelInceptionDistance` it cannot be updated inside a
    compiled graph.

    Args:
        network: str or `FrozenNetwork`. See `frozen_network`. Never one that
            the translator was trained with. Defaults to `"espnetv2"`, the
            Cityscapes segmenter that ships.
        features: Sequence of str, names of features of the network. Defaults
            to `("stride_4", "stride_8")`.
        size: `(height, width)` to which images are resized before (bicubic,
            anti-aliased), or `None` for their own size. Defaults to
            `SEGMENTER_SIZE`, (256, 512).
        num_classes: int. Defaults to `19`.
        ignore: int. The label of pixels that do not count. Defaults to `255`.
        class_names: Sequence of str, or `None` for numbers.
        minimum_places: int. Places of a feature map that must show a class
            for the image to give a sample of it. More than 1 leaves out the
            specks of label maps that were compressed as JPEG. Defaults to
            `1`.
        minimum_samples: int. Images that must show a class in both sets for
            it to count, at least 2. Defaults to `20`.
        batch_size: int. Images that go through the network at once. Defaults
            to `4`.
        name: string. Defaults to `"class_matched_distance"`.
        dtype: Of the result.

    Call arguments of `update_state` and `update_target`:
        images: Array `(batch, height, width, channels)`, uint8 or float in
            [-1, 1].
        labels: Int array `(batch, rows, columns)` or
            `(batch, rows, columns, 1)` of the same scenes, of any size; values
            from 0 to `num_classes - 1` or `ignore`.

    Returns:
        `result()`: float, the mean over features and classes of the unbiased
        squared maximum mean discrepancy under the kernel
        `(x . y / channels + 1) ** 3`, times 32. Before, features are divided
        by the root mean square of all samples of the target, so that neither
        the network nor the depth decides how large distances are. About 0,
        and sometimes below, for two halves of one set.

    Raises:
        ValueError: If a label is no class, or no class has enough samples.

    Example:

    >>> metric = semst_tf.metrics.ClassMatchedDistance()
    >>> metric.update_target(photos, photo_labels)
    >>> metric.update_state(model.translate(sources), source_labels)
    >>> metric.result(), metric.results_by_class()

    Reference:
        semst_tf design; after cKVD of FeaMGAN, Garbe et al. 2023, and sKVD
        of EPE, Richter et al. 2021.
    """

    scores = tuple(
        Score(
            group="distance",
            key=f"class_matched_{name}",
            heading=f"class-matched {name.replace('_', ' ')}",
            log_name=f"val_class_matched_{name}",
            direction="down",
            digits=1,
        )
        for name in ("stride_4", "stride_8")
    ) + (
        Score(
            group="distance",
            key="class_matched",
            heading="class-matched",
            log_name="val_class_matched",
            direction="down",
            digits=1,
            in_tables=False,
        ),
    )

    def __init__(
        self,
        network="espnetv2",
        features=("stride_4", "stride_8"),
        size=SEGMENTER_SIZE,
        num_classes=19,
        ignore=IGNORE,
        class_names=None,
        minimum_places=1,
        minimum_samples=20,
        batch_size=4,
        name="class_matched_distance",
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        if minimum_samples < 2:
            raise ValueError(
                "`minimum_samples` must be at least 2. "
                f"Received: minimum_samples={minimum_samples}"
            )
        if class_names is not None and len(class_names) != num_classes:
            raise ValueError(
                f"`class_names` must have {num_classes} names. "
                f"Received: {len(class_names)} names"
            )
        if not features:
            raise ValueError(
                "At least one feature must be named. "
                f"Received: features={features!r}"
            )
        self.network = network
        self.features = tuple(features)
        self.size = None if size is None else tuple(size)
        self.num_classes = num_classes
        self.ignore = ignore
        self.class_names = None if class_names is None else list(class_names)
        self.minimum_places = minimum_places
        self.minimum_samples = minimum_samples
        self.batch_size = batch_size
        self._target = self._no_samples()
        self._translated = self._no_samples()

    def update_target(self, images, labels):
        """Adds images of the target domain and their labels."""
        self._add(self._target, images, labels)

    def update_state(self, images, labels, sample_weight=None):
        if sample_weight is not None:
            raise ValueError(
                "ClassMatchedDistance takes no weights; give pixels that do "
                f"not count the label {self.ignore}. "
                f"Received: sample_weight={sample_weight!r}"
            )
        self._add(self._translated, images, labels)

    def reset_state(self):
        self._translated = self._no_samples()

    def result(self):
        return float(np.mean(list(self.results_by_feature().values())))

    def results_by_feature(self):
        """Returns a dict from the name of a feature to its distance."""
        results = {}
        for feature, by_class in self.results_by_class().items():
            results[feature] = float(np.mean(list(by_class.values())))
        return results

    def results_by_class(self):
        """Returns the distances of all classes that count.

        Returns:
            Dict from the name of a feature to a dict from the name of a class
            to its distance.
        """
        return {
            feature: {
                self._class_name(number): self._distance(feature, *pair)
                for number, pair in self._compared(feature)
            }
            for feature in self.features
        }

    def _distance(self, feature, target, translated):
        vectors = sum(self._target[feature], [])
        size = np.sqrt(np.mean(np.square(vectors, dtype="float64")))
        first, second = (
            np.stack(samples).astype("float64") / size
            for samples in (target, translated)
        )
        return SCALE * float(squared_discrepancy(first, second))

    def samples_by_class(self):
        """Returns how many images show a class, at the last of the features.

        Returns:
            Dict from the name of a class to `(target, translated)`, two ints.
        """
        feature = self.features[-1]
        return {
            self._class_name(number): (
                len(self._target[feature][number]),
                len(self._translated[feature][number]),
            )
            for number in range(self.num_classes)
        }

    def _compared(self, feature):
        """Pairs of a class and its samples, where there are enough."""
        pairs = zip(self._target[feature], self._translated[feature])
        compared = [
            (number, pair)
            for number, pair in enumerate(pairs)
            if min(map(len, pair)) >= self.minimum_samples
        ]
        if not compared:
            raise ValueError(
                f"No class is shown by {self.minimum_samples} images of both "
                "sets; give more images or a smaller `minimum_samples`. "
                f"Received: {self.samples_by_class()} (target, translated)"
            )
        return compared

    def _no_samples(self):
        return {
            feature: [[] for _ in range(self.num_classes)]
            for feature in self.features
        }

    def _class_name(self, number):
        return self.class_names[number] if self.class_names else str(number)

    def _add(self, samples, images, labels):
        images = keras.ops.convert_to_numpy(images)
        labels = self._checked(keras.ops.convert_to_numpy(labels), images)
        for start in range(0, len(images), self.batch_size):
            batch = slice(start, start + self.batch_size)
            prepared = np.stack([self._prepared(i) for i in images[batch]])
            maps = self._network().features(prepared, self.features)
            for feature in self.features:
                self._add_means(
                    samples[feature],
                    keras.ops.convert_to_numpy(maps[feature]),
                    labels[batch],
                    self._network().strides[feature]
                    / np.array(prepared.shape[1:3]),
                )

    def _add_means(self, samples, maps, labels, steps):
        rows, columns = (
            _nearest(count, step, size)
            for count, step, size in zip(
                maps.shape[1:3], steps, labels.shape[1:3]
            )
        )
        for image, label in zip(maps, labels[:, rows][:, :, columns]):
            for number, count in zip(*np.unique(label, return_counts=True)):
                if number != self.ignore and count >= self.minimum_places:
                    mean = image[label == number].mean(axis=0)
                    samples[number].append(mean)

    def _prepared(self, image):
        if image.dtype != np.uint8:
            image = unit_images(image)
        if self.size is not None:
            image = resize_image(image, self.size)
        return unit_images(image)

    def _checked(self, labels, images):
        if labels.ndim == 4 and labels.shape[-1] == 1:
            labels = labels[..., 0]
        if images.ndim != 4 or labels.ndim != 3 or len(images) != len(labels):
            raise ValueError(
                "Images `(batch, height, width, channels)` need labels "
                "`(batch, rows, columns)`. Received: "
                f"{images.shape} and {labels.shape}"
            )
        known = (labels >= 0) & (labels < self.num_classes)
        known |= labels == self.ignore
        if labels.dtype.kind not in "iu" or not known.all():
            wrong = labels[~known].flat[0] if not known.all() else labels.dtype
            raise ValueError(
                f"Labels must be integers from 0 to {self.num_classes - 1}, or "
                f"{self.ignore} to be ignored; `map_labels` translates other "
                f"label spaces. Received: {wrong}"
            )
        return labels

    def _network(self):
        if isinstance(self.network, FrozenNetwork):
            return self.network
        return frozen_network(self.network)

    def save_target(self, path):
        """Writes the samples of the target domain to an `.npz` file."""
        arrays = {
            f"{feature}/{number}": np.stack(vectors)
            for feature, classes in self._target.items()
            for number, vectors in enumerate(classes)
            if vectors
        }
        np.savez(path, **arrays)

    def load_target(self, path):
        """Replaces the target domain by what `save_target` wrote."""
        arrays = read_arrays(path)
        target = self._no_samples()
        for name, vectors in arrays.items():
            feature, _, number = name.rpartition("/")
            known = feature in target and number.isdigit()
            if not known or int(number) >= self.num_classes:
                raise ValueError(
                    "This file holds no target of a ClassMatchedDistance of "
                    f"{', '.join(self.features)}. Received: {name!r}"
                )
            target[feature][int(number)] = list(vectors)
        self._target = target

    def get_config(self):
        network = self.network
        if isinstance(network, FrozenNetwork):
            network = keras.saving.serialize_keras_object(network)
        return {
            **super().get_config(),
            "network": network,
            "features": self.features,
            "size": self.size,
            "num_classes": self.num_classes,
            "ignore": self.ignore,
            "class_names": self.class_names,
            "minimum_places": self.minimum_places,
            "minimum_samples": self.minimum_samples,
            "batch_size": self.batch_size,
        }

    @classmethod
    def from_config(cls, config):
        network = config["network"]
        if isinstance(network, dict):
            network = keras.saving.deserialize_keras_object(network)
        return cls(**{**config, "network": network})


def _nearest(count, step, size):
    """Places in `size` labels under the middles of `count` features."""
    middles = (np.arange(count) + 0.5) * step * size
    return np.minimum(middles.astype(int), size - 1)
