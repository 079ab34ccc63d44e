"""Lines of images with a line of text under each."""

MARGIN = 6
CAPTION = 22
"""Pixels between images, and of a line of text."""


def captioned_figure(lines, captions):
    """Puts lines of images of one size and their captions together.

    Args:
        lines: List of lists of uint8 arrays `(height, width, 3)`.
        captions: List of str, one a line.

    Returns:
        `PIL.Image.Image`.
    """
    from PIL import Image
    from PIL import ImageDraw
    from PIL import ImageFont

    height, width = lines[0][0].shape[:2]
    pitch = height + CAPTION + MARGIN
    size = (
        len(lines[0]) * (width + MARGIN) - MARGIN,
        len(lines) * pitch - MARGIN,
    )
    canvas = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(size=15)
    for number, (images, caption) in enumerate(zip(lines, captions)):
        top = number * pitch
        for place, image in enumerate(images):
            left = place * (width + MARGIN)
            canvas.paste(Image.fromarray(image), (left, top))
        draw.text((2, top + height + 2), caption, fill="black", font=font)
    return canvas
