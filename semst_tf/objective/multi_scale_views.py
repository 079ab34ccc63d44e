"""Context, detail and their fusion as views of one crop."""

from keras import ops

from semst_tf.data.guides import KEEP
from semst_tf.data.guides import LABELS
from semst_tf.data.guides import VALID
from semst_tf.layers import PadToMultiple
from semst_tf.layers.match_channels import match_channels
from semst_tf.objective.encode_output import encode_output
from semst_tf.objective.view import View
from semst_tf.objective.view import ViewKind
from semst_tf.ops.in_one_batch import in_one_batch
from semst_tf.ops.keep_input import keep_input
from semst_tf.ops.only_valid import only_valid
from semst_tf.ops.step_seeds import uniform


class MultiScaleViews:
    """Translates a crop as a whole at low resolution and a part at full.

    The context is the crop, smaller by the ratio; the detail is a random
    square of it at full resolution. Both and the target's context go through
    the generator as one batch. The two translations are fused inside the
    square, and three things are scored: the fused image (full weight, all
    terms), the translated context (all terms and identity, with a
    discriminator of its own), and the raw detail (adversarial and contrastive
    terms only).

    Images of any size, also of different sizes and sizes that are only known
    when the graph runs, are mirrored at the bottom and the right until they
    fit the strides and hold a detail; those that fit are left as they are.

    Args:
        config: `semst_tf.config.SemSTConfig`.
        generator: `semst_tf.networks.MultiScaleGenerator`.
        encode: bool. Whether terms read encoder features of the output.
            Defaults to `True`.

    Call arguments:
        source: Source images `(batch, height, width, channels)`.
        target: Target images, of the same or another size.
        seeds: `keras.random.SeedGenerator` for the place of the square.
        guides: Dict of what the batch brings beside them, or `None`.

    Returns:
        List of three `View`s: fused, context, detail.

    Reference:
        Crops and level weights after HRDA (Hoyer et al. 2022), which segments;
        the fusion of images is semst_tf design.
    """

    def __init__(self, config, generator, encode=True):
        self.generator = generator
        self.encode = encode
        self.detail_size = config.multi_scale.detail_size
        self.pad = PadToMultiple(
            generator.stride,
            minimum=max(self.detail_size, generator.minimum_size),
            dtype="float32",
        )
        self.kinds = [
            ViewKind(paired=config.paired_weight > 0),
            ViewKind(
                name="context_",
                weight=config.multi_scale.context_weight,
                level="context_",
                identity=encode and config.contrastive.identity,
            ),
            ViewKind(
                name="detail_",
                weight=config.multi_scale.detail_weight,
                aligned=False,
            ),
        ]

    def __call__(self, source, target, seeds, guides=None):
        guides = guides or {}
        generator, size = self.generator, self.detail_size
        # Both, so that no discriminator could tell by mirrored borders.
        source, target = self.pad(source), self.pad(target)
        corner = self._random_corner(source, seeds)
        detail = _crop(source, corner, size)
        target_corner = self._random_corner(target, seeds)
        target_detail = _crop(target, target_corner, size)
        part_labels, context_labels = self._labels(
            guides, (corner, target_corner)
        )
        context = generator.context_of(source)
        target_context = generator.context_of(target)
        valid, context_valid = self._valid(guides, (corner, target_corner))

        images = [detail, context]
        if self.kinds[1].identity:
            images.append(
                match_channels(target_context, generator.input_channels)
            )
        count, pairs = len(images), None
        if self.kinds[0].paired:
            pairs = self._pairs(guides, seeds)
            images += [pairs["detail"], pairs["context"]]
        traces = in_one_batch(generator.single_scale().trace, images)
        features = [trace.features for trace in traces]
        outputs = [trace.outputs for trace in traces]
        fused = generator.fuse(outputs[1], traces[1].hidden, outputs[0], corner)
        keep = guides.get(KEEP)
        if keep is not None:
            keep = self.pad(keep)
            part = _crop(keep, corner, size)
            fused = keep_input(fused, detail, part)
            outputs[0] = keep_input(outputs[0], detail, part)
            outputs[1] = keep_input(
                outputs[1], context, generator.context_of(keep)
            )
        fused = only_valid(fused, valid)
        outputs[0] = only_valid(outputs[0], valid)
        for place in range(1, count):
            outputs[place] = only_valid(outputs[place], context_valid)
        # Empty alike, so that nothing tells source and target apart by that.
        detail = only_valid(detail, valid)
        target_detail = only_valid(target_detail, valid)
        encoded = self._encoded([fused, *outputs[:count]])
        paired = {}
        if pairs is not None:
            paired["paired_target"] = pairs["target"]
            paired["paired_output"] = generator.fuse(
                outputs[-1], traces[-1].hidden, outputs[-2], pairs["corner"]
            )
        identity = {}
        if self.kinds[1].identity:
            identity = {
                "identity_features": features[2],
                "identity_output_features": encoded[3],
            }
        fused_kind, context_kind, detail_kind = self.kinds
        return [
            View(
                fused_kind,
                detail,
                target_detail,
                fused,
                features[0],
                encoded[0],
                valid=valid,
                **paired,
                **part_labels,
            ),
            View(
                context_kind,
                only_valid(context, context_valid),
                only_valid(target_context, context_valid),
                outputs[1],
                features[1],
                encoded[2],
                valid=context_valid,
                **identity,
                **context_labels,
            ),
            View(
                detail_kind,
                detail,
                target_detail,
                outputs[0],
                features[0],
                encoded[1],
                valid=valid,
                **part_labels,
            ),
        ]

    def _labels(self, guides, corners):
        """Labels of the squares and of the contexts, a dict of each."""
        parts, contexts, ratio = {}, {}, self.generator.ratio
        for name, corner in zip(LABELS, corners):
            if name in guides:
                labels = ops.cast(guides[name], "float32")
                labels = self.pad(labels[..., None])
                part = _crop(labels, corner, self.detail_size)
                parts[name] = part[..., 0]
                # The middle pixel of those that become one.
                start = ratio // 2
                contexts[name] = labels[:, start::ratio, start::ratio, 0]
        return parts, contexts

    def _valid(self, guides, corners):
        """Where squares, and where contexts, hold data; or `None` twice.

        A pixel of a context holds data if all those that became it do.
        """
        if VALID[0] not in guides:
            return None, None
        part, context = 1.0, 1.0
        for name, corner in zip(VALID, corners):
            valid = self.pad(guides[name])
            part = part * _crop(valid, corner, self.detail_size)
            whole = self.generator.context_of(valid) > 0.999
            context = context * ops.cast(whole, "float32")
        return part, context

    def _pairs(self, guides, seeds):
        """Square, context and wanted square of paired images."""
        source, target = (
            self.pad(guides[name])
            for name in ("paired_source", "paired_target")
        )
        corner = self._random_corner(source, seeds)
        return {
            "corner": corner,
            "detail": _crop(source, corner, self.detail_size),
            "context": self.generator.context_of(source),
            "target": _crop(target, corner, self.detail_size),
        }

    def _encoded(self, outputs):
        if not self.encode:
            return [{} for _ in outputs]
        return in_one_batch(
            lambda output: encode_output(self.generator, output), outputs
        )

    def _random_corner(self, images, seeds):
        """Top and left of a square, on the grid of the encoder's stride."""
        stride, size = self.generator.stride, self.detail_size
        sides = ops.stack(
            [ops.cast(s, "int32") for s in ops.shape(images)[1:3]]
        )
        choices = (sides - size) // stride + 1
        drawn = uniform((2,), seeds)
        places = ops.floor(drawn * ops.cast(choices, "float32"))
        return stride * ops.cast(places, "int32")


def _crop(images, corner, size):
    batch, channels = ops.shape(images)[0], images.shape[-1]
    cropped = ops.slice(
        images,
        (0, corner[0], corner[1], 0),
        (batch, size, size, channels),
    )
    return ops.reshape(cropped, (-1, size, size, channels))
