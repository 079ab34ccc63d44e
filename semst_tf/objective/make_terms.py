"""From a configuration to the list of terms that it asks for."""

from semst_tf.objective.adversarial_term import AdversarialTerm
from semst_tf.objective.adversarial_term import DiscriminatorTerm
from semst_tf.objective.alignment_term import AlignmentTerm
from semst_tf.objective.contrastive_term import ContrastiveTerm
from semst_tf.objective.identity_term import IdentityTerm
from semst_tf.objective.make_alignments import make_alignments
from semst_tf.objective.paired_features_term import PairedFeaturesTerm
from semst_tf.objective.paired_term import PairedTerm
from semst_tf.objective.patch_contrast import PatchContrast
from semst_tf.objective.semantic_relation_term import SemanticRelationTerm

ALIGNMENTS = ("structure", "texture", "tone", "semantics")
"""Groups of the configuration that are alignments, in the order of terms."""


def make_terms(config, networks):
    """Makes the terms of an objective; a new term is one entry here.

    Args:
        config: `semst_tf.config.SemSTConfig`.
        networks: `semst_tf.networks.Networks`.

    Returns:
        List of `Term`, in the order of the metrics.
    """
    discriminators = networks.discriminator_names()
    return [
        *(
            AdversarialTerm(f"{_prefix(name)}adversarial", config, name)
            for name in discriminators
        ),
        *_contrastive_terms(config, networks),
        *(
            AlignmentTerm(
                name,
                getattr(config, name),
                make_alignments(name, config, networks),
            )
            for name in ALIGNMENTS
            if getattr(config, name).weight > 0
        ),
        *_paired_terms(config),
        *(DiscriminatorTerm(name, config, name) for name in discriminators),
    ]


def _contrastive_terms(config, networks):
    contrastive = config.contrastive
    if networks.projector is None:
        return []
    contrast = PatchContrast(
        contrastive, networks.generator, networks.projector
    )
    terms = []
    if contrastive.weight > 0:
        terms.append(ContrastiveTerm(contrastive, contrast))
        if contrastive.identity:
            terms.append(IdentityTerm(contrastive, contrast))
    if config.semantic_relation_weight > 0:
        terms.append(
            SemanticRelationTerm(config.semantic_relation_weight, contrast)
        )
    return terms


def _paired_terms(config):
    terms = []
    if config.paired_weight > 0:
        terms.append(PairedTerm(config.paired_weight))
    if config.paired.feature_weight > 0:
        terms.append(PairedFeaturesTerm(config.paired))
    return terms


def _prefix(discriminator):
    """What a second discriminator puts in front of the name of its term."""
    return discriminator.removesuffix("discriminator")
