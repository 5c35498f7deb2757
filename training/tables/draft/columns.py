"""Guess what a column is: what declares it, and what of that a person is to check."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from training.tables.draft import names
from training.tables.draft.look import MISSING, File, Looked
from training.tables.home_credit import HOME_CREDIT, TABLES
from training.tables.schema import Column, Role, Type, Use

MOST_CATEGORIES = 30
# As many values as a column of numbers of records has.
MANY = 1000
# Numbers that stand for none, where the others are far from them.
CODES = {365243, *(10**n - 1 for n in range(3, 10)), -1, -9, -99, -999, -9999}
UNITS, OLDEST = ("none", "years", "months", "days", "count", "currency"), 120
# What the name of a column says of its use, and what is doubtful about that.
USES = {
    "gender": ("protected", ""),
    "family": ("protected", ""),
    "origin": ("protected", "may a lender decide by it?"),
    "others": ("other_people", "about other people than the applicant?"),
    "later": ("after_decision", "known only after the decision?"),
}
# What a role says, if not only `is`.
ROLES: dict[str, dict[str, Any]] = {"gender": {"use": "protected", "gender": True}}
ROLES["amount"] = {"is": "amount", "negotiable": {"from": 0.3, "to": 1, "weight": 1}}
# What is said of a column that is not used: numbers of records go on rising.
UNUSED = ("label", "pattern", "type", "use", "# use")
# What a mapping of the file says, key by key; at "# key" why a person should check it.
Part = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """What is known of a table. `known_as`: which of Home Credit's it is; `dated`: the
    day of the application is known; `roles`: `is` by header, or gender."""

    file: File
    known_as: str
    dated: bool
    roles: Mapping[str, str]


def drafted(table: Table, headers: Collection[str], taken: Collection[str]) -> Part:
    """Columns' declarations by name; two where a text holds sex and something else."""
    columns: Part = {}
    for header in headers:
        looked = table.file.columns[header]
        two = _halves(header, looked) if table.roles.get(header) == "gender" else {}
        found = two or {header: _declared(table, header, looked)}
        for wanted, column in found.items():
            name = names.name_of(wanted, [*taken, *columns])
            columns[name] = column if name == header else {"from": header, **column}
    return columns


def linking(header: str, name: str, kind: str) -> Part:
    """The declaration of a key, of the `kind` that it has where it leads to."""
    column = {"from": header} if name != header else {}
    return {**column, "label": names.label_of(header), "type": kind}


def key_type(looked: Looked) -> str:
    return "integer" if looked.kind == "integer" and looked.lows[0] >= 0 else "text"


def unused(why: str) -> Part:
    return {"use": "none", "# use": why}


def _halves(header: str, looked: Looked) -> Part:
    """Two columns where all values begin with a word for a sex, and go on."""
    found = [re.match(names.GENDER, value) for value in looked.values]
    if None in found or not 2 <= len({m[0].lower() for m in found if m}) < len(found):
        return {}
    kind = {"type": "category", "categories": "learn", "use": "protected"}
    kind |= {"# pattern": "the part that is its value"}
    rest = {"pattern": r"^\w+\W+(.*)$", "label": names.label_of(header), **kind}
    sex = {"pattern": r"^(\w+)", "label": "Sex", **kind, "gender": True}
    return {"sex": sex, f"{header}_rest": rest}


def _declared(table: Table, header: str, looked: Looked) -> Part:
    role = table.roles.get(header)
    said = ROLES.get(role, {"is": role}) if role else {}
    known = next((k for k in TABLES.get(table.known_as, ()) if k.name == header), None)
    if known and known.role not in (Role.CLIENT, Role.RECORD):
        if (looked.kind == "category") == (known.type is Type.CATEGORY):
            return _as_known(known, looked) | said
    column = {"label": names.label_of(header), **_typed(table, header, looked)}
    if "use" not in column:
        column |= said or _use(table.file, header, looked)
    if column.get("use") == "none":
        return {key: column[key] for key in UNUSED if key in column}
    return column


def _as_known(known: Column, looked: Looked) -> Part:
    """As Home Credit's column of that name, which has its label in every language."""
    column = _category(looked)
    if known.bounds:
        column = {"type": known.type.name.lower(), "unit": known.unit.value}
        missing = {"missing": [*known.missing]} if known.missing else {}
        column |= {"bounds": [*known.bounds], **missing}
    column |= {"as": known.name}
    if known.use is not Use.INPUT:
        column["use"] = known.use.value
    return column | ({"gender": True} if known.name == HOME_CREDIT.gender else {})


def _typed(table: Table, header: str, looked: Looked) -> Part:
    """Type, unit, bounds, categories, missing words; `use` where it can be none."""
    if not looked.kind:
        return {"type": "number", **unused("empty in every row")}
    if looked.kind == "category" or names.says(header, "gender"):
        return _category(looked)
    if looked.kind != "date":
        return _number(header, looked)
    usual = table.file.dialect.dates
    if not table.dated or usual not in looked.dates:
        why = f"a date; to count it, each has to be as {usual}, and `date` be known"
        return {"type": "category", **unused(why)}
    doubt = {"# type": f"day before month ({usual})?"} if len(looked.dates) > 1 else {}
    return {"type": "date", **doubt}


def _category(looked: Looked) -> Part:
    missing = {"missing": looked.missing} if looked.missing else {}
    few = looked.distinct <= MOST_CATEGORIES
    values = {"categories": [*looked.values] if few else "learn", **missing}
    if not few and looked.distinct > looked.filled / 2:
        values |= unused("nearly every value is another; numbers? they need a pattern")
    return {"type": "category", **values}


def _number(header: str, looked: Looked) -> Part:
    ends = [(*looked.lows, 0)[:2], (*looked.highs, 0)[:2]]
    codes = [int(one) for one, own in ends if one in CODES and abs(own) < abs(one) / 2]
    low, high = (own if one in codes else one for one, own in ends)
    missing = [*looked.missing, *codes]
    says = (one for one in UNITS if names.says(header, one))
    unit, bounds = next(says, "none"), [_beyond(low, -1), _beyond(high, 1)]
    if 0 <= low and high <= 1:
        unit, bounds = "flag" if looked.kind == "integer" else "share", [0, 1]
    elif unit == "years" and 0 <= low and high <= OLDEST:
        bounds = [0, OLDEST]
    measured = {"unit": unit} if unit != "none" else {}
    column: Part = {"type": looked.kind, **measured, "bounds": bounds}
    doubt = {"# missing": "words for none?"} if {*missing} - {*MISSING} else {}
    return column | ({"missing": missing, **doubt} if missing else {})


def _beyond(end: float, sign: int) -> float:
    """A round number at least twice as far from 0 as an end, 0 where it is behind."""
    size = 2 * sign * end
    if size <= 0:
        return 0
    power = 10.0 ** math.floor(math.log10(size))
    return sign * next(n * power for n in (1, 2, 5, 10) if n * power >= size)


def _use(file: File, header: str, looked: Looked) -> Part:
    """What a model may do with a column, where that is not to take it as an input."""
    if looked.distinct < 2 and looked.filled == file.rows:
        return unused("the same in every row")
    if names.says(header, "key") and (looked.unique or looked.distinct >= MANY):
        return unused("a number of something?")
    for what, (use, why) in USES.items():
        if names.says(header, what):
            return {"use": use, **({"# use": why} if why else {})}
    return {}
