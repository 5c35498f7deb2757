"""Features of tables that are not Home Credit's, or have not all of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.training.invented import APPLICATION, LAYOUT, column, many, write
from tests.training.tables import demo_bank
from training.errors import ConfigurationError, TableError
from training.features import build as building
from training.features.build import FeatureStore, build
from training.features.engines import embedded
from training.features.sql import FeatureSet, compile_features
from training.synthesize import synthesize
from training.tables.home_credit import HOME_CREDIT, TABLES
from training.tables.schema import Role, Type, Use

Built = tuple[FeatureStore, FeatureSet]


@pytest.fixture
def invented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "layout_of", lambda _folder: LAYOUT)


def rows_of(store: FeatureStore) -> list[dict[str, Any]]:
    key = store.layout.key
    rows = duckdb.connect().sql(f'FROM {store.feature_rows} ORDER BY "{key}"')
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]


def quiet(_: str) -> None:
    pass


@pytest.fixture
def made(invented: None, tmp_path: Path) -> Built:
    return build(write(tmp_path / "data"), tmp_path / "made", progress=quiet)


def test_own_columns_are_inputs_and_known_ones_are_made_something_of(
    made: Built,
) -> None:
    names = [feature.name for feature in made[1].features]
    assert names[:5] == [
        *("amt_credit", "revenu", "AMT_ANNUITY", "sexe"),
        "CREDIT_TO_INCOME",
    ]
    assert {names[5:][0], names[-1]} == {"CREDITS_COUNT", "PAIEMENTS_PART_MAX"}
    assert made[1].left_out["ANNUITY_TO_INCOME"] == ["AMT_ANNUITY"]
    assert made[1]["CREDIT_TO_INCOME"].group == "MEANS"
    _, client, other = rows_of(made[0])
    assert (client["AMT_ANNUITY"], client["CREDIT_TO_INCOME"]) == (7, 2)
    assert (other["dossier"], other["CREDIT_TO_INCOME"]) == ("é 2", None)


def test_a_history_of_ones_own_is_counted_added_and_compared(made: Built) -> None:
    none, client, _ = rows_of(made[0])
    assert {v for name, v in none.items() if name.startswith("CREDITS")} == {None}
    expected = {
        # Not the one of after the application.
        "COUNT": 5,
        "LAST_90_DAYS_COUNT": 2,
        "STATUT_PAYE_COUNT": 3,
        "STATUT_1_1_SHARE": 0.2,
        # 999 says that the day is not known.
        "OUVERT_MAX": -80,
        # The higher of two on the last day.
        "MONTANT_LAST": 200.2,
        "MONTANT_SUM": 355.35,
        "LAST_365_DAYS_MONTANT_MEAN": 125.125,
        "MONTANT_LAST_90_DAYS_TO_ALL": 125.125 / 71.07,
    }
    found = {name: client[f"CREDITS_{name}"] for name in expected}
    assert found == pytest.approx(expected, rel=1e-7)


def test_records_of_records_reach_the_client(made: Built) -> None:
    _, client, other = rows_of(made[0])
    # Not those of a credit of after the application, nor of nobody's.
    assert (client["PAIEMENTS_COUNT"], client["PAIEMENTS_PART_SUM"]) == (3, 0.875)
    assert client["PAIEMENTS_JOUR_MEAN"] == -110
    assert other["PAIEMENTS_COUNT"] == 1


def test_labels_are_in_every_language(made: Built) -> None:
    labels = made[1]["CREDITS_STATUT_PAYE_SHARE"].labels
    assert labels == {
        "en": "PAST (statut: paid): share",
        "fr": "PAST (fr) (statut (fr)\u202f: paid (fr))\u202f: part",
    }


ORACLE = """
WITH mine AS (
    SELECT *, montant::DECIMAL(18, 2) AS exact,
        rank() OVER (PARTITION BY dossier ORDER BY ouvert DESC) AS lately
    FROM '{0}/credits.parquet'
), paid AS (
    SELECT dossier, sum(part::DECIMAL(18, 6))::DOUBLE AS total, min(part) AS least
    FROM '{0}/paiements.parquet' JOIN mine USING (credit) GROUP BY dossier
)
SELECT dossier,
    count(*)::FLOAT AS CREDITS_COUNT,
    count(*) FILTER (ouvert >= -90)::FLOAT AS CREDITS_LAST_90_DAYS_COUNT,
    (count(*) FILTER (statut = '=1+1') / count(*))::FLOAT AS CREDITS_STATUT_1_1_SHARE,
    max(montant) FILTER (lately = 1)::FLOAT AS CREDITS_MONTANT_LAST,
    sum(exact)::DOUBLE::FLOAT AS CREDITS_MONTANT_SUM,
    (sum(exact)::DOUBLE / count(exact))::FLOAT AS CREDITS_MONTANT_MEAN,
    (sum(exact) FILTER (ouvert >= -365))::DOUBLE::FLOAT
        AS CREDITS_LAST_365_DAYS_MONTANT_SUM,
    any_value(total)::FLOAT AS PAIEMENTS_PART_SUM,
    any_value(least)::FLOAT AS PAIEMENTS_PART_MIN
FROM mine LEFT JOIN paid USING (dossier)
WHERE dossier IN (SELECT dossier FROM '{0}/demandes.parquet')
GROUP BY dossier ORDER BY dossier
"""


def test_exact_sums_whatever_the_order_and_the_memory(
    invented: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = many(tmp_path / "data", "1")
    store, _ = build(data, tmp_path / "made", progress=quiet)
    expected = duckdb.connect().sql(ORACLE.format(data))
    by_client = {row["dossier"]: row for row in rows_of(store)}
    for values in expected.fetchall():
        found = by_client[values[0]]
        assert tuple(found[name] for name in expected.columns) == values
    monkeypatch.setattr(embedded, "CLIENTS_AT_A_TIME", 7)
    other = many(tmp_path / "other", "hash(c0)")
    in_parts, _ = build(other, tmp_path / "in-parts", progress=quiet)
    assert in_parts.features.is_dir()
    assert rows_of(in_parts) == rows_of(store)


def test_nothing_is_made_of_a_column_that_is_no_input() -> None:
    income = APPLICATION["revenu"]
    for hidden in (Use.AFTER_DECISION, Use.PROTECTED, Use.NONE):
        columns = tuple(
            replace(one, use=hidden) if one is income else one for one in APPLICATION
        )
        tables = {"application": replace(APPLICATION, columns=columns)}
        made = compile_features(replace(LAYOUT, tables=tables), [])
        assert [one.name for one in made.features] == [
            *("amt_credit", "AMT_ANNUITY", "sexe")
        ]


def test_risk_goes_with_what_is_made_of_a_column_where_it_goes_with_the_column() -> (
    None
):
    columns = tuple(
        replace(one, raises_risk=one.name == "montant")
        for one in LAYOUT.tables["credits"]
    )
    credits = replace(LAYOUT.tables["credits"], columns=columns)
    layout = replace(LAYOUT, tables={**LAYOUT.tables, "credits": credits})
    made = compile_features(layout, ["credits"])
    rising = [one.name for one in made.features if one.raises_risk]
    every = ("SUM", "MIN", "MAX")
    assert rising == [
        # As Home Credit's is.
        "CREDIT_TO_INCOME",
        *(f"CREDITS_MONTANT_{one}" for one in ("LAST", "MEAN", *every)),
        *(f"CREDITS_LAST_90_DAYS_MONTANT_{one}" for one in ("MEAN", *every)),
        *(f"CREDITS_LAST_365_DAYS_MONTANT_{one}" for one in ("MEAN", *every)),
    ]


def test_refuses_a_column_that_is_called_like_a_feature() -> None:
    own = column("credit_to_income", Type.NUMBER)
    columns = (*APPLICATION.columns, own)
    tables = {"application": replace(APPLICATION, columns=columns)}
    with pytest.raises(ConfigurationError, match="CREDIT_TO_INCOME: expected a name"):
        compile_features(replace(LAYOUT, tables=tables), [])


def test_a_known_history_is_made_of_what_it_has_under_any_names() -> None:
    columns = (
        LAYOUT.application["dossier"],
        column("nombre", Type.CATEGORY, role=Role.RECORD),
        replace(column("etat", Type.CATEGORY), known_as="CREDIT_ACTIVE"),
        replace(column("dette", Type.INTEGER), known_as="AMT_CREDIT_SUM_DEBT"),
    )
    credits = replace(LAYOUT.tables["credits"], columns=columns, known_as="bureau")
    months = replace(
        LAYOUT.tables["paiements"],
        columns=(
            column("nombre", Type.CATEGORY, role=Role.RECORD),
            replace(column("etat", Type.CATEGORY), known_as="STATUS"),
        ),
        known_as="bureau_balance",
    )
    layout = replace(
        LAYOUT,
        tables={"application": APPLICATION, "credits": credits, "paiements": months},
    )
    made = compile_features(layout, layout.histories)
    assert {feature.table for feature in made.history} == {"credits", "paiements"}
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE application AS SELECT 'x' AS dossier")
        connection.execute(
            "CREATE TABLE credits AS SELECT 'x' AS dossier, * FROM"
            " (VALUES ('n1', 'Active', 5), ('n2', 'Closed', 7)) t(nombre, etat, dette)"
        )
        connection.execute(
            "CREATE TABLE paiements AS FROM (VALUES ('n1', '3')) t(nombre, etat)"
        )
        rows = connection.sql(made.history_sql)
        row = dict(zip(rows.columns, rows.fetchall()[0], strict=True))
    assert row["dossier"] == "x"
    assert row["BUREAU_ACTIVE_AMT_CREDIT_SUM_DEBT_SUM"] == 5
    assert row["BUREAU_WORST_STATUS_MAX"] == 3
    assert "BUREAU_DEBT_TO_CREDIT_MAX" not in row
    assert "bureau.AMT_CREDIT_SUM" in made.left_out["BUREAU_DEBT_TO_CREDIT_MAX"]
    assert made["BUREAU_DEBT_TO_INCOME"].table == "credits"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Built]:
    folder = tmp_path_factory.mktemp("home")
    data = folder / "data"
    synthesize(60, data, file_format="parquet", seed=4, progress=quiet)
    return data, build(data, folder / "made", progress=quiet)


def cut(data: Path, out: Path, kept: Mapping[str, tuple[str, ...]]) -> Path:
    """The same files with but these columns, of the tables named."""
    out.mkdir()
    for path in data.glob("*.parquet"):
        rows = duckdb.read_parquet(str(path))
        if path.stem in kept:
            rows = rows.project(", ".join(kept[path.stem]))
        rows.write_parquet(str(out / path.name))
    return out


def check_equal_but(built: Built, other: Built) -> set[str]:
    """The names of the features that are gone; all others are equal to the bit."""
    assert other[0].layout is not HOME_CREDIT
    assert list(other[0].layout.tables) == list(HOME_CREDIT.tables)
    for expected, found in zip(rows_of(built[0]), rows_of(other[0]), strict=True):
        assert found.items() <= expected.items()
    return {one.name for one in built[1].features} - {
        one.name for one in other[1].features
    }


def without(name: str, *columns: str) -> tuple[str, ...]:
    return tuple(n for n in HOME_CREDIT.files()[name].names if n not in columns)


def test_without_a_column_only_what_is_made_of_it_is_absent(
    whole: tuple[Path, Built], tmp_path: Path
) -> None:
    data, built = whole
    kept = {
        "application_train": without("application_train", "FLAG_OWN_REALTY"),
        "application_test": without("application_test", "AMT_ANNUITY"),
        "bureau": without("bureau", "CREDIT_TYPE"),
    }
    told: list[str] = []
    few = cut(data, tmp_path / "few", kept)
    other = build(few, tmp_path / "made", progress=told.append)
    gone = check_equal_but(built, other)
    assert gone == {"FLAG_OWN_REALTY", "AMT_ANNUITY", *other[1].left_out}
    assert {"ANNUITY_TO_INCOME", "LOAN_RATE", "BUREAU_CARD_COUNT"} < gone
    assert "ANNUITY_TO_PREVIOUS_ANNUITY" in gone
    assert "BUREAU_COUNT" not in gone
    (line,) = (line for line in told if line.startswith("features:"))
    assert line.startswith("features: 35 of 786 left out (CREDIT_TO_ANNUITY, ")
    assert line.endswith(", for want of AMT_ANNUITY, bureau.CREDIT_TYPE")


def test_histories_of_nothing_but_keys_are_counted(
    whole: tuple[Path, Built], tmp_path: Path
) -> None:
    data, built = whole
    kept = {
        table.name: tuple(
            one.name for one in table if one.role in (Role.CLIENT, Role.RECORD)
        )
        for table in TABLES.values()
        if table.name != "application"
    }
    keys = cut(data, tmp_path / "keys", kept)
    other = build(keys, tmp_path / "made", progress=quiet)
    check_equal_but(built, other)
    assert [one.name for one in other[1].history] == [
        "BUREAU_COUNT",
        *(f"BUREAU_MONTHS_REPORTED_{name}" for name in ("MIN", "MAX", "MEAN")),
        *("PREVIOUS_COUNT", "POS_COUNT", "INSTALMENTS_COUNT", "CARD_COUNT"),
    ]


@pytest.mark.parametrize("column", ["SK_ID_CURR", "TARGET", "AMT_CREDIT"])
def test_names_the_column_without_which_nothing_goes(
    whole: tuple[Path, Built], tmp_path: Path, column: str
) -> None:
    kept = {"application_train": without("application_train", column)}
    data = cut(whole[0], tmp_path / "data", kept)
    with pytest.raises(TableError, match=f"column {column} is missing"):
        build(data, tmp_path / "made", progress=quiet)


def test_the_files_of_a_lender_become_features(tmp_path: Path) -> None:
    data = demo_bank.write(tmp_path / "data")
    store, made = build(data, tmp_path / "made", progress=quiet)
    first = next(row for row in rows_of(store) if row["dossier"] == "A1")
    # The second payment came after the application.
    assert (first["CREDITS_COUNT"], first["PAIEMENTS_COUNT"]) == (1, 1)
    tables = {feature.table for feature in made.features}
    assert tables == {"application", "credits", "paiements"}
