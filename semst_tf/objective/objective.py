"""What is minimised: networks and a batch to named losses."""

import dataclasses
import typing

from keras import ops

from semst_tf.layers import match_channels
from semst_tf.losses import gamma_schedule
from semst_tf.losses import hard_negative_nce
from semst_tf.losses import least_squares_discriminator_loss
from semst_tf.losses import least_squares_generator_loss
from semst_tf.losses import patch_nce
from semst_tf.losses import semantic_relation
from semst_tf.objective.multi_scale_views import MultiScaleViews
from semst_tf.objective.single_scale_views import SingleScaleViews
from semst_tf.ops.in_one_batch import in_one_batch
from semst_tf.ops.patch_positions import sample_positions


class Term(typing.NamedTuple):
    """One part of what is minimised.

    `value` is a float32 tensor `(batch,)`, one number a picture and never
    mixed between pictures; `weight` a float or scalar tensor.
    """

    value: typing.Any
    weight: typing.Any


class Networks(typing.NamedTuple):
    """What an objective works on; Keras models and layers.

    Discriminators and alignments are dicts by name.
    """

    generator: typing.Any
    discriminators: dict
    projector: typing.Any
    alignments: dict


@dataclasses.dataclass
class Objective:
    """The sum of losses that a configuration asks for, term by term.

    A batch is looked at in one or several views (`SingleScaleViews`,
    `MultiScaleViews`), each of
    which brings its terms. It takes no gradients and keeps no state, so that
    every trainer, whatever its engine, minimises the same thing.

    Args:
        config: `semst_tf.config.SemSTConfig`.
        networks: `Networks`.

    Call arguments:
        source: Source pictures `(batch, height, width, channels)` in [-1, 1].
        target: Target pictures of the same height and width.
        progress: Scalar in [0, 1], the share of the training that is done.
        seeds: `keras.random.SeedGenerator` for crops, positions and flips.

    Returns:
        Dict from name to `Term` for the generator and the heads, the same
        for the discriminators, and the translations of the source pictures.
    """

    config: typing.Any
    networks: Networks

    def __post_init__(self):
        multi_scale = bool(self.config.multi_scale.fusion)
        make_views = MultiScaleViews if multi_scale else SingleScaleViews
        self.views = make_views(self.config, self.networks.generator)

    def __call__(self, source, target, progress, seeds):
        views = self.views(source, target, seeds)
        scores = self._scores(views)
        generator_terms, discriminator_terms = {}, {}
        for view in views:
            real, fake = scores[view.kind.name]
            terms = {
                "adversarial": Term(
                    least_squares_generator_loss(fake),
                    self.config.adversarial.weight,
                ),
                **self._contrastive_terms(view, progress, seeds),
                **self._alignment_terms(view, progress, seeds),
            }
            generator_terms.update(_of_view(view, terms))
            loss = least_squares_discriminator_loss(real, fake)
            discriminator_terms.update(
                _of_view(view, {"discriminator": Term(loss, 1.0)})
            )
        return generator_terms, discriminator_terms, views[0].output

    def term_names(self):
        """Names of the terms, without computing them."""
        names, discriminators = [], []
        relation = self.config.semantic_relation_weight > 0
        for kind in self.views.kinds:
            terms = ["adversarial", "contrastive"]
            terms += ["identity"] if kind.identity else []
            terms += ["semantic_relation"] if kind.aligned and relation else []
            terms += self.networks.alignments if kind.aligned else []
            names += [kind.name + term for term in terms]
            discriminators.append(f"{kind.name}discriminator")
        return names + discriminators

    def _scores(self, views):
        """Scores of real pictures and translations, by name of the view.

        Each discriminator runs once; views that share one share its targets.
        """
        scores = {}
        for name, discriminator in self.networks.discriminators.items():
            judged = [view for view in views if view.kind.discriminator == name]
            pictures = [judged[0].target, *(view.output for view in judged)]
            real, *fakes = in_one_batch(discriminator, pictures)
            for view, fake in zip(judged, fakes):
                scores[view.kind.name] = (real, fake)
        return scores

    def _contrastive_terms(self, view, progress, seeds):
        config = self.config.contrastive
        indices = [
            sample_positions(*ops.shape(feature)[1:3], config.patches, seeds)
            for feature in view.features
        ]
        query, key = self._tokens(view, indices)
        values = self._contrast(query, key, progress)
        count = ops.shape(view.source)[0]
        # As in CUT, the identity term takes half of the weight.
        share = 0.5 if config.identity else 1.0
        terms = {"contrastive": Term(values[:count], share * config.weight)}
        if view.kind.identity:
            terms["identity"] = Term(values[count:], share * config.weight)
        if view.kind.aligned and self.config.semantic_relation_weight > 0:
            relations = [
                semantic_relation(q[:count], k[:count])
                for q, k in zip(query, key)
            ]
            terms["semantic_relation"] = Term(
                _mean(relations), self.config.semantic_relation_weight
            )
        return terms

    def _tokens(self, view, indices):
        """Query tokens of the outputs and key tokens of the inputs."""
        projector = self.networks.projector
        query = projector(view.output_features, indices)
        key = projector([ops.stop_gradient(f) for f in view.features], indices)
        return query, [ops.stop_gradient(tokens) for tokens in key]

    def _contrast(self, query, key, progress):
        layers = self.networks.generator.single_scale().feature_layers
        losses = [
            self._contrast_layer(q, k, layer, progress)
            for q, k, layer in zip(query, key, layers)
        ]
        return _mean([ops.mean(loss, axis=-1) for loss in losses])

    def _contrast_layer(self, query, key, layer, progress):
        config = self.config.contrastive
        if config.loss == "patch_nce":
            return patch_nce(query, key, config.temperature)
        gamma = gamma_schedule(progress, config.gamma_start, config.gamma_end)
        guarded = layer >= 12
        return hard_negative_nce(
            query,
            key,
            temperature=config.temperature,
            gamma=gamma,
            weighting=config.loss.removeprefix("hard_negative_"),
            duplicate_threshold=(
                config.duplicate_threshold if guarded else None
            ),
        )

    def _alignment_terms(self, view, progress, seeds):
        if not view.kind.aligned:
            return {}
        terms = {}
        for name, alignment in self.networks.alignments.items():
            config = getattr(self.config, name)
            done = ops.cast(progress, "float32") / max(config.ramp, 1e-6)
            ramp = ops.clip(done, 0.0, 1.0)
            value = alignment(*self._described(alignment, view), seed=seeds)
            terms[name] = Term(value, config.weight * ramp)
        return terms

    def _described(self, alignment, view):
        """What a descriptor reads: pictures, or features of one layer."""
        if alignment.feature_layer is None:
            return _comparable(view.source, view.output)
        layers = self.networks.generator.single_scale().feature_layers
        index = layers.index(alignment.feature_layer)
        count = ops.shape(view.source)[0]
        return (
            view.features[index][:count],
            view.output_features[index][:count],
        )


def _of_view(view, terms):
    """Names and weighs terms as their view says."""
    return {
        view.kind.name + name: Term(term.value, view.kind.weight * term.weight)
        for name, term in terms.items()
    }


def _comparable(source, output):
    """Both pictures as they are, or as luminance if channels differ."""
    if source.shape[-1] == output.shape[-1]:
        return source, output
    return match_channels(source, 1), match_channels(output, 1)


def total(terms):
    """Sums terms over their weights, the mean over the pictures of a batch.

    Args:
        terms: Dict from name to `Term`.

    Returns:
        Float32 scalar tensor.
    """
    return sum(term.weight * ops.mean(term.value) for term in terms.values())


def _mean(values):
    return sum(values) / len(values)
