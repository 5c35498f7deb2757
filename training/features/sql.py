"""Both stages as DuckDB SQL over tables named as their layout names them.

The batch run executes this text on views of the staged files; the bundle carries it for
the API, of the history in a statement per table. There is no other definition of a
feature.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw

from training import receipts
from training.errors import ConfigurationError
from training.features import applicant, history
from training.features.define import Feature
from training.features.empty import empty, sql_of
from training.features.reads import (
    Reads,
    grouped,
    left_out,
    reads,
    unlike_home,
)
from training.features.sharing import shared
from training.files import literal, replacing
from training.tables.layout import APPLICATION, Layout
from training.tables.schema import Use


@dataclass(frozen=True)
class FeatureSet:
    """Every feature that the tables present can give, and the SQL that makes them.

    `history_sql` reads `application` and the history tables; `applicant_sql` reads
    `application` and `history`, the other's answer. `history_parts`: the history SQL in
    parts, whose columns one after the other are its columns; each reads tables that
    belong together. `left_out`: the features that the tables cannot give, and which
    columns they lack for each.
    """

    layout: Layout
    tables: tuple[str, ...]
    history: tuple[Feature, ...]
    features: tuple[Feature, ...]
    history_sql: str
    applicant_sql: str
    history_parts: tuple[str, ...]
    left_out: Mapping[str, Sequence[str]]

    def __getitem__(self, name: str) -> Feature:
        return {feature.name: feature for feature in self.features}[name]


def compile_features(
    layout: Layout,
    present: Collection[str],
    *,
    included: Collection[Use] = (),
    only: Collection[str] | None = None,
    kept: Path | None = None,
) -> FeatureSet:
    """The feature set for the tables of the layout that are present.

    The applications always are.

    `only` names the features wanted: no others are worked out, but for those of the
    history that they rest on. `kept`: a folder where the statements are found again by
    whoever compiles the same features with the same code.
    """
    tables = tuple(name for name in layout.tables if name in {APPLICATION, *present})
    named = None if only is None else frozenset(only)
    return _compile(layout, tables, frozenset(included), named, kept)


@functools.cache  # it takes seconds, and is always the same
def _compile(
    layout: Layout,
    tables: tuple[str, ...],
    included: frozenset[Use],
    only: frozenset[str] | None,
    kept: Path | None,
) -> FeatureSet:
    features = applicant.features(layout, tables, included)
    past = history.features(layout, tables)
    wanting: dict[str, list[str]] = {}
    if unlike := unlike_home(layout, tables):
        read = _reads(kept, unlike)
        wanting = left_out(layout, tables, features, read)
        past, features = (
            grouped(layout, tables, [f for f in stage if f.name not in wanting], read)
            for stage in (past, features)
        )
    _check_names(layout, features)
    if only is not None:
        features = [feature for feature in features if feature.name in only]
        used = applicant.history_columns(features)
        past = [feature for feature in past if feature.name in used]
    names = [[one.name for one in stage] for stage in (past, features)]
    whole, rows, by_part = _kept(
        kept,
        [json.dumps([tables, names]), repr([layout.tables[name] for name in tables])],
        lambda: _statements(layout, tables, past, features),
    )
    stages = tuple(past), tuple(features)
    return FeatureSet(layout, tables, *stages, whole, rows, tuple(by_part), wanting)


@functools.cache
def _reads(kept: Path | None, tables: tuple[str, ...]) -> Reads:
    found: Reads = _kept(kept, ["reads", *tables], lambda: reads(tables))
    return found


def _check_names(layout: Layout, features: Sequence[Feature]) -> None:
    """Refuse two features of one name, which DuckDB reads without regard to case."""
    taken = {layout.key.upper(): f"{APPLICATION}, {layout.key}"}
    for feature in features:
        told = f"{feature.table}, {feature.formula}"
        if other := taken.get(feature.name.upper()):
            raise ConfigurationError(
                f"{feature.name}: expected a name for one feature, found two: of"
                f" {other} and of {told}; name the column or table otherwise"
            )
        taken[feature.name.upper()] = told


def _kept(folder: Path | None, made_of: Sequence[str], make: Callable[[], Any]) -> Any:
    """What is made, from the file that is named after all that it is made of."""
    if folder is None:
        return make()
    versions = json.dumps([duckdb.__version__, nw.__version__])
    path = folder / f"{receipts.digest(*made_of, versions, *_code())}.json"
    if not path.exists():
        text = json.dumps(make())
        with replacing(path) as beside:
            beside.write_text(text, encoding="utf-8")
    return json.loads(path.read_text(encoding="utf-8"))


def _code() -> list[Path]:
    """The files that say what a feature is, and a raw column."""
    here = Path(__file__).parent
    files = [*here.rglob("*.*"), *(here.parent / "tables").rglob("*.*")]
    return sorted(path for path in files if path.suffix in (".py", ".json"))


def _statements(
    layout: Layout,
    tables: Sequence[str],
    past: Sequence[Feature],
    features: Sequence[Feature],
) -> tuple[str, str, list[str]]:
    """Of the history whole, of the applicants, and of the history part by part."""
    with duckdb.connect() as connection:
        frames = {name: empty(connection, layout.tables[name]) for name in tables}
        applications = frames[APPLICATION]
        by_part = [*history.aggregates(layout, frames, past)]
        whole, *alone = (
            sql_of(history.joined(layout, applications, some))
            for some in (by_part, *([part] for part in by_part))
        )
        columns = [f'"{layout.key}" {layout.application[layout.key].type.value}']
        columns += [f'"{feature.name}" FLOAT' for feature in past]
        connection.execute(f"CREATE TABLE history ({', '.join(columns)})")
        known = nw.from_native(connection.table("history"))
        rows = sql_of(applicant.applicant(layout, applications, known, features))
    return whole, rows, alone


def history_per_table(made: FeatureSet) -> list[str]:
    """The parts of the history SQL as the bundle carries them.

    Who has no records in the tables of one needs it not.
    """
    return [shared(sql) for sql in made.history_parts]


# Of each category feature its values, in the order of their codes; None in the place of
# one that is missing to the model.
Codes = Mapping[str, Sequence[str | None]]


def encoded(features: Iterable[Feature], codes: Codes) -> list[str]:
    """SQL of each model input as float32, from a table aliased `features`.

    A category is its place in its list; one that is not in it is missing to the model,
    as an absent one is.
    """
    return [
        _code_of(feature.name, codes[feature.name])
        if feature.category
        else f'features."{feature.name}"'
        for feature in features
    ]


def encoded_columns(features: Sequence[Feature], codes: Codes) -> str:
    """The select list of the model's inputs under their names; see `encoded`."""
    columns = zip(encoded(features, codes), features, strict=True)
    return ", ".join(f'{sql} AS "{feature.name}"' for sql, feature in columns)


def _code_of(name: str, values: Sequence[str | None]) -> str:
    known = {literal(value): at for at, value in enumerate(values) if value is not None}
    texts, codes = ", ".join(known), ", ".join(map(str, known.values()))
    place = f'list_position([{texts}]::VARCHAR[], features."{name}")'
    return f"([{codes}]::FLOAT[])[{place}]"


def feature_set_hash(
    feature_set: FeatureSet, categories: Mapping[str, list[str]]
) -> str:
    """What two bundles must share for one's client vectors to fit the other.

    `categories`: the values of each category feature, in the order of their codes.
    """
    names = [feature.name for feature in feature_set.features]
    identity = [
        names,
        dict(categories),
        feature_set.history_sql,
        feature_set.applicant_sql,
    ]
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
