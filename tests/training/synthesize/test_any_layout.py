"""Invented tables of any lender's: as declared, and the same for the same seed."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import ROOT
from training.cli import main
from training.errors import ConfigurationError
from training.synthesize import synthesize_layout
from training.tables.lender import layout_of
from training.tables.stage import stage

GERMAN = ROOT / "tests" / "data" / "german-credit" / "lender.yaml"
FRENCH = """\
version: 1
lender: Banque
language: fr
applications:
  file: Demandes 2024
  later: demandes_2025
  csv: {delimiter: ;, decimal: ',', encoding: cp1252, dates: '%d/%m/%Y'}
  key: dossier
  date: jour
  target: {column: 'Impayé ?', default: oui}
  columns:
    dossier: {from: Dossier n°, type: text}
    jour: {from: Déposée le, type: date}
    montant:
      {from: Montant (€), type: number, unit: currency, bounds: [100, 900], is: amount}
    naissance: {from: Né(e) le, type: date, is: birth}
    anciennete: {type: integer, bounds: [0, 50], missing: [999, inconnu]}
    objet: {type: category, categories: {=1+1: Un, travaux; divers: Travaux}}
histories:
  credits:
    file: crédits
    csv: {encoding: utf-16, dates: '%Y-%m-%d'}
    key: dossier
    day: ouvert
    columns:
      dossier: {type: text}
      numero: {type: integer, use: none}
      ouvert: {type: date}
      solde: {type: number, bounds: [0, 500]}
  paiements:
    file: paiements
    key: numero
    of: credits
    day: jours
    columns:
      numero: {type: integer}
      jours: {type: integer, unit: days, bounds: [-900, 0]}
"""


def ignore(_message: str) -> None:
    pass


@pytest.fixture
def french(tmp_path: Path) -> Path:
    path = tmp_path / "lender" / "lender.yaml"
    path.parent.mkdir()
    path.write_text(FRENCH, encoding="utf-8")
    return path


def hashes(folder: Path) -> dict[str, str]:
    return {p.name: sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def test_same_seed_gives_the_same_bytes(french: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        synthesize_layout(french, 200, tmp_path / name, seed=seed, progress=ignore)
    first, other = hashes(tmp_path / "a"), hashes(tmp_path / "c")
    assert hashes(tmp_path / "b") == first
    names = ["Demandes 2024.csv", "crédits.csv", "demandes_2025.csv", "paiements.csv"]
    assert sorted(first) == sorted([*names, "lender.yaml"])
    assert {name for name in first if first[name] == other[name]} == {"lender.yaml"}


def test_a_french_layout_is_staged_without_a_word(
    french: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = tmp_path / "data"
    synthesize_layout(french, 200, data, progress=ignore)
    layout = layout_of(data)
    staged = stage(layout, data, tmp_path / "staged")
    assert [one.message for one in caplog.records] == []
    with duckdb.connect() as database:

        def value(select: str, table: str) -> Any:
            path = staged[table]
            return database.execute(f"SELECT {select} FROM '{path}'").fetchall()[0][0]

        assert value("count(*)", "Demandes 2024") == 200
        assert 0.05 < value("avg(TARGET)", "Demandes 2024") < 0.4
        assert 0.02 < value("avg((objet IS NULL)::INT)", "Demandes 2024") < 0.2
        assert value("max(naissance)", "Demandes 2024") < -18 * 365
        assert value("count(*)", "demandes_2025") == 32
        assert value("count(DISTINCT numero) = count(*)", "credits") is True
        assert value("max(ouvert) <= 0 AND min(ouvert) > -1600", "credits") is True
        assert value("count(*)", "paiements") > value("count(*)", "credits")


def test_one_client_is_enough(french: Path, tmp_path: Path) -> None:
    synthesize_layout(french, 1, tmp_path, progress=ignore)
    text = (tmp_path / "Demandes 2024.csv").read_text(encoding="cp1252")
    assert len(text.splitlines()) == 2


def test_parts_of_one_text_are_found_again(tmp_path: Path) -> None:
    synthesize_layout(GERMAN, 100, tmp_path / "data", progress=ignore)
    layout = layout_of(tmp_path / "data")
    staged = stage(layout, tmp_path / "data", tmp_path / "staged")
    with duckdb.connect() as database:
        found = database.execute(
            "SELECT count(DISTINCT sex), count(DISTINCT personal_status),"
            f" max(row_number) FROM '{staged['germancredit']}'"
        ).fetchall()
    assert found == [(2, 4, 100)]


def test_the_lenders_own_tables_are_never_written_over(
    french: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [f"--lender={french}", f"--out={french.parent}", "--clients=5"]
    assert main(["synthesize", *options]) == 1
    assert "expected a lender.yaml in another folder than" in capsys.readouterr().err
    with pytest.raises(ConfigurationError, match="clients from 1"):
        synthesize_layout(french, 0, french.parent / "out", progress=ignore)
