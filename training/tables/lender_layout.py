"""Turn what a `lender.yaml` says into the declarations that all else reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from training.language import LANGUAGES, Labels, _
from training.tables.categories import speller
from training.tables.home_credit import HOME_CREDIT, TABLES
from training.tables.layout import APPLICATION, TARGET, Layout
from training.tables.lender_file import (
    PROTECTED,
    ROW_NUMBER,
    ApplicationsPart,
    ColumnPart,
    CsvPart,
    HistoryPart,
    LenderFile,
)
from training.tables.schema import (
    Column,
    Dialect,
    Origin,
    Reason,
    Role,
    Table,
    Term,
    Type,
    Unit,
    Use,
)

# Integers that JSON keeps exact.
EXACT = 9007199254740991
# Any day of the years 1 to 9999, counted from any other.
DAYS = (-4e6, 4e6)
SEGMENTS = 6

TYPES = {
    "number": Type.NUMBER,
    "integer": Type.INTEGER,
    "category": Type.CATEGORY,
    "date": Type.INTEGER,
    "text": Type.CATEGORY,
}


def declared(lender: LenderFile, catalogues: Mapping[str, Mapping[str, str]]) -> Layout:
    """The layout that a file declares; `catalogues`: its translations by language."""
    return _Reading(lender, catalogues).layout()


class _Reading:
    """Turns what a file says into declarations."""

    def __init__(
        self, lender: LenderFile, catalogues: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._lender = lender
        self._catalogues = catalogues

    def layout(self) -> Layout:
        lender, applications = self._lender, self._lender.applications
        tables = {APPLICATION: self._application(applications)}
        for name in self._parents_first():
            tables[name] = self._history(name, lender.histories[name])
        return Layout(
            tables,
            self._target(),
            labelled=applications.file,
            unlabelled=applications.later or "",
            reasons=self._reasons(tables),
            defaults=tuple(map(_text, applications.target.default)),
            numbered=applications.key == ROW_NUMBER,
            date=applications.date or "",
            segments=_segments(tables[APPLICATION]),
            gender=next((n for n, c in applications.columns.items() if c.gender), ""),
            name=lender.lender,
            currency=lender.currency,
            known_after=applications.target.known_after,
        )

    def _parents_first(self) -> list[str]:
        histories, ordered = self._lender.histories, list[str]()
        while len(ordered) < len(histories):
            ordered += [
                name
                for name, one in histories.items()
                if name not in ordered and one.of in (None, *ordered)
            ]
        return ordered

    def _target(self) -> Column:
        """As it is staged; `defaults` says what of the file's is 1."""
        labels = _("Default")
        return Column(
            TARGET,
            Type.INTEGER,
            labels,
            f"1 where {self._lender.applications.target.column} says default, else 0.",
            Unit.FLAG,
            bounds=(0, 1),
            header=self._lender.applications.target.column,
        )

    def _key(self, part: ColumnPart, name: str, header: str, role: Role) -> Column:
        """What numbers applications or records; in every table by the same name."""
        integer = part.type == "integer"
        low, high = part.bounds or (0, EXACT)
        return Column(
            name,
            TYPES[part.type],
            self._texts(part.label or header),
            part.help or part.label or header,
            nullable=False,
            bounds=(low, high) if integer else None,
            role=role,
            use=Use.NONE,
            known_as=part.known_as or "",
            header=part.header or (header if header != name else ""),
            pattern=part.pattern or "",
        )

    def _application(self, part: ApplicationsPart) -> Table:
        if part.key == ROW_NUMBER:
            key = Column(
                "row_number",
                Type.INTEGER,
                _("Row number"),
                "Number of the row in the file, from 1.",
                nullable=False,
                bounds=(0, EXACT),
                role=Role.CLIENT,
                use=Use.NONE,
            )
        else:
            key = self._key(part.columns[part.key], part.key, part.key, Role.CLIENT)
        others = {n: c for n, c in part.columns.items() if n != part.key}
        columns = [self._column(APPLICATION, n, c, "") for n, c in others.items()]
        return Table(
            APPLICATION,
            (key, *columns),
            Origin.APPLICATION,
            key=(key.name,),
            known_as=APPLICATION,
            dialect=_dialect(part.csv),
            as_written=True,
        )

    def _history(self, name: str, part: HistoryPart) -> Table:
        applications = self._lender.applications
        numbers = {h.key for h in self._lender.histories.values() if h.of == name}
        # Records of records, and what they belong to, call the number alike.
        link = part.key if part.of else applications.key
        role = Role.RECORD if part.of else Role.CLIENT
        key = self._key(part.columns[part.key], link, part.key, role)
        columns = [key]
        for column, declared in part.columns.items():
            if column in numbers:
                columns.append(self._key(declared, column, column, Role.RECORD))
            elif column != part.key:
                columns.append(self._column(name, column, declared, part.group or name))
        if part.day:
            columns = [_day(c) if c.name == part.day else c for c in columns]
        known = TABLES.get(part.known_as or "")
        return Table(
            name,
            tuple(columns),
            _origin(part) or (known.origin if known else Origin.LENDER),
            key=tuple(sorted(numbers)),
            parent=part.of or "",
            known_as=part.known_as or "",
            file="" if part.file == name else part.file,
            dialect=_dialect(part.csv),
            day=part.day or "",
            windows=tuple(sorted(part.windows)),
            group=part.group or name,
            as_written=True,
        )

    def _column(self, table: str, name: str, part: ColumnPart, group: str) -> Column:
        known = self._known(table, part)
        category = part.type == "category"
        dated = part.type == "date"
        own_date = table == APPLICATION and name == self._lender.applications.date
        unit = Unit(part.unit) if part.unit else known.unit if known else Unit.NONE
        if dated:
            unit = Unit.NONE if own_date else Unit.DAYS
        alike = (*known.words, *known.categories) if known else ()
        label = self._texts(part.label) if part.label else None
        labels = label or (known.labels if known else self._texts(name))
        return Column(
            name,
            TYPES[part.type],
            labels,
            part.help or part.label or name,
            unit,
            bounds=None if category else _bounds(part, unit),
            role=Role.APPLIED if own_date else _role(part, dated=dated),
            term=_term(part),
            nullable=part.role != "amount",
            missing=_missing(part),
            words=self._words(part, alike),
            categories=alike if part.categories == "learn" else (),
            use=Use.NONE if own_date else Use(part.use),
            input_because=part.input_because or "",
            group=self._group(name, part, known, group),
            known_as=part.known_as or "",
            lowers_risk=part.lowers_risk,
            raises_risk=part.raises_risk,
            header="" if part.header in (None, name) else str(part.header),
            pattern=part.pattern or "",
            dated=dated,
            origin=_origin(part) or (known.origin if known else None),
        )

    def _known(self, table: str, part: ColumnPart) -> Column | None:
        """The column of Home Credit's that one is."""
        if part.known_as is None:
            return None
        if table != APPLICATION:
            table = self._lender.histories[table].known_as or ""
        return TABLES[table][part.known_as]

    def _group(
        self, name: str, part: ColumnPart, known: Column | None, group: str
    ) -> str:
        if part.use == "protected":
            return PROTECTED
        known_group = known.group if known and known.group != PROTECTED else ""
        return part.group or group or known_group or name

    def _words(self, part: ColumnPart, alike: Collection[str]) -> dict[str, Labels]:
        """What the categories are called; empty where they are to be learned.

        They are spelled as those of Home Credit's column that they are `alike`.
        """
        spelled = speller(alike)
        given = part.categories
        if isinstance(given, list):
            given = {_text(one): _text(one) for one in given}
        if not isinstance(given, dict):
            return {}
        return {spelled(one) or one: self._texts(name) for one, name in given.items()}

    def _texts(self, text: str) -> Labels:
        """A text of the file in every language, where a catalogue has it."""
        translated = {one: self._catalogues.get(one, {}) for one in LANGUAGES}
        given = self._lender.language
        return {
            one: text if one == given else translated[one].get(text, text)
            for one in LANGUAGES
        }

    def _reasons(self, tables: Mapping[str, Table]) -> tuple[Reason, ...]:
        """One for each group, those of crafted features last, numbered in order."""
        labels: dict[str, Labels] = {}
        known = False
        for table in tables.values():
            for column in table:
                known = known or bool(column.known_as)
                if column.group and column.use not in (Use.NONE, Use.AFTER_DECISION):
                    labels.setdefault(column.group, column.labels)
            if table.group:
                labels.setdefault(table.group, self._texts(table.group))
        comes_along = {reason.group: reason for reason in HOME_CREDIT.reasons}
        names = dict.fromkeys([*labels, *(comes_along if known else ())])
        return tuple(
            self._reason(f"R{number:02}", name, labels.get(name), comes_along.get(name))
            for number, name in enumerate(names, 1)
        )

    def _reason(
        self, code: str, group: str, label: Labels | None, known: Reason | None
    ) -> Reason:
        """What the lender says of a group, else what is known, else what is plain."""
        part = self._lender.groups.get(group)
        if known is not None:
            general = known
        else:
            alone = label is not None and self._is_alone(group)
            name = label if alone and label else self._texts(group)
            if part and part.label:
                name = self._texts(part.label)
            general = Reason(
                code,
                group,
                name,
                _("“{name}” weighs against your application.", name=name),
                _("“{name}” weighs in favour of your application.", name=name),
                _("We have nothing on record under “{name}”.", name=name),
            )
        return Reason(
            code,
            group,
            self._texts(part.label) if part and part.label else general.labels,
            self._texts(part.against) if part and part.against else general.raises_risk,
            self._texts(part.in_favour)
            if part and part.in_favour
            else general.lowers_risk,
            self._texts(part.unknown) if part and part.unknown else general.unknown,
        )

    def _is_alone(self, group: str) -> bool:
        """Whether a group is a column's own."""
        return group in self._lender.applications.columns


def _text(word: str | int | float | bool) -> str:
    """A value as a file of text has it."""
    return str(word).lower() if isinstance(word, bool) else str(word)


def _dialect(part: CsvPart) -> Dialect:
    return Dialect(part.delimiter, part.decimal, part.encoding, part.dates)


def _role(part: ColumnPart, *, dated: bool) -> Role | None:
    if part.role:
        return Role(part.role)
    return Role.DATE if dated else None


def _term(part: ColumnPart) -> Term | None:
    negotiable = part.negotiable
    if negotiable is None:
        return None
    return Term((negotiable.low, negotiable.high), negotiable.weight)


def _origin(part: ColumnPart | HistoryPart) -> Origin | None:
    return Origin(part.origin) if part.origin else None


def _bounds(part: ColumnPart, unit: Unit) -> tuple[float, float]:
    """Those given; else those within which sums stay exact."""
    if part.bounds:
        low, high = part.bounds
        return low, high
    if part.type == "date" or unit is Unit.DAYS:
        return DAYS
    return (0, 1) if unit is Unit.FLAG else (-1e12, 1e12)


def _missing(part: ColumnPart) -> tuple[str | float, ...]:
    """Numbers of a column of numbers as such, words as words."""
    words = part.missing or []
    if part.type in ("number", "integer"):
        return tuple(map(_number, words))
    return tuple(map(_text, words))


def _number(word: str | int | float | bool) -> str | float:
    if isinstance(word, bool):
        return _text(word)
    if not isinstance(word, str):
        return word
    try:
        return int(word)
    except ValueError:
        return word


def _day(column: Column) -> Column:
    """The day of a record: one after the application is not known at it."""
    return replace(column, happened=True, role=Role.DATE, unit=Unit.DAYS)


def _segments(application: Table) -> tuple[str, ...]:
    """The categories by which metrics are told apart: the ones with few words."""
    chosen = [c for c in application if c.words and c.use is Use.INPUT]
    chosen.sort(key=lambda column: len(column.words))
    return tuple(column.name for column in chosen[:SEGMENTS])
