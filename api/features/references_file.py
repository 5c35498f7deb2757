"""What the lender calls its clients, as a CSV file: checked as a whole."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Set
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from api.bundle.manifest import Manifest
from api.errors import ImportRefused, detail
from api.schemas.applications import Reference
from api.schemas.client_keys import ClientKey

COLUMN = "reference"
# Of what is wrong, how many are told.
_TOLD = 5
_REFERENCE: TypeAdapter[str] = TypeAdapter(Reference)


def read_references(
    path: Path, manifest: Manifest, known: Set[ClientKey]
) -> dict[ClientKey, str]:
    """The references by client; raises ImportRefused that says which lines are wrong.

    `known`: the clients that are imported.
    """
    called: dict[ClientKey, str] = {}
    faults = []
    for number, row in _rows(path, manifest.client_key):
        try:
            key = _key(manifest, row[0])
            if key not in known:
                raise ValueError(f"there is no client {row[0]} in what is imported")
            if key in called:
                raise ValueError(f"client {row[0]} is there twice")
            called[key] = _REFERENCE.validate_python(row[1], strict=True)
        except ValidationError as error:
            said = detail(dict(error.errors(include_url=False)[0]))
            faults.append(f"line {number}: {COLUMN}: {said}")
        except ValueError as error:
            faults.append(f"line {number}: {error}")
    if faults:
        more = f"; and {len(faults) - _TOLD} more" if len(faults) > _TOLD else ""
        raise ImportRefused(f"{path}: {'; '.join(faults[:_TOLD])}{more}")
    return called


def _key(manifest: Manifest, text: str) -> ClientKey:
    if manifest.key_type == "category":
        return text
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise ValueError(f"{manifest.client_key}: expected an integer, found {text!r}")
    return int(text)


def _rows(path: Path, key: str) -> Iterator[tuple[int, list[str]]]:
    """With their line numbers; empty lines are none."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline()
            file.seek(0)
            delimiter = ";" if ";" in header and "," not in header else ","
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            names = next(reader, [])
            if names != [key, COLUMN]:
                raise ImportRefused(
                    f"{path}: expected the columns {key}, {COLUMN}; "
                    f"found {', '.join(names) or 'none'}"
                )
            for row in reader:
                if len(row) not in (0, 2):
                    raise ImportRefused(
                        f"{path}: line {reader.line_num}: expected 2 values, "
                        f"found {len(row)}"
                    )
                if row:
                    yield reader.line_num, row
    except (OSError, UnicodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ImportRefused(f"{path}: {reason}") from error
