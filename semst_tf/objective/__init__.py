"""What is minimised: terms over views of a batch."""

from semst_tf.objective.alignment import Alignment
from semst_tf.objective.multi_scale_views import MultiScaleViews
from semst_tf.objective.objective import Networks
from semst_tf.objective.objective import Objective
from semst_tf.objective.objective import Term
from semst_tf.objective.objective import total
from semst_tf.objective.single_scale_views import SingleScaleViews
from semst_tf.objective.view import View
from semst_tf.objective.view import ViewKind

__all__ = [
    "Alignment",
    "MultiScaleViews",
    "Networks",
    "Objective",
    "SingleScaleViews",
    "Term",
    "View",
    "ViewKind",
    "total",
]
