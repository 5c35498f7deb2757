"""Guess what a column is: the lines that declare it, and what of them to check."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from training.files import identifier, literal
from training.tables.draft import names
from training.tables.draft.look import MISSING, File, Looked
from training.tables.draft.scalars import bounds, flow, number
from training.tables.home_credit import HOME_CREDIT, TABLES
from training.tables.schema import Column, Role, Type, Unit, Use

MOST_CATEGORIES = 30
LONGEST = 200  # characters of a category
# A column that alone tells so many pairs of a default and a repaid loan apart knows.
KNOWS = 0.9
EXACT = 2**53
# As many values as a column of numbers of records has.
MANY = 1000
HIGH_SENTINELS = {365243, *(10**n - 1 for n in range(3, 10))}
LOW_SENTINELS = {-1, -9, -99, -999, -9999}


@dataclass(frozen=True)
class Line:
    """`key: text` of a declaration; `check`: why a person should look at it. `items`:
    the values, where the text is a list of them."""

    key: str
    text: str
    check: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drafted:
    """A declared column. `said`: what it was taken for."""

    name: str
    header: str
    lines: tuple[Line, ...]
    said: str

    @property
    def checks(self) -> list[str]:
        return [line.check for line in self.lines if line.check]


@dataclass(frozen=True)
class Table:
    """What is known of the table that a column is in. `dated`: the column of the day of
    the application is known; `known_as`: the table of Home Credit's; `parts`: roles
    (`is`) by header; `links`: headers that hold a key; `defaulted`: SQL that is true of
    a default."""

    file: File
    known_as: str = ""
    date: str = ""
    dated: bool = False
    parts: dict[str, str] | None = None
    links: tuple[str, ...] = ()
    defaulted: str = ""


def drafted(table: Table, looked: Looked, taken: Sequence[str]) -> list[Drafted]:
    """A column's declaration; two where one text holds sex and something else."""
    if two := _with_gender(looked):
        pattern, rest = two
        gender = names.name_of("sex", taken)
        other = names.name_of(f"{looked.header}_rest", [*taken, gender])
        return [
            _part(looked, gender, "Sex", pattern, gender=table.parts is not None),
            _part(looked, other, names.label_of(looked.header), rest, gender=False),
        ]
    name = names.name_of(looked.header, taken)
    lines = [Line("from", flow(looked.header))] if name != looked.header else []
    known = _known(table, looked)
    # Those of Home Credit's have theirs in every language.
    if not known:
        lines.append(Line("label", flow(names.label_of(looked.header))))
    kind, declared = _declared(table, looked, known)
    lines += declared
    if known:
        lines.append(Line("as", known.name))
    part = (table.parts or {}).get(looked.header, "")
    if part == "birth" and not {Line("type", "date"), Line("unit", "days")} & {*lines}:
        part = ""
    if part:
        lines.append(Line("is", part))
    if part == "amount":
        lines.append(Line("negotiable", "{from: 0.3, to: 1.0, weight: 1}"))
    if not part and not any(line.key == "use" for line in lines):
        lines += _known_use(known) if known else _use(table, looked)
    if table.parts is None:
        lines = [line for line in lines if line.key != "gender"]
    use = next((line.text for line in lines if line.key == "use"), "input")
    known_as = f", as Home Credit's {known.name}" if known else ""
    if looked.header == table.date:
        use = "the day of the application"
    told = f"{kind}: {use.replace('_', ' ')}{f', {part}' if part else ''}{known_as}"
    return [Drafted(name, looked.header, tuple(lines), told)]


def key_type(looked: Looked) -> str:
    plain = looked.kind == "integer" and 0 <= looked.low and looked.high < EXACT
    return "integer" if plain else "text"


def link(looked: Looked, name: str, kind: str) -> Drafted:
    """The declaration of a key, of the `kind` that it has where it leads to."""
    lines = [Line("from", flow(looked.header))] if name != looked.header else []
    lines += [Line("label", flow(names.label_of(looked.header))), Line("type", kind)]
    return Drafted(name, looked.header, tuple(lines), f"{kind}: key")


def _part(
    looked: Looked, name: str, label: str, pattern: str, *, gender: bool
) -> Drafted:
    lines = [
        Line("from", flow(looked.header)),
        Line("pattern", flow(pattern), "the part of the text that is its value"),
        Line("label", flow(label)),
        Line("type", "category"),
        Line("categories", "learn"),
        Line("use", "protected"),
    ]
    if gender:
        lines.append(Line("gender", "true"))
    return Drafted(name, looked.header, tuple(lines), f"part of it ({name}): protected")


def _with_gender(looked: Looked) -> tuple[str, str] | None:
    """Patterns for sex and for the rest, where a text begins with the one."""
    values = [value for value, _ in looked.values if value not in MISSING]
    found = [names.GENDER_WORD.match(value) for value in values]
    first = {match[0].lower() for match in found if match}
    if not values or None in found or len(first) < 2 or len(first) >= len(values):
        return None
    return r"^(\w+)", r"^\w+\W+(.*)$"


def _known(table: Table, looked: Looked) -> Column | None:
    """The column of Home Credit's that this is, by its name and type."""
    if table.known_as not in TABLES:
        return None
    known = {column.name: column for column in TABLES[table.known_as]}
    column = known.get(looked.header)
    if column is None or column.role in (Role.CLIENT, Role.RECORD):
        return None
    is_text = looked.kind not in {"integer", "number", ""}
    return column if is_text == (column.type is Type.CATEGORY) else None


def _declared(
    table: Table, looked: Looked, known: Column | None
) -> tuple[str, list[Line]]:
    """The kind of a column in words; type, unit, bounds, categories, missing words."""
    if not looked.kind:
        unused = Line("use", "none", "empty in every row")
        return "empty", [Line("type", "number"), unused]
    if looked.kind == "date":
        return _date(table, looked)
    if looked.kind == "category":
        return _category(looked)
    codes = any(names.says(looked.header, what) for what in ("code", "gender"))
    if known is None and codes and looked.kind == "integer":
        kind, lines = _category(looked)
        return kind, [Line("type", "category", "numbers that are codes"), *lines[1:]]
    return _number(looked, known)


def _date(table: Table, looked: Looked) -> tuple[str, list[Line]]:
    expected = table.file.dialect.dates
    if not table.dated:
        why = "a date, but no column says when the application was made"
    elif expected not in looked.dates:
        why = f"dates as {looked.dates[0]}, others here as {expected}"
    else:
        doubt = len(looked.dates) > 1 and f"day before month ({expected})?"
        return "date", [Line("type", "date", doubt or "")]
    unused = Line("use", "none", why)
    return "date", [Line("type", "category"), Line("categories", "learn"), unused]


def _category(looked: Looked) -> tuple[str, list[Line]]:
    missing = [value for value, _ in looked.values if value in MISSING]
    values = [value for value, _ in looked.values if value not in MISSING]
    count = looked.distinct - len(missing)
    few = looked.whole and count <= MOST_CATEGORIES and looked.longest <= LONGEST
    lines = [Line("type", "category")]
    listed = Line("categories", flow(values), items=tuple(values))
    lines.append(listed if few else Line("categories", "learn"))
    if looked.suffix:
        pattern = r"^\s*([-+]?[0-9.,]+)"
        lines = [Line("pattern", flow(pattern), f"numbers without {looked.suffix!r}")]
        lines.append(Line("type", "number"))
    if missing:
        lines.append(Line("missing", flow(missing)))
    if looked.grouped:
        lines.append(Line("use", "none", "numbers with signs between thousands"))
    elif not few and not looked.suffix and count > looked.rows / 2:
        lines.append(Line("use", "none", "nearly every value is another"))
    elif not few and names.says(looked.header, "person"):
        lines.append(Line("use", "none", "names, addresses?"))
    what = f"{count:,} values" if looked.rows > 1 else "text"
    return f"category, {what}", lines


def _number(looked: Looked, known: Column | None) -> tuple[str, list[Line]]:
    low, high, missing = looked.low, looked.high, [*looked.words]
    doubt = "" if set(missing) <= MISSING else "words for none?"
    if known and known.bounds and known.bounds[0] <= low and high <= known.bounds[1]:
        kind = "integer" if known.type is Type.INTEGER else "number"
        unit, limits = known.unit.value, known.bounds
        missing += [str(value) for value in known.missing if value not in missing]
    else:
        doubtful = "is {:.0f} a word for none?"
        if high in HIGH_SENTINELS and looked.second[1] < high / 2:
            missing, doubt = [*missing, number(high)], doubtful.format(high)
            high = looked.second[1]
        if low in LOW_SENTINELS and looked.second[0] >= 0:
            missing, doubt = [*missing, number(low)], doubtful.format(low)
            low = looked.second[0]
        kind = looked.kind
        unit, limits = _unit(looked, low, high)
    lines = [Line("type", kind)]
    if unit != Unit.NONE:
        lines.append(Line("unit", unit))
    lines.append(Line("bounds", bounds(limits)))
    if missing:
        words = ", ".join(
            word if word.lstrip("-").isdigit() else flow(word) for word in missing
        )
        lines.append(Line("missing", f"[{words}]", doubt))
    counted = "" if unit == Unit.NONE else f", {unit}"
    return f"{kind}{counted}, {number(low)} to {number(high)}", lines


def _unit(looked: Looked, low: float, high: float) -> tuple[str, tuple[float, float]]:
    """What a number counts, by its name and values, and bounds generously around it."""

    def says(what: str) -> bool:
        return names.says(looked.header, what)

    if looked.kind == "integer" and 0 <= low and high <= 1:
        return Unit.FLAG.value, (0, 1)
    around = (_beyond(low, -1), _beyond(high, 1))
    around = around if around[0] < around[1] else (0, 1)
    if says("hour") and 0 <= low and high <= 24:
        return Unit.HOUR.value, (0, 24)
    if looked.kind == "number" and 0 <= low and high <= 1:
        return (Unit.SCORE if says("score") else Unit.SHARE).value, (0, 1)
    if "percent" in names.plain(looked.header) and 0 <= low and high <= 100:
        return Unit.NONE.value, (0, 100)
    if says("years") and 0 <= low and high <= 120:
        return Unit.YEARS.value, (0, 120)
    for what in ("months", "days", "score", "count", "currency"):
        if says(what):
            return what, around
    return Unit.NONE.value, around


def _beyond(end: float, sign: int) -> float:
    """A round number at least twice as far from 0 as an end, 0 where it is behind."""
    if sign * end <= 0:
        return 0
    size = 2 * abs(end)
    power = 10.0 ** math.floor(math.log10(size))
    step = next(step for step in (1, 2, 5, 10) if step * power >= size * (1 - 1e-12))
    return sign * (step * round(power) if power >= 1 else step * power)


def _known_use(known: Column) -> list[Line]:
    """What Home Credit's column of that name is used for."""
    if known.use is Use.INPUT and names.says(known.name, "others"):
        return [Line("use", "other_people", OTHERS)]
    lines = [Line("use", known.use.value)] if known.use is not Use.INPUT else []
    return [*lines, *[Line("gender", "true")] * (known.name == HOME_CREDIT.gender)]


OTHERS = "about other people than the applicant?"
# What the name of a column says of its use, and what is doubtful about that.
BY_NAME = (
    ("family", "protected", ""),
    ("origin", "protected", "may a lender decide by it?"),
    ("others", "other_people", OTHERS),
)


def _use(table: Table, looked: Looked) -> list[Line]:
    """What a model may do with a column, where that is not to take it as an input."""
    coded = looked.kind in {"integer", "category"}
    if looked.header == table.date:
        return []
    if looked.distinct < 2 and not looked.missing:
        return [Line("use", "none", "the same in every row")]
    if names.says(looked.header, "gender") and coded and looked.distinct < 10:
        return [Line("use", "protected"), Line("gender", "true")]
    for what, use, check in BY_NAME:
        if names.says(looked.header, what):
            return [Line("use", use, check)]
    if looked.header in table.links or (
        names.says(looked.header, "key") and coded and looked.distinct >= MANY
    ):
        return [Line("use", "none", "a number of something?")]
    return _known_later(table, looked)


def _known_later(table: Table, looked: Looked) -> list[Line]:
    """Whether a column seems to be known only after the decision."""
    why = ""
    if names.says(looked.header, "later"):
        why = "known only after the decision?"
    if looked.kind == "date" and _lies_ahead(table, looked):
        why = "mostly after the application: known only later?"
    elif (knows := _separation(table, looked)) >= KNOWS:
        why = f"it alone tells {knows:.0%} of defaults from repaid loans: known later?"
    return [Line("use", "after_decision", why)] if why else []


def _lies_ahead(table: Table, looked: Looked) -> bool:
    if not table.date:
        return False
    dates = literal(table.file.dialect.dates)
    day, applied = (
        f"try_strptime({identifier(name)}, {dates})"
        for name in (looked.header, table.date)
    )
    [(ahead, known)] = table.file.database.execute(
        f"SELECT count(*) FILTER ({day} > {applied}), count({day})"
        f" FROM {table.file.view}"
    ).fetchall()
    return bool(ahead > known / 2)


def _separation(table: Table, looked: Looked) -> float:
    """The AUC of a column's values, or of groups of its numbers, by their rates of
    default in these same rows: 0.5 where it says nothing or cannot say."""
    if not table.defaulted:
        return 0.5
    group = identifier(looked.header)
    # Of fewer rows a group's rate is chance.
    groups = max(2, min(20, looked.rows // 50))
    if looked.kind in {"integer", "number"} and looked.distinct > groups:
        value = table.file.number(looked.header)
        group = f"ntile({groups}) OVER (ORDER BY {value}), {value} IS NULL"
    elif looked.distinct > groups:
        group = f"{group} IS NULL"
    counts = table.file.database.execute(
        f"SELECT count(*) FILTER (d), count(*) FILTER (NOT d)"
        f" FROM (SELECT ({table.defaulted}) AS d, row({group}) AS g"
        f" FROM {table.file.view}) WHERE d IS NOT NULL GROUP BY g"
    ).fetchall()
    bad, good = (sum(side) for side in zip(*counts, strict=True))
    if not bad or not good:
        return 0.5
    counts.sort(key=lambda one: one[0] / (one[0] + one[1]))
    pairs, below = 0.0, 0
    for defaults, repaid in counts:
        pairs += defaults * (below + repaid / 2)
        below += repaid
    return float(pairs / (bad * good))
