"""What is minimised: networks and a batch to named losses."""

import dataclasses

from keras import ops

from semst_tf.data.guides import KEEP
from semst_tf.data.guides import LABELS
from semst_tf.data.guides import PAIRED
from semst_tf.data.guides import VALID
from semst_tf.data.label_spaces import IGNORE
from semst_tf.layers.differentiable_augmentation import (
    DifferentiableAugmentation,
)
from semst_tf.objective.frozen_features import FrozenFeatures
from semst_tf.objective.make_terms import make_terms
from semst_tf.objective.multi_scale_views import MultiScaleViews
from semst_tf.objective.single_scale_views import SingleScaleViews
from semst_tf.objective.step import Step
from semst_tf.objective.view import Scores
from semst_tf.objective.weighted_value import WeightedValue
from semst_tf.ops.in_one_batch import in_one_batch
from semst_tf.ops.step_seeds import uniform


class Objective:
    """The sum of losses that a configuration asks for, term by term.

    A batch is looked at in one or several views (`SingleScaleViews`,
    `MultiScaleViews`), each of which brings its terms. It takes no gradients
    and keeps no state, so that every trainer, whatever its engine, minimises
    the same thing.

    Args:
        config: `semst_tf.config.SemSTConfig`.
        networks: `semst_tf.networks.Networks`.

    Call arguments:
        source: Source images `(batch, height, width, channels)` in [-1, 1].
        target: Target images.
        progress: Scalar in [0, 1], the share of the training that is done.
        seeds: `keras.random.SeedGenerator` for crops, positions and flips.
        training: bool. Whether it is a step of a training, in which
            discriminators move their estimates of spectral norms on. Defaults
            to `False`.
        guides: Dict of what the batch brings beside its images, the names of
            `guides`; or `None` for nothing.

    Returns:
        Dict from name to `WeightedValue` for the generator and the heads, the
        same for the discriminators, and the translations of the source
        images.
    """

    def __init__(self, config, networks):
        self.config = config
        self.networks = networks
        self.terms = make_terms(config, networks)
        multi_scale = bool(config.multi_scale.fusion)
        make_views = MultiScaleViews if multi_scale else SingleScaleViews
        self.views = make_views(config, networks.generator, self._encodes())
        self._shared = FrozenFeatures(_frozen(self._read()))
        self._judged = FrozenFeatures(_frozen(networks.read_names()))
        self._augment = None
        if config.discriminator.augmentation > 0:
            self._augment = DifferentiableAugmentation(
                config.discriminator.augmentation, dtype="float32"
            )

    def __call__(
        self, source, target, progress, seeds, training=False, guides=None
    ):
        step = Step(progress, seeds, training)
        guides = guides or {}
        target, guides = self._target(target, guides, seeds)
        views = self.views(source, target, seeds, guides)
        views = self._scored(self._with_features(views), step)
        generator_terms, discriminator_terms = {}, {}
        for view in views:
            for term in self._terms_of(view.kind):
                side = (
                    discriminator_terms
                    if term.trains_discriminator
                    else generator_terms
                )
                side[view.kind.name + term.name] = WeightedValue(
                    term(view, step), view.kind.weight * term.weight(progress)
                )
        return generator_terms, discriminator_terms, views[0].output

    @property
    def guides(self):
        """Names of what a batch must bring beside source and target."""
        paired = any(kind.paired for kind in self.views.kinds)
        names = [*PAIRED] if paired else []
        if self.config.data.keep is not None:
            names.append(KEEP)
        if self.config.label_classes is not None:
            names += LABELS
        if self.config.data.minimum_valid < 1:
            names += VALID
        return tuple(names)

    def term_names(self):
        """Names of the terms, without computing them.

        Returns:
            List of str, those of the generator first.
        """
        names = {False: [], True: []}
        for kind in self.views.kinds:
            for term in self._terms_of(kind):
                names[term.trains_discriminator].append(kind.name + term.name)
        return names[False] + names[True]

    def _terms_of(self, kind):
        return [term for term in self.terms if term.applies_to(kind)]

    def _encodes(self):
        """Whether a term reads encoder features of the output."""
        read = [name for term in self.terms for name in term.reads]
        encoder = any(name.startswith("encoder/") for name in read)
        return encoder or self.networks.projector is not None

    def _read(self):
        """Names of features that terms read, of any side."""
        names = []
        for term in self.terms:
            names += [*term.reads, *term.target_reads, *term.paired_reads]
        if not self.config.discriminator.augmentation:
            names += self.networks.read_names()
        return names

    def _with_features(self, views):
        """Adds the features of frozen networks that terms read."""
        if not self._shared.channels:
            return views
        fixed = []
        for view in views:
            paired = [view.paired_target] if self._reads_pairs(view) else []
            for images in (view.source, view.target, *paired):
                if not any(images is known for known in fixed):
                    fixed.append(images)
        found = self._shared(fixed)

        def of(images):
            places = [i for i, known in enumerate(fixed) if known is images]
            return found[places[0]]

        outputs = self._shared([view.output for view in views])
        return [
            dataclasses.replace(
                view,
                features={**view.features, **of(view.source)},
                output_features={**view.output_features, **output},
                target_features=of(view.target),
                **self._pairs_with_features(view, of),
            )
            for view, output in zip(views, outputs)
        ]

    def _reads_pairs(self, view):
        return any(term.paired_reads for term in self._terms_of(view.kind))

    def _pairs_with_features(self, view, of):
        """Fields of a view that hold the features of its pairs."""
        if not self._reads_pairs(view):
            return {}
        (output,) = self._shared([view.paired_output])
        return {
            "paired_features": of(view.paired_target),
            "paired_output_features": output,
        }

    def _target(self, target, guides, seeds):
        """Target images, some of which those of pairs take the place of.

        Labels are those of the images that went, and do not count then.
        """
        share = self.config.paired.real_share
        if not share:
            return target, guides
        paired = guides["paired_target"]
        if tuple(paired.shape) != tuple(target.shape):
            raise ValueError(
                "Config field `paired.real_share` needs as many pairs as "
                "target images, of one size. Received: pairs of shape="
                f"{tuple(paired.shape)}, target of {tuple(target.shape)}"
            )
        count = ops.shape(target)[0]
        chosen = uniform((count, 1, 1, 1), seeds) < share
        if "target_labels" in guides:
            labels = guides["target_labels"]
            none = ops.full_like(labels, IGNORE)
            labels = ops.where(chosen[..., 0], none, labels)
            guides = {**guides, "target_labels": labels}
        if VALID[1] in guides:
            # Pairs hold data everywhere.
            valid = guides[VALID[1]]
            valid = ops.where(chosen, ops.ones_like(valid), valid)
            guides = {**guides, VALID[1]: valid}
        return ops.where(chosen, paired, target), guides

    def _scored(self, views, step):
        """Adds the scores of target images and translations.

        Each discriminator runs once; views that share one share its targets.
        """
        scores = [{} for _ in views]
        for level in dict.fromkeys(view.kind.level for view in views):
            places = [i for i, v in enumerate(views) if v.kind.level == level]
            judged = [views[place] for place in places]
            images, labels, valid = self._augmented(judged, step)
            for name, network in self.networks.of_level(level).items():
                inputs = images
                names = self.networks.reads(network)
                if names:
                    inputs = self._features_for(judged, images, names)
                if labels is not None:
                    inputs = list(zip(inputs, labels))
                real, *fakes = in_one_batch(
                    lambda batch: _maps(self._judge(network, batch, step)),
                    inputs,
                )
                for place, fake, there in zip(places, fakes, valid[1:]):
                    scores[place][name] = Scores(real, fake, valid[0], there)
        return [
            dataclasses.replace(view, scores=found)
            for view, found in zip(views, scores)
        ]

    def _judge(self, network, batch, step):
        if self.config.label_classes is None:
            return network(batch, training=step.training)
        inputs, labels = batch
        return network(inputs, labels=labels, training=step.training)

    def _augmented(self, views, step):
        """What discriminators see: the target, then every output.

        Returns a list of images, one of the classes of their pixels as
        `(batch, height, width, classes)`, or `None`, and one of where they
        hold data, or of `None`.
        """
        images = [views[0].target, *(view.output for view in views)]
        labels = self._shares_of_classes(views)
        valid = [view.valid for view in (views[0], *views)]
        if self._augment is None:
            return images, labels, valid
        # All of it moves, and is cut out, with the images.
        parts = [
            part
            for part in (images, labels, valid)
            if part is not None and part[0] is not None
        ]
        moved = [
            self._augment(
                ops.concatenate(
                    [ops.cast(map_, "float32") for map_ in maps], axis=-1
                ),
                seed=step.seeds,
            )
            for maps in zip(*parts)
        ]
        channels = images[0].shape[-1]
        end = channels + (self.config.label_classes or 0)
        return (
            [maps[..., :channels] for maps in moved],
            None if labels is None else [m[..., channels:end] for m in moved],
            valid if valid[0] is None else [maps[..., end:] for maps in moved],
        )

    def _shares_of_classes(self, views):
        classes = self.config.label_classes
        if classes is None:
            return None
        labels = [views[0].target_labels, *(v.source_labels for v in views)]
        # What is no class, such as 255, has a share of none.
        return [
            ops.one_hot(ops.cast(found, "int32"), classes, dtype="float32")
            for found in labels
        ]

    def _features_for(self, views, images, names):
        if self._augment is None:
            found = [
                views[0].target_features,
                *(view.output_features for view in views),
            ]
        else:
            found = self._judged(images)
        return [{name: maps[name] for name in names} for maps in found]


def _frozen(names):
    return [n for n in names if n != "pixels" and not n.startswith("encoder/")]


def _maps(scores):
    """Score maps as a list, whatever a discriminator returns."""
    if isinstance(scores, dict):
        return list(scores.values())
    return list(scores) if isinstance(scores, (list, tuple)) else [scores]
