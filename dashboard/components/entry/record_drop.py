"""A history that is dropped on an application: taken as a whole, or its faults told."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from api_client.answers import ModelAnswer
from api_client.errors import Refused
from api_client.meaning import APPLICATION
from components import markup, say
from components.entry.draft import Dropped, Entry, save
from session.language import _, listed, plural
from texts.cells import Cell
from texts.entry.record_files import Fault, faults_of, read_records
from texts.formats import whole

MEGABYTES, SHOWN = 1, 50


def record_drop(entry: Entry, model: ModelAnswer) -> None:
    if set(model.tables) == {APPLICATION}:
        return
    st.html(markup.heading(_("History: a bureau extract, earlier loans"), 3))
    say.caption(
        _(
            "CSV or JSON; the table is recognised by its columns: {tables}. Records of "
            "a table that has some already take their place.",
            tables=", ".join(one for one in model.tables if one != APPLICATION),
        )
    )
    files = st.file_uploader(
        _("Files with records"),
        type=["csv", "json"],
        accept_multiple_files=True,
        key=f"history_{entry.name}",
        max_upload_size=MEGABYTES,
        label_visibility="collapsed",
    )
    for file in files:
        if file.file_id not in entry.dropped:
            _take(entry, file, model)
    for file in files:
        if file.file_id in entry.dropped:
            _tell(entry.dropped[file.file_id])
    for table, rows in entry.content.records.items():
        if rows:
            _kept(entry, table, len(rows))


def _take(entry: Entry, file: UploadedFile, model: ModelAnswer) -> None:
    """All of the file's records are kept, or none; tried again where nobody answers."""
    try:
        tables = read_records(file.name, file.getvalue(), model)
    except ValueError as error:
        fault = Fault(0, "", str(error))
        entry.dropped[file.file_id] = Dropped(file.name, {}, (fault,))
        return
    kept = entry.content
    records = {**kept.records, **{one.table: one.rows for one in tables}}
    problems = save(entry, replace(kept, records=records), file.name)
    faults = [
        fault for one in tables for fault in faults_of(problems, one, model, entry.day)
    ]
    if entry.told:
        faults = [Fault(0, "", _("Drop the file again."))]
    elif isinstance(entry.trouble, Refused):
        faults, entry.trouble = [Fault(0, "", str(entry.trouble))], None
    if entry.trouble is None:
        sizes = {one.table: len(one.rows) for one in tables}
        dropped = Dropped(file.name, {} if faults else sizes, tuple(faults))
        entry.dropped[file.file_id] = dropped


def _tell(dropped: Dropped) -> None:
    if not dropped.faults:
        tables = [f"{table} {whole(number)}" for table, number in dropped.kept.items()]
        told = _("{file}: taken ({tables}).", file=dropped.name, tables=listed(tables))
        say.success(told)
        return
    say.error(
        plural(
            "{file}: nothing of it was taken, because of {number} fault.",
            "{file}: nothing of it was taken, because of {number} faults.",
            len(dropped.faults),
            file=dropped.name,
            number=whole(len(dropped.faults)),
        )
    )
    rows: list[list[Cell]] = [
        [whole(one.row) if one.row else "–", one.column or "–", one.problem]
        for one in dropped.faults
    ]
    headers = [_("Row"), _("Column"), _("What is wrong")]
    st.html(markup.table(headers, rows, dropped.name, SHOWN))


def _kept(entry: Entry, table: str, number: int) -> None:
    told = plural(
        "{table}: {number} record",
        "{table}: {number} records",
        number,
        table=table,
        number=whole(number),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        say.text(told)
        st.button(
            _("Remove the records of {table}", table=say.literal(table)),
            key=f"remove_{table}_{entry.name}",
            on_click=_remove,
            args=(entry, table),
            type="tertiary",
        )


def _remove(entry: Entry, table: str) -> None:
    kept = entry.content
    records = {name: rows for name, rows in kept.records.items() if name != table}
    save(entry, replace(kept, records=records), table)
