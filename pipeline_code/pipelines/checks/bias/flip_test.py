"""FT: would the model decide otherwise for similar members of the other group?

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-ft.html
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 5
"""Of how many similar rows the majority counts; 1 where the advantaged group has below ten rows."""

_ROWS_AT_ONCE = 10_000


def flip_test(
    features: NDArray[np.float64], sensitive: NDArray[np.bool_], predicted: NDArray[np.bool_]
) -> float:
    """(F+ - F-) / n_d, from -1 to 1.

    For each row of the sensitive group, the nearest rows of the other group (by Euclidean distance
    of the features as they are, not scaled, as in Clarify) vote what the model would have said.
    F+ counts rows with a positive prediction whose neighbours' is negative, F- the reverse.
    `features` has shape (rows, features), the others (rows,).
    """
    from scipy.spatial import cKDTree  # only this metric needs it

    others = predicted[~sensitive]
    neighbours = NEIGHBOURS if len(others) >= 10 else 1
    tree = cKDTree(features[~sensitive])
    own = predicted[sensitive]
    mine = features[sensitive]
    voted = np.zeros(len(own), dtype=bool)
    for start in range(0, len(own), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        _, nearest = tree.query(mine[part], k=neighbours)
        votes = others[np.asarray(nearest).reshape(-1, neighbours)].sum(axis=1)
        voted[part] = votes * 2 > neighbours
    return float((own & ~voted).sum() - (~own & voted).sum()) / len(own)
