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

MOST_OUTCOMES = 12
# What columns are to a loan, and between what the highest number of each is; what has
# no numbers counts as 0.
ROLES = {
    "instalments": (0, 1200),
    "instalment": (100, math.inf),
    "goods_price": (100, math.inf),
    "amount": (100, math.inf),
    "birth": (-math.inf, 0),
    "gender": (-math.inf, 10),
}
Files = Mapping[str, File]
# The history that a key is in, its name there and its type.
Link = tuple[str, str, str]


def guess(files: Files) -> Part:
    """What a lender.yaml says of files by stem: `applications`, and `histories`."""
    stem = max(files, key=lambda one: (_outcome(files[one])[0], files[one].rows))
    file = files[stem]
    others = {other: one for other, one in files.items() if other != stem}
    _, outcome = _outcome(file)
    key, (date, why) = _key(file, others), _date(file)
    name = names.name_of(key) if key else ROW_NUMBER
    part: Part = {"file": stem}
    later = [one for one in others if outcome and _is_later(others[one], file, outcome)]
    for one in later[:1]:
        part |= {"later": one, "# later": "not decided yet?"}
        del others[one]
    part |= {**_csv(file), "key": name}
    if not names.says(key, "key"):
        part["# key"] = "is it?" if key else "no column is another in every row"
    headers = [header for header in file.columns if header not in (key, outcome)]
    known_as = _known_as(APPLICATION, file)
    table = Table(file, known_as, bool(date), _roles(file, headers))
    kind = key_type(file.columns[key]) if key else ""
    columns = {name: linking(key, name, kind)} if key else {}
    columns |= drafted(table, headers, columns)
    for one in [n for n, column in columns.items() if column.get("from", n) == date]:
        part |= {"date": one, **({"# date": why} if why else {})}
    part |= _target(outcome, file.columns[outcome]) if outcome else {}
    keys = {names.plain(key): ("", name, kind)} if key else {}
    histories = _histories(others, keys, stem, dated=bool(date))
    parts = {"applications": part | {"columns": columns}}
    return parts | ({"histories": histories} if histories else {})


def _csv(file: File) -> Part:
    usual = vars(Dialect())
    own = {key: one for key, one in vars(file.dialect).items() if one != usual[key]}
    return {"csv": own} if own else {}


def _known_as(stem: str, file: File) -> str:
    """The table of Home Credit's that one is, empty where it is none."""
    for name, table in TABLES.items():
        if name.lower() == stem.lower():
            return name if len({*table.names} & file.columns.keys()) > 2 else ""
    return ""


def _outcome(file: File) -> tuple[int, str]:
    """The most likely outcome: by its name, its words, and the last place."""
    *_, last = file.columns

    def likely(header: str) -> int:
        looked, named = file.columns[header], names.says(header, "target")
        few = 2 <= looked.distinct <= (MOST_OUTCOMES if named else 2)
        coded = looked.kind in {"integer", "category"}
        if not few or not coded or names.says(header, "gender"):
            return 0
        worded = any(_is(value, names.BAD) for value in looked.values)
        return 4 * named + 2 * worded + (header == last)

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
    shared = len(wanted & other.columns.keys())
    return outcome not in other.columns and shared >= max(2, 0.9 * len(wanted))


def _date(file: File) -> tuple[str, str]:
    """The header of the day of the application, and what is doubtful about that."""
    dates = [h for h, one in file.columns.items() if file.dialect.dates in one.dates]
    dates = [h for h in dates if not any(names.says(h, w) for w in ("birth", "later"))]
    asked = [header for header in dates if names.says(header, "asked")]
    doubt = "" if len(asked) == 1 else "the day of the application?"
    return next(((header, doubt) for header in asked or dates), ("", ""))


def _roles(file: File, headers: list[str]) -> dict[str, str]:
    roles: dict[str, str] = {}
    for role, (low, high) in ROLES.items():
        for header in headers:
            fits = low < [*file.columns[header].highs, 0][0] <= high
            if fits and header not in roles and names.says(header, role):
                roles[header] = role
                break
    return roles


def _histories(files: Files, keys: dict[str, Link], stem: str, *, dated: bool) -> Part:
    """The files whose records belong to an application, or to a record of one."""
    histories: Part = {}
    waiting = dict(files)
    while linked := [one for key in keys for one in _having(key, keys[key], waiting)]:
        own, header, (of, key, kind) = linked[0]
        file = waiting.pop(own)
        if of:
            number = histories[of]["columns"][key]
            link = linking(number.get("from", key), key, kind)
            histories[of]["columns"][key] = {**link, "use": "none"}
        table = Table(file, _known_as(own, file), dated)
        others = [one for one in file.columns if one != header]
        columns = {key: linking(header, key, kind)} | drafted(table, others, [key])
        part: Part = {"file": own, **_csv(file), "key": key}
        part |= {"as": table.known_as} if table.known_as else {}
        part |= {"of": of, "# of": "each belongs to a record of it?"} if of else {}
        headers = {one: column.get("from", one) for one, column in columns.items()}
        for day in [n for n, h in headers.items() if _is_day(file, h, columns[n])][:1]:
            part |= {"day": day, "# day": "the day of a record?"}
            part |= {} if table.known_as else {"windows": [90, 365]}
        name = names.name_of(own, [*histories, stem])
        histories[name] = part | {"columns": columns}
        for one, its in headers.items():
            if file.columns[its].unique and names.says(its, "key"):
                number = (name, one, key_type(file.columns[its]))
                keys.setdefault(names.plain(its), number)
    return histories


def _having(key: str, link: Link, files: Files) -> list[tuple[str, str, Link]]:
    """The files that have a key, its header there whatever its case and accents."""
    return [
        (stem, header, link)
        for stem, file in files.items()
        for header, looked in file.columns.items()
        if names.plain(header) == key and link[2] in ("text", key_type(looked))
    ]


def _is_day(file: File, header: str, column: Part) -> bool:
    """Whether it is a date, or a number of days before the application."""
    looked = file.columns[header]
    days = bool(looked.lows) and looked.lows[0] < 0 and looked.highs[0] <= 0
    return column["type"] == "date" or (days and names.says(header, "days"))
