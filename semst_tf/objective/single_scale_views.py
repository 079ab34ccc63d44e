"""The whole crop as the only view."""

from keras import ops

from semst_tf.data.guides import KEEP
from semst_tf.data.guides import LABELS
from semst_tf.data.guides import VALID
from semst_tf.layers.match_channels import match_channels
from semst_tf.objective.encode_output import encode_output
from semst_tf.objective.view import View
from semst_tf.objective.view import ViewKind
from semst_tf.ops.in_one_batch import in_one_batch
from semst_tf.ops.keep_input import keep_input
from semst_tf.ops.only_valid import only_valid
from semst_tf.ops.step_seeds import uniform


class SingleScaleViews:
    """Translates source and target crops, as one batch where sizes agree.

    The features of the input come from the pass that makes the output; only
    flip equivariance, which compares with the features of an image that was
    not translated, needs a pass for them.

    Args:
        config: `semst_tf.config.SemSTConfig`.
        generator: `semst_tf.networks.ResNetGenerator`.
        encode: bool. Whether terms read encoder features of the output.
            Defaults to `True`.

    Call arguments:
        source: Source images `(batch, height, width, channels)`.
        target: Target images.
        seeds: `keras.random.SeedGenerator` for flips.
        guides: Dict of what the batch brings beside them, or `None`.

    Returns:
        List of one `View`.

    Reference:
        CUT, Park et al. 2020.
    """

    def __init__(self, config, generator, encode=True):
        self.generator = generator
        self.encode = encode
        contrastive = config.contrastive
        self.flip = encode and contrastive.flip_equivariance
        self.kinds = [
            ViewKind(
                identity=encode and contrastive.identity,
                paired=config.paired_weight > 0,
            )
        ]

    def __call__(self, source, target, seeds, guides=None):
        (kind,), images, guides = self.kinds, [source], guides or {}
        if kind.identity:
            images.append(match_channels(target, self.generator.input_channels))
        encoded = len(images)
        if kind.paired:
            images.append(guides["paired_source"])
        valid = None
        if VALID[0] in guides:
            valid = guides[VALID[0]] * guides[VALID[1]]
        outputs, features, output_features = self._translated(
            images, encoded, seeds, guides.get(KEEP), valid
        )
        more = {name: guides[name] for name in LABELS if name in guides}
        if kind.identity:
            more["identity_features"] = features[1]
            more["identity_output_features"] = output_features[1]
        if kind.paired:
            more["paired_output"] = outputs[-1]
            more["paired_target"] = guides["paired_target"]
        return [
            View(
                kind=kind,
                # Empty alike, so that nothing tells the two apart by that.
                source=only_valid(source, valid),
                target=only_valid(target, valid),
                valid=valid,
                output=outputs[0],
                features=features[0],
                output_features=output_features[0],
                **more,
            )
        ]

    def _translated(self, images, encoded, seeds, keep, valid):
        """Outputs, features and output features, a list of each.

        Output features are those of the first `encoded` batches, which may
        hold data in some places only; of the first a part may be kept.
        """
        if not self.flip:
            traces = in_one_batch(self.generator.trace, images)
            outputs = [trace.outputs for trace in traces]
            outputs[0] = keep_input(outputs[0], images[0], keep)
            for place in range(encoded):
                outputs[place] = only_valid(outputs[place], valid)
            features = [trace.features for trace in traces]
            return outputs, features, self._encoded(outputs[:encoded])
        flips = _random_flips([ops.shape(i)[0] for i in images], seeds)
        mirrored = [flip(image) for flip, image in zip(flips, images)]
        outputs = in_one_batch(self.generator, mirrored)
        keep = None if keep is None else flips[0](keep)
        outputs[0] = keep_input(outputs[0], mirrored[0], keep)
        if valid is not None:
            for place, flip in enumerate(flips[:encoded]):
                outputs[place] = only_valid(outputs[place], flip(valid))
        features = in_one_batch(self.generator.features, images[:encoded])
        output_features = [
            {name: flip(maps) for name, maps in found.items()}
            for flip, found in zip(flips, self._encoded(outputs[:encoded]))
        ]
        outputs = [flip(output) for flip, output in zip(flips, outputs)]
        return outputs, features, output_features

    def _encoded(self, outputs):
        if not self.encode:
            return [{} for _ in outputs]
        return in_one_batch(
            lambda output: encode_output(self.generator, output), outputs
        )


def _random_flips(counts, seeds):
    """Functions that mirror the same random half of any maps, one a batch."""
    chosen = uniform((sum(counts), 1, 1, 1), seeds) < 0.5
    flips, start = [], 0
    for count in counts:
        rows = chosen[start : start + count]
        flips.append(
            lambda maps, rows=rows: ops.where(
                rows, ops.flip(maps, axis=2), maps
            )
        )
        start = start + count
    return flips
