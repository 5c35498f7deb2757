"""Guess what the files of a folder are to each other."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from training.tables.draft import names
from training.tables.draft.columns import Part, Table, drafted, key_type, linking
from training.tables.draft.look import File, Looked
from training.tables.home_credit import TABLES
from training.tables.layout import APPLICATION
from training.tables.lender_file import ROW_NUMBER
from training.tables.schema import Dialect

# What columns are to a loan, and between what the highest number of each is; what has
# no numbers counts as 0.
ROLES: dict[str, tuple[float, float]] = {"instalments": (0, 1200)}
ROLES |= dict.fromkeys(("instalment", "goods_price", "amount"), (100, math.inf))
ROLES |= {"birth": (-math.inf, 0), "gender": (-1, 10)}
Files = Mapping[str, File]
# The history that a key is in, its name there and its type.
Link = tuple[str, str, str]


def guess(files: Files) -> Part:
    """What a lender.yaml says of files by stem: `applications`, and `histories`."""
    stem = max(files, key=lambda one: (_outcome(files[one])[0], files[one].rows))
    file, others = files[stem], {one: files[one] for one in files if one != stem}
    _, outcome = _outcome(file)
    key, date = _key(file, others), _date(file)
    link = ("", names.name_of(key), key_type(file.columns[key])) if key else None
    headers = [header for header in file.columns if header not in (key, outcome)]
    roles = _roles(file, headers)
    table = Table(file, _known_as(APPLICATION, file), bool(date), roles)
    part = _table(table, stem, headers, key, link)
    for later in [one for one in others if _is_later(others[one], file, outcome)][:1]:
        part |= {"later": later, "# later": "not decided yet?"}
        del others[later]
    if not names.says(key, "key"):
        part["# key"] = "is it?" if key else "no column is another in every row"
    columns = part.pop("columns")
    for name in [one for one in columns if columns[one].get("from", one) == date]:
        part |= {"date": name, "# date": "the day of the application?"}
    part |= _target(outcome, file.columns[outcome]) if outcome else {}
    keys = {names.plain(key): link} if link else {}
    histories = _histories(others, keys, dated=bool(date))
    parts = {"applications": part | {"columns": columns}}
    return parts | ({"histories": histories} if histories else {})


def _table(
    table: Table, stem: str, headers: list[str], key: str, link: Link | None
) -> Part:
    """What is said of every table; its key is called, and of the type, as in `link`."""
    usual, own = vars(Dialect()), vars(table.file.dialect)
    csv = {one: own[one] for one in own if own[one] != usual[one]}
    _, name, kind = link or ("", ROW_NUMBER, "")
    columns = {name: linking(key, name, kind)} if link else {}
    columns |= drafted(table, headers, columns)
    part = {"file": stem} | ({"csv": csv} if csv else {})
    return {**part, "key": name, "columns": columns}


def _known_as(stem: str, file: File) -> str:
    """The table of Home Credit's that one is, empty where it is none."""
    same = (one for one in TABLES if one.lower() == stem.lower())
    known = (one for one in same if len({*TABLES[one].names} & {*file.columns}) > 2)
    return next(known, "")


def _outcome(file: File) -> tuple[int, str]:
    """The most likely outcome: by its name, its words, and the last place."""

    def likely(header: str) -> int:
        looked, named = file.columns[header], names.says(header, "target")
        few = 2 <= looked.distinct <= (12 if named else 2)
        coded = looked.kind in {"integer", "category"}
        if not few or not coded or names.says(header, "gender"):
            return 0
        worded = any(_is(value, names.BAD) for value in looked.values)
        return 4 * named + 2 * worded + (header == [*file.columns][-1])

    best = max(file.columns, key=likely)
    return likely(best), best if likely(best) else ""


def _is(value: str, words: str) -> bool:
    return re.fullmatch(words, names.plain(value)) is not None


def _target(header: str, looked: Looked) -> Part:
    """The values that are a default: by their words, else the rarest."""
    values = [*looked.values]
    yes = [value for value in values if _is(value, names.YES)]
    if yes and names.says(header, "repaid"):
        yes = [value for value in values if value not in yes]
    found = [value for value in values if _is(value, names.BAD)] or yes
    found = found if 0 < len(found) < len(values) else values[-1:]
    share = sum(looked.values[one] for one in found) / looked.filled
    others = ", ".join(value for value in values if value not in found)
    told = f"{', '.join(found)} is a default ({share:.1%}), {others} is repaid"
    words: list[Any] = [int(one) if one.isdecimal() else one for one in found]
    default = words if len(words) > 1 else words[0]
    return {"target": {"column": header, "default": default}, "# target": told}


def _key(file: File, others: Files) -> str:
    """The column that tells rows apart: by its name, or as other files have it."""
    shared = {names.plain(header) for one in others.values() for header in one.columns}

    def likely(header: str) -> tuple[bool, bool]:
        return names.says(header, "key"), names.plain(header) in shared

    found = [header for header, looked in file.columns.items() if looked.unique]
    return max(filter(lambda one: any(likely(one)), found), key=likely, default="")


def _is_later(other: File, file: File, outcome: str) -> bool:
    """Whether a file is of applications whose outcome is not known yet."""
    wanted = file.columns.keys() - {outcome}
    shared = len(wanted & other.columns.keys()) >= max(2, 0.9 * len(wanted))
    return shared and bool(outcome) and outcome not in other.columns


def _date(file: File) -> str:
    """The header of the day of the application."""
    dates = [h for h, one in file.columns.items() if file.dialect.dates in one.dates]
    dates = [h for h in dates if not any(names.says(h, w) for w in ("birth", "later"))]
    return max(dates, key=lambda one: names.says(one, "asked"), default="")


def _roles(file: File, headers: list[str]) -> dict[str, str]:
    roles: dict[str, str] = {}
    for role, (low, high) in ROLES.items():
        for header in headers:
            looked = file.columns[header]
            fits = low < [*looked.highs, 0][0] <= high
            fits = fits and (looked.kind != "category" or role == "gender")
            if fits and header not in roles and names.says(header, role):
                roles[header] = role
                break
    return roles


def _histories(files: dict[str, File], keys: dict[str, Link], *, dated: bool) -> Part:
    """The files whose records belong to an application, or to a record of one."""
    histories: Part = {}
    while linked := [
        (stem, header, link)
        for key, link in keys.items()
        for stem, file in files.items()
        for header, looked in file.columns.items()
        if names.plain(header) == key and link[2] in ("text", key_type(looked))
    ]:
        stem, header, (of, number, kind) = linked[0]
        file = files.pop(stem)
        table = Table(file, _known_as(stem, file), dated, {})
        headers = [one for one in file.columns if one != header]
        part = _table(table, stem, headers, header, (of, number, kind))
        part |= {"as": table.known_as} if table.known_as else {}
        if of:
            part |= {"of": of, "# of": "each belongs to a record of it?"}
            histories[of]["columns"][number]["type"] = kind
        name, columns = names.name_of(stem, histories), part.pop("columns")
        for column, declared in columns.items():
            its = declared.get("from", column)
            looked = file.columns[its]
            before = declared.get("bounds", [0, 0])[0] < 0 and looked.highs[0] <= 0
            before = before and names.says(its, "days")
            if "day" not in part and (declared["type"] == "date" or before):
                part |= {"day": column, "# day": "the day of a record?"}
                part |= {} if table.known_as else {"windows": [90, 365]}
            if looked.unique and names.says(its, "key"):
                keys.setdefault(names.plain(its), (name, column, key_type(looked)))
        histories[name] = part | {"columns": columns}
    return histories
