"""JSON as it is sent and stored."""

from __future__ import annotations

import json
from typing import Any

import orjson


def encode(document: Any) -> bytes:
    """UTF-8 without spaces, numbers as short as they can be told exactly.

    NaN, which JSON has no word for and which is how a vector says missing, is null.
    """
    try:
        return orjson.dumps(document)
    except orjson.JSONEncodeError:
        # JSON has whole numbers of any size, orjson those of 64 bits.
        text = json.dumps(
            document, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        return text.encode()
