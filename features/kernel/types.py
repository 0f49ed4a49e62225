"""The arrays that compiled code takes and gives."""

import numpy as np
import numpy.typing as npt

Int64 = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Int16 = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

UNDATED = -1
"""The day of what always held."""
FOREVER = -1
"""The far end of a window that takes in all of history."""
NO_ROW = -1
