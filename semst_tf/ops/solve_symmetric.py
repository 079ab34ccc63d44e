"""Small systems of linear equations, one at every place of an image."""


def solve_symmetric(matrix, right):
    """Solves `matrix @ solution = right` at every place.

    By elimination, written out in products of whole maps: every backend and
    every exported format has those, and few have a solver.

    Args:
        matrix: Dict from `(i, j)` with `i <= j` to the entries of a positive
            definite matrix, tensors that broadcast to those of `right`.
        right: List of tensors of one shape, the right-hand sides.

    Returns:
        List of tensors, the solution, in the order of `right`.
    """
    matrix, right = dict(matrix), list(right)
    size = len(right)
    for pivot in range(size):
        for row in range(pivot + 1, size):
            factor = matrix[pivot, row] / matrix[pivot, pivot]
            for column in range(row, size):
                matrix[row, column] = (
                    matrix[row, column] - factor * matrix[pivot, column]
                )
            right[row] = right[row] - factor * right[pivot]
    solution = [None] * size
    for row in reversed(range(size)):
        known = sum(
            matrix[row, column] * solution[column]
            for column in range(row + 1, size)
        )
        solution[row] = (right[row] - known) / matrix[row, row]
    return solution
