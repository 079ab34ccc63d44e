"""What is minimised: a list of terms over views of a batch."""

from semst_tf.objective.alignment import Alignment
from semst_tf.objective.multi_scale_views import MultiScaleViews
from semst_tf.objective.objective import Objective
from semst_tf.objective.single_scale_views import SingleScaleViews
from semst_tf.objective.term import Term
from semst_tf.objective.view import View
from semst_tf.objective.view import ViewKind
from semst_tf.objective.weighted_value import WeightedValue
from semst_tf.objective.weighted_value import total

__all__ = [
    "Alignment",
    "MultiScaleViews",
    "Objective",
    "SingleScaleViews",
    "Term",
    "View",
    "ViewKind",
    "WeightedValue",
    "total",
]
