"""patch: cells of an image or map at given rows and columns, some of them in the padding."""

import numpy as np

from badak.arrays import Array, Indices, Mask


def patch(maps: Array, rows: Indices, columns: Indices) -> tuple[Array, Mask]:
    """Return the cells at the crossings of rows and columns, 0 where they lie off the maps.

    Maps are (C, H, W); rows below 0 or from H on are padding, and columns likewise.

    Returns:
        (C, RH, RW) the cells, and (RH, RW) whether each lies on the maps.

    Example:
        >>> cells, inside = patch(np.ones((1, 2, 2)), np.arange(-1, 2), np.arange(2))
        >>> cells[0].tolist()
        [[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]
    """
    _, height, width = maps.shape
    inside = ((rows >= 0) & (rows < height))[:, None] & (columns >= 0) & (columns < width)
    cells = maps[:, rows.clip(0, height - 1)[:, None], columns.clip(0, width - 1)]
    return np.where(inside, cells, maps.dtype.type(0)), inside
