"""A file with the numbers of clients, as people keep them."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from api_client.answers import ModelAnswer
from api_client.meaning import CLIENT, ClientKey
from session.language import _

SEPARATORS = ",;\t"
LONGEST_TEXT, LONGEST_NUMBER = 64, 18
# What the API calls it, whatever the lender does.
OWN_NAME = "client_id"
WIDE = (b"\xff\xfe", b"\xfe\xff")


def read_list(file: bytes, model: ModelAnswer) -> Sequence[str]:
    """The keys in a file, one a line or a column of their name; each once, in order.

    Raises ValueError in words where it holds none.
    """
    rows = rows_of(text_of(file))
    names = names_of_key(model)
    heads = [cell.strip().casefold() for cell in rows[0]] if rows else []
    place = next((at for at, name in enumerate(heads) if name in names), None)
    if place is None and len(heads) > 1:
        raise ValueError(
            _(
                "The file has several columns, and none is called {name}.",
                name=_column(model),
            )
        )
    cells = rows if place is None else [row[place:] for row in rows[1:]]
    keys = dict.fromkeys(row[0].strip() for row in cells if row)
    keys.pop("", None)
    if not keys:
        raise ValueError(_("The file holds no client's number."))
    return list(keys)


def key_of(text: str, model: ModelAnswer) -> ClientKey | None:
    """The key that is written exactly so, if it is one."""
    if model.text_keys:
        return text if len(text) <= LONGEST_TEXT else None
    number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if number else None


def names_of_key(model: ModelAnswer) -> set[str]:
    """What the column of the keys may be called, in small letters."""
    names = {OWN_NAME}
    for column in model.columns.values():
        if column.role == CLIENT:
            told = column.labels.model_dump() if column.labels else {}
            names |= {column.name, *(str(label) for label in told.values() if label)}
    return {name.casefold() for name in names}


def _column(model: ModelAnswer) -> str:
    keys = [one.name for one in model.columns.values() if one.role == CLIENT]
    return keys[0] if keys else OWN_NAME


def rows_of(text: str) -> list[list[str]]:
    """The cells of a CSV file, line by line; blank lines are left out."""
    lines = [line for line in text.splitlines() if line.strip()]
    separator = max(SEPARATORS, key=lines[0].count) if lines else ","
    try:
        if "\0" in text:
            raise csv.Error("a NUL")
        return list(csv.reader(lines, delimiter=separator))
    except csv.Error as error:
        raise ValueError(_("The file is not text.")) from error


def text_of(file: bytes) -> str:
    try:
        return file.decode("utf-16" if file.startswith(WIDE) else "utf-8-sig")
    except UnicodeDecodeError:
        return file.decode("cp1252", "replace")
