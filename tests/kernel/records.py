"""How the compiler sees records."""

import numba
import numpy as np


def is_taken_for(one: np.dtype, other: np.dtype) -> bool:
    """Whether a kernel that was compiled for `other` serves `one` too: Numba warns when it does."""
    seen, known = (numba.typeof(np.zeros(1, dtype)[0]) for dtype in (one, other))
    return seen.can_convert_to(None, known) is not None
