"""Tokens of patches, and how those of input and output contrast."""

from keras import ops

from semst_tf.losses.contrastive_losses import CONTRASTIVE_LOSSES
from semst_tf.ops.in_one_batch import in_one_batch
from semst_tf.ops.patch_positions import sample_positions


class PatchContrast:
    """Compares patches of input and output; several terms share it.

    Args:
        config: `semst_tf.config.ContrastiveConfig`.
        generator: Network with `feature_names`.
        projector: `semst_tf.networks.PatchProjector`.

    Reference:
        CUT, Park et al. 2020.
    """

    def __init__(self, config, generator, projector):
        self.config = config
        self.names = generator.feature_names
        self.projector = projector
        self.loss = CONTRASTIVE_LOSSES[config.loss]

    def tokens(self, view, step):
        """Returns query and key tokens of the source, and of the identity.

        Args:
            view: `View`.
            step: `Step`.

        Returns:
            List of pairs (query, key), lists of tensors `(batch, patches,
            units)`: of the source, then of the translated target if there is
            an identity term.
        """
        return step.once(
            ("tokens", view.kind.name), lambda: self._tokens(view, step.seeds)
        )

    def values(self, view, step):
        """Returns the loss of the source and, if there is one, the identity.

        Args:
            view: `View`.
            step: `Step`.

        Returns:
            List of float32 tensors `(batch,)`.
        """
        return step.once(
            ("contrast", view.kind.name),
            lambda: in_one_batch(
                lambda tokens: self._contrast(tokens, step.progress),
                self.tokens(view, step),
            ),
        )

    def _tokens(self, view, seeds):
        pairs = [(view.output_features, view.features)]
        if view.kind.identity:
            pairs.append(
                (view.identity_output_features, view.identity_features)
            )
        pairs = [
            tuple([found[name] for name in self.names] for found in pair)
            for pair in pairs
        ]
        positions = [self._positions(pairs[0][1], seeds, view.valid)]
        for _, features in pairs[1:]:
            alike = _sizes(features) == _sizes(pairs[0][1])
            positions.append(
                positions[0]
                if alike
                else self._positions(features, seeds, view.valid)
            )
        shared = len(pairs) == 2 and positions[0] is positions[1]
        # Positions of each image's own belong to the rows of one batch.
        if shared and view.valid is None:
            return in_one_batch(
                lambda pair: self._projected(*pair, positions[0]), pairs
            )
        return [
            self._projected(*pair, indices)
            for pair, indices in zip(pairs, positions)
        ]

    def _positions(self, features, seeds, valid):
        return [
            sample_positions(
                *ops.shape(feature)[1:3], self.config.patches, seeds, valid
            )
            for feature in features
        ]

    def _projected(self, output_features, features, indices):
        query = self.projector(output_features, indices)
        key = self.projector([ops.stop_gradient(f) for f in features], indices)
        return query, [ops.stop_gradient(tokens) for tokens in key]

    def _contrast(self, tokens, progress):
        losses = [
            self.loss(
                query,
                key,
                self.config,
                progress,
                deep=name.startswith("encoder/block_"),
            )
            for query, key, name in zip(*tokens, self.names)
        ]
        values = [ops.mean(loss, axis=-1) for loss in losses]
        return sum(values) / len(values)


def _sizes(features):
    """Heights and widths, unlike any other where they are not known."""
    sizes = [tuple(feature.shape[1:3]) for feature in features]
    return object() if any(None in size for size in sizes) else sizes
