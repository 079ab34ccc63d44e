"""Images in, seeded crops out: folders, checks and unpaired sampling."""

from semst_tf.data.check import check_images
from semst_tf.data.check_report import CheckReport
from semst_tf.data.crop_index import CropIndex
from semst_tf.data.distributed_dataset import check_shared_batch
from semst_tf.data.distributed_dataset import distributed_images
from semst_tf.data.image_collection import ImageCollection
from semst_tf.data.image_files import UnreadableImageError
from semst_tf.data.image_files import read_image
from semst_tf.data.image_files import write_image
from semst_tf.data.keep_masks import KeepMasks
from semst_tf.data.paired_images import PairedImages
from semst_tf.data.photo_folders import sample_photos
from semst_tf.data.training_labels import TrainingLabels
from semst_tf.data.unpaired_dataset import unpaired_images
from semst_tf.data.unpaired_sampler import UnpairedSampler
from semst_tf.data.value_range import from_unit_range
from semst_tf.data.value_range import to_unit_range

__all__ = [
    "CheckReport",
    "CropIndex",
    "ImageCollection",
    "KeepMasks",
    "PairedImages",
    "TrainingLabels",
    "UnpairedSampler",
    "UnreadableImageError",
    "check_images",
    "check_shared_batch",
    "distributed_images",
    "from_unit_range",
    "read_image",
    "sample_photos",
    "to_unit_range",
    "unpaired_images",
    "write_image",
]
