"""Convolutions of 3 x 3 with a quarter of the multiplications."""

import numpy as np
from keras import ops

TILE = 4
"""Side of the square of output pixels that is computed at once."""

_WINDOW = TILE + 2
# Where the polynomials behind the method are evaluated, besides infinity:
# these lose half a digit less than the usual 0, 1, -1, 2, -2.
_POINTS = (0.0, 0.625, -0.625, 1.5, -1.5)


def winograd_convolution(images, kernel):
    """Convolves with kernels of 3 x 3, without padding.

    Four by four pixels of the output come from six by six of the input. Both
    are transformed, by sums with constant weights, into 36 numbers each that
    only have to be multiplied one by one: 36 multiplications where there were
    144. Over all tiles and channels these are 36 matrix products. The
    gradients take the same way.

    The result differs from that of the definition by rounding alone, about
    twice as much as the usual float32 convolution does.

    Args:
        images: Float32 tensor `(batch, height, width, channels)`, at least
            3 x 3 pixels.
        kernel: Float32 tensor `(3, 3, channels, filters)`.

    Returns:
        Float32 tensor `(batch, height - 2, width - 2, filters)`.

    Reference:
        Winograd's minimal filtering F(4 x 4, 3 x 3), Lavin and Gray 2016.
    """
    # Reshaped here: in a function with its own gradient TensorFlow refuses
    # variables.
    return _convolution(images, ops.reshape(kernel, kernel.shape))


@ops.custom_gradient
def _convolution(images, kernel):
    outputs = _convolve(images, kernel)

    def gradient(*args, upstream=None):
        upstream = args[0] if upstream is None else upstream
        around = ops.pad(upstream, [[0, 0], [2, 2], [2, 2], [0, 0]])
        turned = ops.transpose(ops.flip(kernel, axis=(0, 1)), (0, 1, 3, 2))
        return (
            _convolve(around, turned),
            _kernel_gradient(images, upstream),
        )

    return outputs, gradient


def _convolve(images, kernel):
    batch, height, width, _ = ops.shape(images)
    filters = kernel.shape[-1]
    rows, columns = _tiles(height), _tiles(width)
    products = ops.matmul(
        _transformed_windows(images, rows, columns),
        _transformed_kernel(kernel),
    )
    pixels = ops.matmul(
        ops.convert_to_tensor(_OUTPUT),
        ops.reshape(products, (_WINDOW**2, -1)),
    )
    pixels = ops.reshape(pixels, (TILE, TILE, batch, rows, columns, filters))
    pixels = ops.transpose(pixels, (2, 3, 0, 4, 1, 5))
    outputs = ops.reshape(pixels, (batch, TILE * rows, TILE * columns, filters))
    return outputs[:, : height - 2, : width - 2]


def _kernel_gradient(images, upstream):
    """Gradient of the kernel, from the same 36 products the other way."""
    batch, height, width, channels = ops.shape(images)
    filters = upstream.shape[-1]
    rows, columns = _tiles(height), _tiles(width)
    filled = _filled(upstream, TILE * rows, TILE * columns)
    pixels = ops.reshape(filled, (batch, rows, TILE, columns, TILE, filters))
    pixels = ops.transpose(pixels, (2, 4, 0, 1, 3, 5))
    pixels = ops.matmul(
        ops.convert_to_tensor(_OUTPUT.T.copy()),
        ops.reshape(pixels, (TILE**2, -1)),
    )
    pixels = ops.reshape(pixels, (_WINDOW**2, -1, filters))
    windows = _transformed_windows(images, rows, columns)
    products = ops.matmul(ops.transpose(windows, (0, 2, 1)), pixels)
    gradient = ops.matmul(
        ops.convert_to_tensor(_KERNEL.T.copy()),
        ops.reshape(products, (_WINDOW**2, -1)),
    )
    return ops.reshape(gradient, (3, 3, channels, filters))


def _tiles(size):
    """How many tiles cover the output of an input of this size."""
    return (size - 2 + TILE - 1) // TILE


def _filled(images, height, width):
    """Zeros below and to the right, up to a size."""
    rows, columns = ops.shape(images)[1:3]
    return ops.pad(
        images, [[0, 0], [0, height - rows], [0, width - columns], [0, 0]]
    )


def _transformed_windows(images, rows, columns):
    """The windows of all tiles, transformed: `(36, tiles, channels)`."""
    batch, _, _, channels = ops.shape(images)
    filled = _filled(images, TILE * (rows + 1), TILE * (columns + 1))
    squares = ops.reshape(
        filled, (batch, rows + 1, TILE, columns + 1, TILE, channels)
    )
    squares = ops.transpose(squares, (2, 4, 0, 1, 3, 5))
    # A window is a square and the first two rows and columns of the next
    # ones. Slices of a few squares are much faster than of every pixel.
    more = _WINDOW - TILE
    parts = [
        (TILE * TILE, squares[:, :, :, :rows, :columns]),
        (more * TILE, squares[:more, :, :, 1:, :columns]),
        (TILE * more, squares[:, :more, :, :rows, 1:]),
        (more * more, squares[:more, :more, :, 1:, 1:]),
    ]
    windows = ops.concatenate(
        [ops.reshape(part, (count, -1)) for count, part in parts],
        axis=0,
    )
    transformed = ops.matmul(ops.convert_to_tensor(_INPUT), windows)
    return ops.reshape(transformed, (_WINDOW**2, -1, channels))


def _transformed_kernel(kernel):
    """Kernels, transformed: `(36, channels, filters)`."""
    transformed = ops.matmul(
        ops.convert_to_tensor(_KERNEL), ops.reshape(kernel, (9, -1))
    )
    return ops.reshape(transformed, (_WINDOW**2, *kernel.shape[2:]))


def _matrices():
    """Weights of the transforms, both dimensions in one matrix each.

    Returns:
        Tuple of float32 arrays: output `(16, 36)`, kernel `(36, 9)` and input
        `(36, 36)`, whose columns have the order of `_transformed_windows`.
    """
    finite = len(_POINTS)
    output = np.zeros((TILE, _WINDOW))
    kernel = np.zeros((_WINDOW, 3))
    inputs = np.zeros((_WINDOW, _WINDOW))
    for place, point in enumerate(_POINTS):
        others = [p for p in _POINTS if p != point]
        output[:, place] = point ** np.arange(TILE)
        kernel[place] = point ** np.arange(3) / np.prod(
            np.subtract(point, others)
        )
        inputs[place, :finite] = np.poly(others)[::-1]
    output[-1, -1] = kernel[-1, -1] = 1.0
    inputs[-1] = np.poly(_POINTS)[::-1]
    # Numbers of like size on both sides of the product round least.
    scale = np.sqrt(np.abs(kernel).sum(1) / np.abs(inputs).sum(1))[:, None]
    kernel, inputs = kernel / scale, inputs * scale
    return tuple(
        np.ascontiguousarray(matrix, "float32")
        for matrix in (
            np.kron(output, output),
            np.kron(kernel, kernel),
            np.kron(inputs, inputs)[:, _window_order()],
        )
    )


def _window_order():
    square, border = range(TILE), range(TILE, _WINDOW)
    return [
        _WINDOW * row + column
        for rows, columns in (
            (square, square),
            (border, square),
            (square, border),
            (border, border),
        )
        for row in rows
        for column in columns
    ]


_OUTPUT, _KERNEL, _INPUT = _matrices()
