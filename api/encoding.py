"""JSON as it is sent and stored."""

from __future__ import annotations

import json
from typing import Any


class Encoded(bytes):
    """A part of a document that is JSON already."""


def encode(document: Any) -> bytes:
    """UTF-8 without spaces; refuses NaN and Infinity.

    Values of the outermost object may be Encoded.
    """
    if isinstance(document, Encoded):
        return document
    if isinstance(document, dict) and any(
        isinstance(value, Encoded) for value in document.values()
    ):
        parts = (encode(k) + b":" + encode(v) for k, v in document.items())
        return b"{" + b",".join(parts) + b"}"
    text = json.dumps(
        document, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return text.encode()
