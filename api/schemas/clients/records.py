"""A client's records: the history, as it was imported or entered."""

from __future__ import annotations

from api.schemas.answers import Answer
from api.schemas.client_keys import ClientKey


class RecordTable(Answer):
    """The records of one table, newest first where they are dated.

    `columns` names what each of `rows` holds, in order; GET /v1/model says what they
    are. `imported`: false where the lender's data had no such table, so that nothing is
    known: then there are no rows.
    """

    table: str
    imported: bool
    columns: list[str]
    rows: list[list[float | int | str | None]]


class RecordsAnswer(Answer):
    """In the order of the model's tables."""

    client_id: ClientKey
    tables: list[RecordTable]
