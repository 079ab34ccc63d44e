"""A small translator that learns from a big one."""

from semst_tf.distillation.teacher_images import TeacherImages

__all__ = ["TeacherImages"]
