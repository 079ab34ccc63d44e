"""The contrastive losses that a configuration can choose from."""

from semst_tf.losses.hard_negative_nce import gamma_schedule
from semst_tf.losses.hard_negative_nce import hard_negative_nce
from semst_tf.losses.patch_nce import patch_nce


def _patch_nce(query, key, config, progress, deep):
    return patch_nce(query, key, config.temperature)


def _hard_negatives(weighting):
    def loss(query, key, config, progress, deep):
        return hard_negative_nce(
            query,
            key,
            temperature=config.temperature,
            gamma=gamma_schedule(
                progress, config.gamma_start, config.gamma_end
            ),
            weighting=weighting,
            duplicate_threshold=config.duplicate_threshold if deep else None,
        )

    return loss


CONTRASTIVE_LOSSES = {
    "patch_nce": _patch_nce,
    "hard_negative_importance": _hard_negatives("importance"),
    "hard_negative_similarity": _hard_negatives("similarity"),
}
"""From names to functions of `(query, key, config, progress, deep)`.

Query and key are tokens `(batch, patches, channels)`, `config` the
`ContrastiveConfig`, `progress` the share of the training that is done, `deep`
whether the tokens come from residual blocks. They return one value a patch.
A new loss is one entry here.
"""
