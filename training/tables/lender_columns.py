"""What of the columns of a `lender.yaml` cannot be true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from training.tables.home_credit import TABLES
from training.tables.layout import APPLICATION, TARGET
from training.tables.lender_file import (
    ROW_NUMBER,
    ColumnPart,
    HistoryPart,
    LenderFile,
)
from training.tables.schema import LEFT_OUT, Column, Role, Type
from training.tables.yaml_file import Fault, Place

NUMBERS = ("number", "integer")
KEYS = ("integer", "text")
NEGOTIABLE = ("amount", "goods_price", "instalments")
ROOT: Place = ("applications",)


def column_faults(
    lender: LenderFile,
    table: Place,
    columns: Mapping[str, ColumnPart],
    history: HistoryPart | None,
) -> Iterator[Fault]:
    """What is wrong with columns by themselves, and with two of them."""
    part = lender.applications
    names: dict[str, str] = {}
    headers: dict[str, str] = {}
    known: dict[str, str] = {}
    numbers = {one.key for one in lender.histories.values() if one.of == table[-1]}
    keys = {history.key, *numbers} if history else {part.key}
    for name, column in columns.items():
        place = (*table, "columns", name)
        if name.casefold() == TARGET.casefold():
            yield Fault(place, "the name is reserved; expected another")
        if name.casefold() in names:
            text = f"the name is that of {names[name.casefold()]}, but for capitals"
            yield Fault(place, text)
        names.setdefault(name.casefold(), name)
        header = header_of(name, column)
        if header in headers and not column.pattern:
            text = f"'{header}' is read as {headers[header]} already"
            yield Fault((*place, "from") if column.header else place, text)
        if not column.pattern:
            headers.setdefault(header, name)
        if column.known_as:
            yield from _known_as(place, column, history, known, name in keys)
            known.setdefault(column.known_as, name)
        # What has no key yet may have this one.
        if column.type == "text" and name not in keys and keys & {*columns, ROW_NUMBER}:
            text = "text is for keys alone; expected category"
            yield Fault((*place, "type"), text)
        if column.type == "date" and not part.date:
            text = "a date is counted from applications.date, which is missing"
            yield Fault((*place, "type"), text)
        yield from _column(place, column, in_history=history is not None)
        if column.use == "after_decision" and history is None and name == part.date:
            text = "the day of the application is known before the decision"
            yield Fault((*place, "use"), text)


def header_of(name: str, column: ColumnPart) -> str:
    return column.header or name


def same(name: str, columns: Iterable[str]) -> str:
    """The column that has a name, but for capitals."""
    return next((one for one in columns if one.casefold() == name.casefold()), "")


def _column(place: Place, column: ColumnPart, *, in_history: bool) -> Iterator[Fault]:
    number = column.type in NUMBERS
    measured = number or column.type == "date"
    wrong = {
        "unit": column.unit not in (None, "none") and not number,
        "bounds": column.bounds is not None and not measured,
        "lowers_risk": column.lowers_risk and not measured,
        "raises_risk": column.raises_risk and not measured,
        "categories": column.categories != "learn" and column.type != "category",
        "gender": column.gender and column.type != "category",
        "is": column.role is not None and not measured,
    }
    for key in (key for key, is_wrong in wrong.items() if is_wrong):
        yield Fault((*place, key), f"is not for a column of type {column.type}")
    if column.lowers_risk and column.raises_risk:
        yield Fault((*place, "raises_risk"), "expected one of it and `lowers_risk`")
    if in_history:
        alone = {"is": column.role, "negotiable": column.negotiable}
        for key, value in {**alone, "gender": column.gender}.items():
            if value:
                yield Fault((*place, key), "is for columns of the applications alone")
    yield from _use(place, column)
    yield from _values(place, column)


def _use(place: Place, column: ColumnPart) -> Iterator[Fault]:
    if column.input_because and column.use not in LEFT_OUT:
        text = f"expected only with `use:` one of {', '.join(LEFT_OUT)}"
        yield Fault((*place, "input_because"), f"{text}; found {column.use}")
    if column.gender and column.use != "protected":
        yield Fault(
            (*place, "gender"), f"expected `use: protected`; found {column.use}"
        )
    after = column.use in ("after_decision", "none")
    for key, value in {"negotiable": column.negotiable, "is": column.role}.items():
        if after and value and value != "birth":
            yield Fault((*place, key), f"expected an input; found `use: {column.use}`")
    if column.negotiable and column.role not in (
        "amount",
        "goods_price",
        "instalments",
    ):
        text = "is for a term of the loan alone; expected `is: amount`, `goods_price`"
        yield Fault((*place, "negotiable"), f"{text} or `instalments`")
    aged = column.type == "date" or column.unit in ("days", "years")
    if column.role == "birth" and not aged:
        text = (
            "is a date, days before the application (`unit: days`) or an age (`years`)"
        )
        yield Fault((*place, "is"), f"birth {text}; found {column.type}")
    wanted = "a category" if column.role == "product" else "a number"
    kinds = ("category",) if column.role == "product" else NUMBERS
    if column.role not in (None, "birth") and column.type not in kinds:
        yield Fault((*place, "is"), f"{column.role} is {wanted}; found {column.type}")


def _values(place: Place, column: ColumnPart) -> Iterator[Fault]:
    if column.bounds and not column.bounds[0] < column.bounds[1]:
        low, high = column.bounds
        text = f"expected the lower one first; found {low:g}, {high:g}"
        yield Fault((*place, "bounds"), text)
    if isinstance(column.categories, list):
        words = [str(one) for one in column.categories]
        if len(set(words)) < len(words):
            twice = next(one for one in words if words.count(one) > 1)
            yield Fault((*place, "categories"), f"has '{twice}' twice")


def _known_as(
    place: Place,
    column: ColumnPart,
    history: HistoryPart | None,
    taken: Mapping[str, str],
    is_key: bool,
) -> Iterator[Fault]:
    name, where = column.known_as or "", (*place, "as")
    table = history.known_as if history else APPLICATION
    if table is None:
        yield Fault(where, "is for a history that is one of Home Credit's (`as`)")
        return
    if table not in TABLES:
        return
    columns = {one.name: one for one in TABLES[table]}
    if name not in columns:
        text = f"expected a column of Home Credit's {table}"
        yield Fault(where, f"{text}; found '{name}'", name, tuple(columns))
    elif name in taken:
        yield Fault(where, f"{name} is what {taken[name]} is already")
    elif columns[name].role is Role.CLIENT and not is_key:
        yield Fault(where, f"{name} is the key; expected another")
    else:
        yield from _comparable(where, column, columns[name])


def _comparable(place: Place, column: ColumnPart, known: Column) -> Iterator[Fault]:
    if known.role in (Role.CLIENT, Role.RECORD):
        return
    category = known.type is Type.CATEGORY
    if category != (column.type == "category"):
        expected = "category" if category else "number, integer or date"
        text = f"{known.name} is of type {expected}; found {column.type}"
        yield Fault(place, text)
    unit = "days" if column.type == "date" else column.unit
    if unit not in (None, known.unit.value) and not category:
        text = f"{known.name} is in the unit {known.unit.value}; found {unit}"
        yield Fault(place, text)
