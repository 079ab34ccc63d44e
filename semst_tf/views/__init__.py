"""What of a batch is translated and judged, at one scale or at two."""

from semst_tf.views.multi_scale_views import MultiScaleViews
from semst_tf.views.single_scale_views import SingleScaleViews
from semst_tf.views.view import View
from semst_tf.views.view import ViewKind

__all__ = ["MultiScaleViews", "SingleScaleViews", "View", "ViewKind"]
