"""A lender's layout: its tables, what they are to each other, and what is told of them.

Home Credit's comes with the product; everything below reads a layout and names none of
its tables and columns.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from training.tables.schema import LEFT_OUT, Column, Reason, Role, Table

# What the applications are called once they are read, whatever their files are.
APPLICATION = "application"
# Of the applications whose outcome is known: 1 for a default, else 0.
TARGET = "TARGET"
# What tells clients apart.
Key = int | str


@dataclass(frozen=True, eq=False)
class Layout:
    """The tables by name, the applications first.

    `target` is the outcome as the file of the `labelled` applications has it, and
    `defaults` the values of it that are a default; those of `unlabelled`, if there is
    such a file, are not decided yet. `numbered`: the key is the number of the row.
    `date`: the column of the day of the application. `reasons`: one for each group of
    columns. `known_after`: days until an outcome is known. `segments`: the categories
    by which metrics are told apart. `gender`: the column whose groups must be granted
    alike, where there is one. `highest_auc`: above it a model must know the outcome,
    until that is explained.
    """

    tables: Mapping[str, Table]
    target: Column
    labelled: str
    unlabelled: str
    reasons: tuple[Reason, ...]
    defaults: tuple[str | int, ...] = (1,)
    numbered: bool = False
    date: str = ""
    segments: tuple[str, ...] = ()
    gender: str = ""
    highest_auc: float = 0.9
    name: str = ""
    currency: str = "EUR"
    known_after: int | None = None

    @property
    def application(self) -> Table:
        return self.tables[APPLICATION]

    @property
    def histories(self) -> tuple[str, ...]:
        """The tables of records, in the order of their features."""
        return tuple(name for name in self.tables if name != APPLICATION)

    @cached_property
    def key(self) -> str:
        """The column that tells clients apart, in every table that has it."""
        return self._named(Role.CLIENT)

    @cached_property
    def amount(self) -> str:
        """The column of the credit asked for."""
        return self._named(Role.AMOUNT)

    @cached_property
    def left_out(self) -> tuple[str, ...]:
        """What an applicant cannot be held to and no reason of the lender's lets in."""
        return tuple(
            c.name for c in self.application if c.use in LEFT_OUT and not c.is_input
        )

    @cached_property
    def scores(self) -> tuple[str, ...]:
        """The columns of which more is known to mean less risk."""
        return tuple(c.name for c in self.application if c.lowers_risk)

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """The columns that number clients or records."""
        columns = (column for table in self.tables.values() for column in table)
        roles = (Role.CLIENT, Role.RECORD)
        return frozenset(column.name for column in columns if column.role in roles)

    @cached_property
    def by_group(self) -> Mapping[str, Reason]:
        return {reason.group: reason for reason in self.reasons}

    def link(self, table: str) -> str:
        """The column by which a table's records belong to a client, or to a parent."""
        declared = self.tables[table]
        if not declared.parent:
            return self.key
        parent = self.tables[declared.parent].names
        shared = [column for column in declared if column.name in parent]
        return next((c for c in shared if c.role is Role.RECORD), shared[0]).name

    def told_as(self, file: str) -> str:
        """The table that a raw file holds rows of."""
        return APPLICATION if file in (self.labelled, self.unlabelled) else file

    def undecided(self) -> Layout:
        """The same layout of applications none of which need be decided."""
        return replace(self, target=replace(self.target, optional=True, nullable=True))

    def without(self, absent: Mapping[str, Collection[str]]) -> Layout:
        """The same layout without some columns of its tables; itself without none.

        The key, what links a table to it, the amount and the day of the application
        stay, whether they are there or not: nothing goes without them.
        """
        links = {self.key, *map(self.link, self.histories)}
        stays = {APPLICATION: links | {self.amount, self.date}}
        gone = {
            name: set(columns) - stays.get(name, links)
            for name, columns in absent.items()
        }
        if not any(gone.values()):
            return self
        tables = {n: t.without(gone.get(n, ())) for n, t in self.tables.items()}
        names = tables[APPLICATION].names
        return replace(
            self,
            tables=tables,
            segments=tuple(name for name in self.segments if name in names),
            gender=self.gender if self.gender in names else "",
        )

    def _named(self, role: Role) -> str:
        column = self.application.of(role)
        if column is None:
            raise KeyError(f"{APPLICATION}: no column has the role {role}")
        return column.name

    def files(self) -> dict[str, Table]:
        """Each raw file's stem and its declaration, the labelled applications first.

        Both files of applications have the same columns; only one knows the outcome.
        """
        key, *others = self.application.columns
        labelled = replace(
            self.application, name=self.labelled, columns=(key, self.target, *others)
        )
        later = [replace(self.application, name=self.unlabelled)] * bool(
            self.unlabelled
        )
        tables = (labelled, *later, *(self.tables[one] for one in self.histories))
        return {table.name: table for table in tables}
