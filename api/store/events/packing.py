"""Answers in a tenth of their bytes, and byte for byte the same when they are read.

Most of an answer is the list of its features, with the value and the contribution of
each. The names are the same in all answers of a bundle and stand in a dictionary,
which the database keeps under its hash; the values are the vector that is kept anyway;
contributions are kept as numbers. The rest, the skeleton, is compressed beside what its
event says.

The chain's hash covers what was answered, not how that is kept: reading another answer
out of it than the first one, `events verify` would say so.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from api.errors import EventsError
from api.json_encoding import encode

# Where a skeleton has the list left out; within a text each quote has a backslash.
LIST = b'"contributions":['
# What a skeleton is compressed beside: fields of its event that are there anyway.
BESIDE = ("event_id", "created_at", "bundle_sha256", "facts", "request")
_LEVEL = 6


@dataclass(frozen=True, eq=False)
class Dictionary:
    """What the answers of one bundle have in common, as a release writes them.

    `categories`: of each feature, None where it is a number. `text`: what skeletons
    are likely to say, most likely last.
    """

    names: tuple[str, ...]
    categories: tuple[tuple[str, ...] | None, ...]
    text: str

    def content(self) -> bytes:
        """As it is kept."""
        return zlib.compress(self._json)

    @cached_property
    def sha256(self) -> bytes:
        """What it is found by."""
        return hashlib.sha256(self._json).digest()

    @cached_property
    def _json(self) -> bytes:
        return encode([self.names, self.categories, self.text])

    def filled(
        self,
        skeleton: bytes,
        features: NDArray[np.float32],
        contributions: NDArray[np.float64],
    ) -> bytes:
        """The skeleton with the list of features in it."""
        count = len(self.names)
        pieces: list[bytes] = [b',"contribution":'] * (4 * count)
        pieces[0::4] = self._before
        pieces[1::4] = self._values(features)
        pieces[3::4] = _texts(contributions)
        before, _, after = skeleton.partition(LIST)
        return b"".join([before, LIST, *pieces, b"}", after])

    @cached_property
    def _before(self) -> list[bytes]:
        """What stands before each value; the end of the one before, too."""
        starts = [b'{"feature":' + encode(name) for name in self.names]
        return [
            (b"}," if at else b"") + start + b',"value":'
            for at, start in enumerate(starts)
        ]

    @cached_property
    def _words(self) -> dict[int, list[bytes]]:
        """The words of each feature that is a category, as JSON, by its place."""
        return {
            at: [encode(word) for word in words]
            for at, words in enumerate(self.categories)
            if words is not None
        }

    def _values(self, features: NDArray[np.float32]) -> list[bytes]:
        texts = _texts(features.astype(np.float64))
        for at, words in self._words.items():
            if not np.isnan(features[at]):
                texts[at] = words[int(features[at])]
        return texts


# Of answers that are only compressed.
NO_DICTIONARY = Dictionary((), (), "")


def read_dictionary(content: bytes) -> Dictionary:
    names, categories, text = json.loads(zlib.decompress(content))
    words = tuple(None if one is None else tuple(one) for one in categories)
    return Dictionary(tuple(names), words, text)


@dataclass(frozen=True)
class Parts:
    """What an answer about `features` is made of, and kept as.

    `contributions`: of each feature, when the skeleton has a list to fill.
    """

    skeleton: bytes
    features: NDArray[np.float32]
    contributions: NDArray[np.float64] | None
    dictionary: Dictionary

    def answer(self) -> bytes:
        """The answer that they make."""
        if self.contributions is None:
            return self.skeleton
        return self.dictionary.filled(self.skeleton, self.features, self.contributions)

    def packed(self, row: Mapping[str, Any]) -> bytes:
        """As they are kept with the event of this row."""
        compressor = zlib.compressobj(_LEVEL, zdict=_beside(row, self.dictionary))
        return b"".join(
            [
                *_name(self.dictionary),
                zlib.compress(self.features.astype("<f4").tobytes(), _LEVEL),
                compressor.compress(self.skeleton),
                compressor.flush(),
                b"" if self.contributions is None else _sparse(self.contributions),
            ]
        )


def compressed(content: bytes, dictionary: Dictionary) -> bytes:
    """Anything else than an answer, beside the dictionary's text."""
    compressor = zlib.compressobj(_LEVEL, zdict=dictionary.text.encode())
    parts = *_name(dictionary), compressor.compress(content), compressor.flush()
    return b"".join(parts)


def decompressed(packed: bytes, dictionary: Dictionary) -> bytes:
    """What was compressed with this dictionary, which `dictionary_of` names."""
    decompressor = zlib.decompressobj(zdict=dictionary.text.encode())
    return decompressor.decompress(packed[_start(packed) :])


def dictionary_of(packed: bytes) -> bytes | None:
    """The SHA-256 of the dictionary that this is read with; None without one."""
    return packed[1 : _start(packed)] or None


def unpacked(row: Mapping[str, Any], dictionary: Dictionary) -> Parts:
    """What was packed with the event of this row; raises EventsError."""
    try:
        features = zlib.decompressobj()
        vector = np.frombuffer(
            features.decompress(row["packed"][_start(row["packed"]) :]), dtype="<f4"
        )
        skeleton = zlib.decompressobj(zdict=_beside(row, dictionary))
        text = skeleton.decompress(features.unused_data)
        rest = skeleton.unused_data
        contributions = _dense(rest, len(dictionary.names)) if rest else None
    except (zlib.error, ValueError) as error:
        what = f"event {row['event_id']}: its answer cannot be read: {error}"
        raise EventsError(what) from error
    return Parts(text, vector, contributions, dictionary)


def vector(row: Mapping[str, Any]) -> bytes | None:
    """The features of a row, as little-endian float32."""
    packed: bytes | None = row["packed"]
    features: bytes | None = row["features"]
    if packed is None:
        return features
    return zlib.decompressobj().decompress(packed[_start(packed) :])


def _name(dictionary: Dictionary) -> list[bytes]:
    return [b"\0"] if dictionary is NO_DICTIONARY else [b"\1", dictionary.sha256]


def _start(packed: bytes) -> int:
    """Where what is packed begins, behind the name of its dictionary."""
    return 1 + packed[0] * hashlib.sha256().digest_size


def _beside(row: Mapping[str, Any], dictionary: Dictionary) -> bytes:
    return "\n".join([dictionary.text, *(str(row[name]) for name in BESIDE)]).encode()


def _texts(numbers: NDArray[np.float64]) -> list[bytes]:
    """Each as JSON has it."""
    text = orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY)
    return text[1:-1].split(b",")


def _sparse(numbers: NDArray[np.float64]) -> bytes:
    """Which are not 0, a bit each, and those; -0 is not 0.

    Of a number's bytes only the highest, sign and size, is worth compressing.
    """
    bits: NDArray[np.uint64] = numbers.astype("<f8").view("<u8")
    given = bits != 0
    columns = bits[given].view(np.uint8).reshape(-1, 8)
    highest = zlib.compress(columns[:, 7].tobytes(), _LEVEL)
    return b"".join([np.packbits(given).tobytes(), columns[:, :7].tobytes(), highest])


def _dense(content: bytes, count: int) -> NDArray[np.float64]:
    size = (count + 7) // 8
    mask = np.frombuffer(content[:size], dtype=np.uint8)
    given = np.unpackbits(mask, count=count).astype(bool)
    columns = np.empty((int(given.sum()), 8), dtype=np.uint8)
    end = size + 7 * len(columns)
    columns[:, :7] = np.frombuffer(content[size:end], np.uint8).reshape(-1, 7)
    columns[:, 7] = np.frombuffer(zlib.decompress(content[end:]), np.uint8)
    numbers = np.zeros(count, dtype="<u8")
    numbers[given] = columns.view("<u8").ravel()
    return numbers.view("<f8")
