"""What red, green and blue weigh in the brightness of an image."""

RED_GREEN_BLUE_WEIGHTS = (0.299, 0.587, 0.114)
"""Of Rec. 601, as Pillow and TensorFlow convert colour to grey."""
