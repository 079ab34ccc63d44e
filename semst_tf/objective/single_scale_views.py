"""The whole crop as the only view."""

from keras import ops

from semst_tf.layers import match_channels
from semst_tf.objective.encode_output import encode_output
from semst_tf.objective.view import View
from semst_tf.objective.view import ViewKind
from semst_tf.ops.step_seeds import uniform


class SingleScaleViews:
    """Translates source and target crops as one batch.

    The features of the input come from the pass that makes the output; only
    flip equivariance, which compares with the features of a picture that was
    not translated, needs a pass for them.

    Args:
        config: `semst_tf.config.SemSTConfig`.
        generator: `semst_tf.networks.ResNetGenerator`.

    Call arguments:
        source: Source pictures `(batch, height, width, channels)`.
        target: Target pictures of the same height and width.
        seeds: `keras.random.SeedGenerator` for flips.

    Returns:
        List of one `View`.

    Reference:
        CUT, Park et al. 2020.
    """

    def __init__(self, config, generator):
        self.config = config
        self.generator = generator
        self.kinds = [ViewKind(identity=config.contrastive.identity)]

    def __call__(self, source, target, seeds):
        pictures = source
        if self.config.contrastive.identity:
            same = match_channels(target, self.generator.input_channels)
            pictures = ops.concatenate([source, same], axis=0)
        if self.config.contrastive.flip_equivariance:
            flip = _random_flip(ops.shape(pictures)[0], seeds)
            outputs = self.generator(flip(pictures))
            features = self.generator.encode(pictures)
            output_features = [
                flip(feature)
                for feature in encode_output(self.generator, outputs)
            ]
            outputs = flip(outputs)
        else:
            outputs, features = self.generator(pictures, return_features=True)
            output_features = encode_output(self.generator, outputs)
        return [
            View(
                kind=self.kinds[0],
                source=source,
                target=target,
                output=outputs[: ops.shape(source)[0]],
                features=features,
                output_features=output_features,
            )
        ]


def _random_flip(count, seeds):
    """Returns a function that mirrors the same random half of any maps."""
    chosen = uniform((count, 1, 1, 1), seeds) < 0.5
    return lambda maps: ops.where(chosen, ops.flip(maps, axis=2), maps)
