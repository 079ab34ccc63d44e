"""Context, detail and their fusion as views of one crop."""

import typing

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


class _Cut(typing.NamedTuple):
    """A square of images at full resolution, and its context."""

    corner: typing.Any
    detail: typing.Any
    context: typing.Any


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
        # Both, so that no discriminator could tell by mirrored borders.
        source = self._cut(self.pad(source), seeds)
        target = self._cut(self.pad(target), seeds)
        corners = source.corner, target.corner
        valid = self._valid(guides, corners)
        pairs = None
        if self.kinds[0].paired:
            pairs = self._pairs(guides, seeds)
        traces, pair_traces = self._traces(source, target, pairs)
        outputs = self._outputs(source, traces, guides.get(KEEP), valid)
        paired = {}
        if pairs is not None:
            paired["paired_target"] = pairs["target"]
            paired["paired_output"] = self._fused(
                pair_traces, pairs["source"].corner
            )
        return self._views(
            _only_valid(source, valid),
            _only_valid(target, valid),
            [trace.features for trace in traces],
            outputs,
            valid,
            self._labels(guides, corners),
            paired,
        )

    def _cut(self, images, seeds):
        """A random square of padded images, and their context."""
        return self._cut_at(images, self._random_corner(images, seeds))

    def _cut_at(self, images, corner):
        return _Cut(
            corner,
            _crop(images, corner, self.detail_size),
            self.generator.context_of(images),
        )

    def _traces(self, source, target, pairs):
        """What the generator makes of all that it gets, in one batch.

        Returns:
            List of the traces of detail, context and, with an identity term,
            the context of the target; and list of the traces of detail and
            context of paired images, empty without.
        """
        images = [source.detail, source.context]
        if self.kinds[1].identity:
            channels = self.generator.input_channels
            images.append(match_channels(target.context, channels))
        count = len(images)
        if pairs is not None:
            images += [pairs["source"].detail, pairs["source"].context]
        traces = in_one_batch(self.generator.single_scale().trace, images)
        return traces[:count], traces[count:]

    def _fused(self, traces, corner):
        """The fusion of the translations of a detail and its context."""
        detail, context = traces[:2]
        return self.generator.fuse(
            context.outputs, context.hidden, detail.outputs, corner
        )

    def _outputs(self, source, traces, keep, valid):
        """Translations: fused, of the detail, of the context, identity."""
        fused = self._fused(traces, source.corner)
        detail, context, *identity = [trace.outputs for trace in traces]
        if keep is not None:
            keep = self._cut_at(self.pad(keep), source.corner)
            fused = keep_input(fused, source.detail, keep.detail)
            detail = keep_input(detail, source.detail, keep.detail)
            context = keep_input(context, source.context, keep.context)
        part, whole = valid
        return [
            only_valid(fused, part),
            only_valid(detail, part),
            *(only_valid(images, whole) for images in (context, *identity)),
        ]

    def _views(self, source, target, features, outputs, valid, labels, paired):
        """The three views of what was cut out and of its translations."""
        fused, detail, context = outputs[:3]
        encoded = self._encoded(outputs)
        identity = {}
        if self.kinds[1].identity:
            identity["identity_features"] = features[2]
            identity["identity_output_features"] = encoded[3]
        fused_kind, context_kind, detail_kind = self.kinds
        details = source.detail, target.detail
        contexts = source.context, target.context
        part = {"valid": valid[0], **labels[0]}
        whole = {"valid": valid[1], **labels[1]}
        return [
            View(
                fused_kind,
                *details,
                fused,
                features[0],
                encoded[0],
                **paired,
                **part,
            ),
            View(
                context_kind,
                *contexts,
                context,
                features[1],
                encoded[2],
                **identity,
                **whole,
            ),
            View(
                detail_kind, *details, detail, features[0], encoded[1], **part
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
        """What is cut out of paired images, and the wanted square."""
        source, target = (
            self.pad(guides[name])
            for name in ("paired_source", "paired_target")
        )
        source = self._cut(source, seeds)
        target = _crop(target, source.corner, self.detail_size)
        return {"source": source, "target": target}

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


def _only_valid(cut, valid):
    # Source and target empty alike, so that nothing tells them apart by that.
    part, whole = valid
    return _Cut(
        cut.corner,
        only_valid(cut.detail, part),
        only_valid(cut.context, whole),
    )
