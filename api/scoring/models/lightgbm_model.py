"""The LightGBM model: margins and contributions, one row per client.

Only the compiled library of LightGBM's package is used, through its C interface: the
package's Python code imports SciPy, and pandas and scikit-learn where they are, which
takes every worker longer than all the rest of its start; predicting needs none of them.
"""

from __future__ import annotations

import ctypes
import importlib.util
import logging
import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from api.errors import BundleError
from api.features.columns import Matrix
from api.scoring.models.shap_lookup import FILE, read

log = logging.getLogger(__name__)

# Constants of LightGBM's c_api.h.
FLOAT32, ROW_MAJOR = 0, 1
RAW_SCORE, CONTRIBUTIONS = 1, 3
FIRST, ALL = 0, -1
SPLITS = 0
SETTINGS = b"num_threads=1"
# Of the sum of a row's contributions from its margin.
LARGEST_GAP = 1e-9
# Of fewer a thread gains little: a row takes up to 4 ms.
LEAST_ROWS = 32
# They let LightGBM read trees in threads of its own, where one that it cannot read ends
# the whole process; without them it reads one after the other, and says so.
TREE_SIZES = re.compile(r"^tree_sizes=.*\n", re.MULTILINE)
LIBRARIES = ("lib/lib_lightgbm.so", "lib/lib_lightgbm.dylib", "bin/lib_lightgbm.dll")


class Model:
    """Margins and contributions of one model; safe to use from several threads."""

    def __init__(
        self, text: str, features: Sequence[str], tables: bytes | None = None
    ) -> None:
        """`text`: checked trees, which take exactly these features, in this order.

        `tables`: those of its SHAP values, of a bundle that has them; raises
        BundleError where they are not.
        """
        self._width = len(features)
        self._whole = Booster(TREE_SIZES.sub("", text), self._width)
        self._lookup = None if tables is None else read(tables, self._width)
        if self._lookup is None:
            half = self._whole.iterations // 2
            parts = [(0, half), (half, ALL)] if half else [(0, ALL)]
            self._parts = [
                Booster(self._whole.text(*part), self._width) for part in parts
            ]
        else:
            self._require_sums()

    def margins(self, matrix: Matrix) -> NDArray[np.float64]:
        """Raw score (log-odds), shape (n,)."""
        return self._whole.predict(matrix, RAW_SCORE, 1).ravel()

    def contributions(self, matrix: Matrix) -> NDArray[np.float64]:
        """Shape (n, features + 1); the last column is the base value.

        A row sums to its margin (TreeSHAP, Lundberg et al. 2020). Without tables they
        are LightGBM's own, of the first half of the trees and of the rest, added: as
        they were for the answers that are stored, whose numbers a replay must find.
        Of many rows, which know nothing of each other, each core takes its share.
        """
        if self._lookup is not None:
            return self._lookup.contributions(matrix)
        shares = min(os.cpu_count() or 1, len(matrix) // LEAST_ROWS)
        if shares < 2:
            return self._walked(matrix)
        with ThreadPoolExecutor(shares) as pool:
            walked = pool.map(self._walked, np.array_split(matrix, shares))
            return np.concatenate([*walked])

    def _walked(self, matrix: Matrix) -> NDArray[np.float64]:
        width = self._width + 1
        first, *rest = [p.predict(matrix, CONTRIBUTIONS, width) for p in self._parts]
        return sum(rest, first)

    def _require_sums(self) -> None:
        """Raise BundleError unless the tables are this model's."""
        ends = np.array([[np.nan], [0], [-3e38], [3e38]], dtype=np.float32)
        rows = np.repeat(ends, self._width, axis=1)
        gap = np.abs(self.contributions(rows).sum(axis=1) - self.margins(rows)).max()
        if not gap <= LARGEST_GAP:
            raise BundleError(
                f"{FILE}: not the tables of model.txt: its values add up to {gap:g} "
                f"more or less than the margin, expected at most {LARGEST_GAP:g}"
            )


class Booster:
    """Trees read from text; several threads may ask at once."""

    def __init__(self, text: str, width: int) -> None:
        """Of trees that take `width` features; raises BundleError if it is not read."""
        # First: there is nothing to free when the library is not found.
        self._handle = ctypes.c_void_p()
        self._library = _library()
        iterations, handle = ctypes.c_int(), ctypes.byref(self._handle)
        load = self._library.LGBM_BoosterLoadModelFromString
        self._check(load(text.encode(), ctypes.byref(iterations), handle))
        self.iterations = iterations.value
        self.width = width

    def __del__(self) -> None:
        if self._handle:
            self._library.LGBM_BoosterFree(self._handle)

    def text(self, first: int, count: int) -> str:
        """`count` of its iterations from `first` on, or all that are left.

        To ask one booster for other iterations than another thread does is not safe:
        LightGBM keeps in it which were asked for.
        """
        length, size = ctypes.c_int64(), 0
        while size == 0 or length.value > size:
            size = length.value
            buffer = ctypes.create_string_buffer(size)
            self._check(
                self._library.LGBM_BoosterSaveModelToString(
                    self._handle,
                    ctypes.c_int(first),
                    ctypes.c_int(count),
                    ctypes.c_int(SPLITS),
                    ctypes.c_int64(size),
                    ctypes.byref(length),
                    buffer,
                )
            )
        return buffer.value.decode()

    def predict(self, matrix: Matrix, kind: int, width: int) -> NDArray[np.float64]:
        """Shape (n, width)."""
        rows = np.ascontiguousarray(matrix, dtype=np.float32)
        # The library believes what it is told about the memory that it reads.
        if rows.ndim != 2 or rows.shape[1] != self.width:
            raise ValueError(f"expected (n, {self.width}), found {rows.shape}")
        answer = np.empty((len(rows), width), dtype=np.float64)
        if not len(rows):
            return answer
        written = ctypes.c_int64()
        status = self._library.LGBM_BoosterPredictForMat(
            self._handle,
            rows.ctypes.data_as(ctypes.c_void_p),
            ctypes.c_int(FLOAT32),
            ctypes.c_int32(rows.shape[0]),
            ctypes.c_int32(rows.shape[1]),
            ctypes.c_int(ROW_MAJOR),
            ctypes.c_int(kind),
            ctypes.c_int(FIRST),
            ctypes.c_int(ALL),
            SETTINGS,
            ctypes.byref(written),
            answer.ctypes.data_as(ctypes.c_void_p),
        )
        self._check(status)
        if written.value != answer.size:
            raise BundleError(f"model.txt: {written.value} numbers, not {answer.size}")
        return answer

    def _check(self, status: int) -> None:
        if status:
            message = self._library.LGBM_GetLastError().decode(errors="replace")
            raise BundleError(f"model.txt: {message}")


@cache
def _library() -> ctypes.CDLL:
    """Load it at first use: its threads do not survive a fork."""
    spec = importlib.util.find_spec("lightgbm")
    folders = spec.submodule_search_locations if spec else None
    places = [Path(folder) / file for folder in folders or () for file in LIBRARIES]
    path = next((path for path in places if path.is_file()), None)
    if path is None:
        raise BundleError("model.txt: LightGBM is not installed")
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise BundleError(
            "model.txt: LightGBM needs OpenMP's runtime, which is not there: "
            f"`brew install libomp` or `apt install libgomp1` brings it ({error})"
        ) from None
    library.LGBM_GetLastError.restype = ctypes.c_char_p
    library.LGBM_RegisterLogCallback(_write)
    return library


def _forward(message: bytes) -> None:
    """What the library would print by itself."""
    if text := message.decode(errors="replace").strip():
        log.info("%s", text)


_write = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(_forward)
