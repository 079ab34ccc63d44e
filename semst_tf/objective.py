"""What is minimised: networks and a batch to named losses."""

import dataclasses
import typing

import keras
from keras import ops

from semst_tf.layers import match_channels
from semst_tf.losses import gamma_schedule
from semst_tf.losses import hard_negative_nce
from semst_tf.losses import least_squares_discriminator_loss
from semst_tf.losses import least_squares_generator_loss
from semst_tf.losses import patch_nce
from semst_tf.losses import semantic_relation
from semst_tf.networks.resnet_generator import FIRST_BLOCK
from semst_tf.patches import sample_positions


class Term(typing.NamedTuple):
    """One part of what is minimised.

    `value` is a float32 tensor `(batch,)`, one number a picture and never
    mixed between pictures; `weight` a float or scalar tensor.
    """

    value: typing.Any
    weight: typing.Any


class Networks(typing.NamedTuple):
    """What an objective works on; Keras models and layers."""

    generator: typing.Any
    discriminator: typing.Any
    projector: typing.Any
    alignments: dict


class Translated(typing.NamedTuple):
    """What the generator made of pictures.

    The first `count` pictures are the source's; target pictures follow when
    there is an identity term. Features are the contrastive ones, in the order
    of the generator's `feature_layers`.
    """

    count: typing.Any
    features: list
    outputs: typing.Any
    output_features: list


@dataclasses.dataclass
class Objective:
    """The sum of losses that a configuration asks for, term by term.

    It takes no gradients and keeps no state, so that every trainer, whatever
    its engine, minimises the same thing.

    Args:
        config: `semst_tf.config.SemSTConfig`.
        networks: `Networks`.

    Call arguments:
        source: Source pictures `(batch, height, width, channels)` in [-1, 1].
        target: Target pictures of the same height and width.
        progress: Scalar in [0, 1], the share of the training that is done.
        seeds: `keras.random.SeedGenerator` for patch positions and flips.

    Returns:
        Dict from name to `Term` for the generator and the heads, the same
        for the discriminator, and the translations of the source pictures.
    """

    config: typing.Any
    networks: Networks

    def __call__(self, source, target, progress, seeds):
        translated = self._translate(source, target, seeds)
        output = translated.outputs[: translated.count]
        real_scores, fake_scores = self._scores(target, output)
        generator_terms = {
            "adversarial": Term(
                least_squares_generator_loss(fake_scores),
                self.config.discriminator.weight,
            ),
            **self._contrastive_terms(translated, progress, seeds),
            **self._alignment_terms(
                source, output, translated, progress, seeds
            ),
        }
        discriminator_terms = {
            "discriminator": Term(
                least_squares_discriminator_loss(real_scores, fake_scores),
                1.0,
            )
        }
        return generator_terms, discriminator_terms, output

    def term_names(self):
        """Names of the terms, without computing them."""
        names = ["adversarial", "contrastive"]
        if self.config.contrastive.identity:
            names.append("identity")
        if self.config.semantic_relation_weight > 0:
            names.append("semantic_relation")
        return [*names, *self.networks.alignments, "discriminator"]

    def _translate(self, source, target, seeds):
        """Translates source and target as one batch.

        The features of the input come from the pass that makes the output;
        only flip equivariance, which compares with the features of a picture
        that was not translated, needs a pass for them.
        """
        generator = self.networks.generator
        pictures = source
        if self.config.contrastive.identity:
            target = match_channels(target, generator.input_channels)
            pictures = ops.concatenate([source, target], axis=0)
        if self.config.contrastive.flip_equivariance:
            flip = _random_flip(ops.shape(pictures)[0], seeds)
            outputs = generator(flip(pictures))
            features = generator.encode(pictures)
            output_features = [
                flip(feature) for feature in self._encode_output(outputs)
            ]
            outputs = flip(outputs)
        else:
            outputs, features = generator(pictures, return_features=True)
            output_features = self._encode_output(outputs)
        count = ops.shape(source)[0]
        return Translated(count, features, outputs, output_features)

    def _encode_output(self, output):
        generator = self.networks.generator
        return generator.encode(
            match_channels(output, generator.input_channels)
        )

    def _scores(self, real, fake):
        count = ops.shape(real)[0]
        scores = self.networks.discriminator(
            ops.concatenate([real, fake], axis=0)
        )
        return scores[:count], scores[count:]

    def _contrastive_terms(self, translated, progress, seeds):
        config = self.config.contrastive
        indices = [
            sample_positions(*ops.shape(feature)[1:3], config.patches, seeds)
            for feature in translated.features
        ]
        query, key = self._tokens(translated, indices)
        values = self._contrast(query, key, progress)
        count = translated.count
        share = 0.5 if config.identity else 1.0
        terms = {"contrastive": Term(values[:count], share * config.weight)}
        if config.identity:
            terms["identity"] = Term(values[count:], share * config.weight)
        if self.config.semantic_relation_weight > 0:
            relations = [
                semantic_relation(q[:count], k[:count])
                for q, k in zip(query, key)
            ]
            terms["semantic_relation"] = Term(
                _mean(relations), self.config.semantic_relation_weight
            )
        return terms

    def _tokens(self, translated, indices):
        """Query tokens of the outputs and key tokens of the inputs."""
        projector = self.networks.projector
        query = projector(translated.output_features, indices)
        key = projector(
            [ops.stop_gradient(f) for f in translated.features], indices
        )
        return query, [ops.stop_gradient(tokens) for tokens in key]

    def _contrast(self, query, key, progress):
        layers = self.networks.generator.feature_layers
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
        guarded = config.duplicate_threshold < 1 and layer >= FIRST_BLOCK
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

    def _alignment_terms(self, source, output, translated, progress, seeds):
        source, output = _comparable(source, output)
        terms = {}
        for name, alignment in self.networks.alignments.items():
            config = getattr(self.config, name)
            done = ops.cast(progress, "float32") / max(config.ramp, 1e-6)
            ramp = ops.clip(done, 0.0, 1.0)
            value = alignment(
                *self._described(alignment, source, output, translated),
                seed=seeds,
            )
            terms[name] = Term(value, config.weight * ramp)
        return terms

    def _described(self, alignment, source, output, translated):
        """What a descriptor reads: pictures, or features of one layer."""
        if alignment.feature_layer is None:
            return source, output
        layers = self.networks.generator.feature_layers
        index = layers.index(alignment.feature_layer)
        return (
            translated.features[index][: translated.count],
            translated.output_features[index][: translated.count],
        )


def _random_flip(count, seeds):
    """Returns a function that mirrors the same random half of any maps."""
    chosen = keras.random.uniform((count, 1, 1, 1), seed=seeds) < 0.5
    return lambda maps: ops.where(chosen, ops.flip(maps, axis=2), maps)


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
