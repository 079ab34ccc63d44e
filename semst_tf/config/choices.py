"""Names that configurations and layers take."""

CONTRASTIVE_LOSSES = (
    "patch_nce",
    "hard_negative_importance",
    "hard_negative_similarity",
)
ESTIMATORS = ("infonce", "rsmi", "correlation_ratio", "joint_histogram")
STRUCTURE_DESCRIPTORS = ("orientation", "self_similarity")
TEXTURE_DESCRIPTORS = ("pixel_moments", "encoder_moments")
TONE_DESCRIPTORS = ("colour", "luminance")
DESCRIPTORS = STRUCTURE_DESCRIPTORS + TEXTURE_DESCRIPTORS + TONE_DESCRIPTORS
NORMALIZATIONS = ("instance", "layer", "none")
FUSIONS = ("attention", "laplacian", "fixed", "context", "detail")
