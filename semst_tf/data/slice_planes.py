"""Which slices of a volume are images, and which way up they are."""

import itertools

import numpy as np

PLANES = ("axial", "coronal", "sagittal")
"""Planes of the body that volumes are cut along."""

# The world's axes point right, to the front, and up. For every plane: along
# which of them slices, rows and columns are counted, and in which sense.
# The patient's right is on the left of an image, as radiologists look at it.
_DIRECTIONS = {
    "axial": ((2, 1), (1, -1), (0, -1)),
    "coronal": ((1, 1), (2, -1), (0, -1)),
    "sagittal": ((0, 1), (2, -1), (1, -1)),
}


class SlicePlane:
    """Cuts a volume into upright images, and puts it together again.

    Volumes are stored along whatever axes their scanner chose. Their affine
    says where these point, so that slices of all scanners lie alike: an axial
    slice has the front of the body at the top, coronal and sagittal ones the
    head; the patient's right is on the left.

    Args:
        affine: Array `(4, 4)` from voxels to millimetres that grow to the
            right, to the front and upwards, as in NIfTI.
        plane: str. One of `PLANES`.

    Raises:
        ValueError: If there is no such plane, or the affine has no axes.
    """

    def __init__(self, affine, plane="axial"):
        if plane not in PLANES:
            raise ValueError(
                f"A plane of slices is one of {', '.join(PLANES)}. "
                f"Received: {plane!r}"
            )
        self.plane = plane
        directions = np.asarray(affine, "float64")[:3, :3]
        lengths = np.linalg.norm(directions, axis=0)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise ValueError(
                "the affine of a volume has three directions that are not 0"
            )
        cosines = directions / lengths
        axes = _nearest_axes(cosines)
        self.axes, self.reversed = zip(
            *(
                (axes[world], cosines[world, axes[world]] * sense < 0)
                for world, sense in _DIRECTIONS[plane]
            )
        )

    def size(self, shape):
        """Numbers of slices, rows and columns of a volume `(i, j, k)`."""
        return tuple(shape[axis] for axis in self.axes)

    def slices(self, voxels):
        """Returns a view `(slices, rows, columns)` of voxels `(i, j, k)`."""
        return np.transpose(voxels, self.axes)[self._steps()]

    def voxels(self, slices):
        """Returns a view `(i, j, k)` of slices: undoes `slices`."""
        return np.transpose(slices[self._steps()], np.argsort(self.axes))

    def stored_index(self, number, shape):
        """Where a slice is stored.

        Args:
            number: int. Slice, from 0.
            shape: Tuple of three ints, of the stored voxels.

        Returns:
            Tuple of an int and two whole slices, which cut it out.
        """
        axis = self.axes[0]
        if self.reversed[0]:
            number = shape[axis] - 1 - number
        return tuple(number if a == axis else slice(None) for a in range(3))

    def upright(self, stored):
        """Turns what `stored_index` cut out to `(rows, columns)`."""
        rows, columns = self.axes[1:]
        image = stored if rows < columns else stored.T
        return image[self._steps()[1:]]

    def _steps(self):
        return tuple(slice(None, None, -1 if r else 1) for r in self.reversed)


def _nearest_axes(cosines):
    """The axis of the voxels that is nearest to each of the world's."""
    return max(
        itertools.permutations(range(3)),
        key=lambda axes: sum(
            abs(cosines[world, axis]) for world, axis in enumerate(axes)
        ),
    )
