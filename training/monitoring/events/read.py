"""A page of the API's events as columns."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.json

from training.monitoring.events.api_client import ApiError
from training.monitoring.statistics.reference import Reference

FIELDS = {
    "sequence": pa.int64(),
    "event_id": pa.string(),
    "kind": pa.string(),
    "client": pa.string(),
    "created_at": pa.string(),
    "bundle_sha256": pa.string(),
    "probability": pa.float64(),
    "margin": pa.float64(),
    "decision": pa.string(),
    "recommendation": pa.string(),
    "policy": pa.string(),
    "fired": pa.list_(pa.string()),
    "unknown": pa.list_(pa.string()),
    "unknown_categories": pa.int64(),
    "features": pa.string(),
    "prediction_id": pa.string(),
    "action": pa.string(),
    "officer": pa.string(),
    "final": pa.bool_(),
    "defaulted": pa.bool_(),
    "observed_on": pa.string(),
}
# A line with every feature has some kilobytes.
BLOCK = 8 << 20


@dataclass(frozen=True)
class EventPage:
    """Events in the order of their sequence, one row each, each sequence once."""

    rows: pd.DataFrame

    @cached_property
    def last(self) -> int:
        return int(self.rows["sequence"].iloc[-1])

    def of(self, kind: str) -> pd.DataFrame:
        return self.rows[self.rows["kind"] == kind]

    def __len__(self) -> int:
        return len(self.rows)


def read_page(content: bytes, after: int) -> EventPage:
    """Parse NDJSON; lines at or before `after` are left out.

    Raises:
        ApiError: it is not what GET /v1/events answers.
    """
    if not content.strip():
        return EventPage(pd.DataFrame({name: [] for name in FIELDS}))
    if not content.endswith(b"\n"):
        raise ApiError("GET /v1/events: the last line is not whole")
    try:
        table = pa.json.read_json(
            io.BytesIO(content),
            pa.json.ReadOptions(block_size=BLOCK),
            pa.json.ParseOptions(
                explicit_schema=pa.schema(FIELDS.items()),
                unexpected_field_behavior="ignore",
            ),
        )
    except pa.ArrowInvalid as error:
        raise ApiError(f"GET /v1/events: {error}") from None
    rows: pd.DataFrame = table.to_pandas()
    rows = rows[rows["sequence"] > after].drop_duplicates("sequence")
    return EventPage(rows.sort_values("sequence", ignore_index=True))


def vectors(reference: Reference, encoded: pd.Series) -> np.ndarray:
    """Monitored features of each event, float32, shape (events, monitored).

    The API sends the monitored ones, or all when it serves another bundle by now.

    Raises:
        ApiError: a vector is neither as long as the one list nor as the other.
    """
    monitored, every = len(reference.places), len(reference.manifest["features"])
    decoded = _decode(encoded, (monitored, every))
    values = np.empty((len(decoded), monitored), np.float32)
    for length, places in ((every, reference.places), (monitored, slice(None))):
        chosen = np.array([len(vector) == 4 * length for vector in decoded], bool)
        parts = [vector for vector, yes in zip(decoded, chosen, strict=True) if yes]
        whole = np.frombuffer(b"".join(parts), "<f4").reshape(-1, length)
        values[chosen] = whole[:, places]
    return values


def whole_vectors(reference: Reference, encoded: pd.Series) -> np.ndarray:
    """All features of each event, float32, shape (events, features)."""
    every = len(reference.manifest["features"])
    decoded = _decode(encoded, (every,))
    return np.frombuffer(b"".join(decoded), "<f4").reshape(-1, every)


def _decode(encoded: pd.Series, lengths: tuple[int, ...]) -> list[bytes]:
    decoded = [base64.b64decode(text) for text in encoded]
    for size in {len(vector) for vector in decoded}:
        if size not in {4 * length for length in lengths}:
            expected = " or ".join(map(str, lengths))
            raise ApiError(
                f"GET /v1/events: a vector of {size / 4:g} features, expected"
                f" {expected}"
            )
    return decoded
