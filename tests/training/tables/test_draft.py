"""What `init` makes of tables that nothing is known of."""

from __future__ import annotations

import difflib
import gzip
import shutil
import zipfile
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT
from tests.training.tables.demo_bank import of_use
from training.cli import main
from training.errors import ConfigurationError
from training.tables.draft import draft_lender_file, names, update_lender_file
from training.tables.draft.guess import guess
from training.tables.draft.look import look
from training.tables.lender import layout_of
from training.tables.raw.find import Raw
from training.tables.schema import Dialect, Role, Type, Unit, Use
from training.tables.stage import stage

GERMAN = ROOT / "tests" / "data" / "german-credit"
MESSY = "Projet d'été [1] #2"
HEADERS = (
    "Dossier n°;Déposée le;Montant demandé (€);Durée (mois);Sexe;Situation familiale;"
    "Né(e) le;Ancienneté;Objet;Montant recouvré;Impayé ?"
)


@pytest.fixture
def german(tmp_path: Path) -> Path:
    shutil.copy(GERMAN / "germancredit.csv", tmp_path)
    return tmp_path


@pytest.fixture
def french(tmp_path: Path) -> Path:
    """Four tables in four encodings, two of them packed, and what is no table."""
    folder = tmp_path / MESSY
    folder.mkdir()
    applications, credits, payments = [], [], []
    for number in range(60):
        key, day = f"D{number:03}A", date(2024, 1, 1) + timedelta(7 * number)
        bad = number % 5 == 0
        applications.append(
            f"{key};{day:%d/%m/%Y};{500 + 97.5 * number:.2f};{12 + number % 3 * 12};"
            f"{('homme', 'femme')[number % 2]};{('marié(e)', 'n/a')[number % 2]};"
            f"{date(1970 + number // 3, 1, 28):%d/%m/%Y};"
            f"{(999, 'inconnu', number % 30)[min(number % 9, 2)]};"
            f"{('=1+1', 'auto', chr(34) + 'a; b' + chr(34))[number % 3]};"
            f"{100 * bad};{('non', 'oui')[bad]}".replace(".", ",")
        )
        credits.append(f"{key};{number};{day - timedelta(30):%d/%m/%Y};{number},25")
        payments.append(f"{number};{day - timedelta(3):%d/%m/%Y};{number % 7}")
    text = "\r\n".join([HEADERS, *applications[:50]])
    (folder / "Demandes 2024.csv").write_bytes(text.encode("cp1252"))
    later = [HEADERS, *applications[50:]]
    later = [row.rpartition(";")[0] for row in later]
    (folder / "demandes_2025.csv").write_bytes("\n".join(later).encode("cp1252"))
    text = "\n".join(["dossier n°;No crédit;Ouvert le;Solde", *credits])
    with gzip.open(folder / "crédits.csv.gz", "wb") as packed:
        packed.write(text.encode("utf-16"))
    with zipfile.ZipFile(folder / "paiements.csv.zip", "w") as archive:
        text = "\n".join(["No crédit;Payé le;Jours de retard", *payments])
        archive.writestr("p.csv", text.encode("latin-1"))
    (folder / "notes.csv").write_text("a,b\n1,2\n")
    (folder / "prix.xlsx").write_text("x")
    return folder


def test_german_credit_becomes_a_layout_with_sex_split_off(german: Path) -> None:
    said = list(draft_lender_file(german))
    layout = layout_of(german)
    assert (layout.numbered, layout.amount) == (True, "credit_amount")
    assert (layout.target.header, layout.defaults) == ("creditability", ("bad",))
    assert layout.application["duration_in_month"].role is Role.INSTALMENTS
    rest = "personal_status_and_sex_rest"
    assert of_use(layout, Use.PROTECTED) == ("sex", rest, "foreign_worker")
    assert layout.gender == "sex"
    with duckdb.connect() as database:
        for name, words in (("sex", 2), (rest, 4)):
            found = layout.application[name]
            rows = database.execute(
                f"SELECT DISTINCT regexp_extract({found.header}, '{found.pattern}', 1)"
                f" FROM '{german}/germancredit.csv'"
            ).fetchall()
            assert len(rows) == words and ("",) not in rows
    housing, age = layout.application["housing"], layout.application["age_in_years"]
    assert [*housing.words] == ["own", "rent", "for free"]
    assert (age.type, age.unit, age.bounds) == (Type.INTEGER, Unit.YEARS, (0, 120))
    assert "bad is a default (30.0%), good is repaid" in "\n".join(said)
    assert said[-1] == f"{german}/lender.yaml: written; lines to check: 8"


def test_a_french_folder_becomes_a_layout(french: Path) -> None:
    said = "\n".join(draft_lender_file(french))
    layout = layout_of(french)
    application = layout.application
    assert (layout.labelled, layout.unlabelled) == ("Demandes 2024", "demandes_2025")
    assert (layout.key, layout.date) == ("dossier_n", "deposee_le")
    assert (layout.target.header, layout.defaults) == ("Impayé ?", ("oui",))
    assert application.dialect == Dialect(";", ",", "cp1252", "%d/%m/%Y")
    assert application[layout.amount].header == "Montant demandé (€)"
    assert application["ne_e_le"].role is Role.BIRTH
    assert (of_use(layout, Use.PROTECTED), layout.gender) == (
        ("Sexe", "situation_familiale"),
        "Sexe",
    )
    assert application["anciennete"].type is Type.INTEGER
    assert set(application["anciennete"].missing) == {"inconnu", 999}
    assert {*application["Objet"].words} == {"=1+1", "auto", "a; b"}
    assert application["montant_recouvre"].use is Use.AFTER_DECISION
    credits, payments = layout.tables["credits"], layout.tables["paiements"]
    assert credits.dialect == Dialect(";", ",", "utf-16", "%d/%m/%Y")
    assert (credits.parent, credits.day, credits.windows) == (
        "",
        "ouvert_le",
        (90, 365),
    )
    assert (payments.parent, layout.link("paiements")) == ("credits", "no_credit")
    assert payments.dialect.encoding == "cp1252"
    assert "notes.csv: 1 rows, 2 columns; not used: it has no key of another" in said
    assert "prix.xlsx: not used: no table" in said
    assert "language: fr" in (french / "lender.yaml").read_text(encoding="utf-8")


def test_what_is_there_is_never_overwritten(
    german: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (german / "lender.yaml").write_text("mine")
    assert main(["init", f"--data={german}"]) == 1
    assert "is there already; --update adds" in capsys.readouterr().err
    assert (german / "lender.yaml").read_text() == "mine"


def test_an_update_adds_what_is_new_and_keeps_edits(german: Path) -> None:
    list(draft_lender_file(german))
    path, table = german / "lender.yaml", german / "germancredit.csv"
    edited = path.read_text(encoding="utf-8").replace(
        "categories: [own, rent, for free]",
        "categories: {own: Eigen, rent: 'Miete', for free: frei}  # mine",
    )
    edited += "  # my groups\ngroups:\n  housing: {label: Wohnen}\n"
    path.write_text(edited, encoding="utf-8")
    assert list(update_lender_file(german)) == [f"{path}: nothing to add"]
    assert path.read_text(encoding="utf-8") == edited

    header, *rows = table.read_text(encoding="utf-8").splitlines()
    header = header.replace("telephone", "phone line") + ",First seen,Cars"
    rows = [f"{row},2024-01-0{1 + n % 9},{n % 7}" for n, row in enumerate(rows)]
    table.write_text("\n".join([header, *rows]), encoding="utf-8")
    said = list(update_lender_file(german))
    assert "germancredit.csv: telephone is gone" in said
    updated = path.read_text(encoding="utf-8")
    changed = difflib.ndiff(edited.splitlines(), updated.splitlines())
    assert not [line for line in changed if line.startswith("- ")]
    application = layout_of(german).application
    assert [c.name for c in application][-3:] == ["phone_line", "first_seen", "Cars"]
    assert updated.index("Cars:") < updated.index("  # my groups")


def test_what_people_write_into_csv_is_read_and_staged(tmp_path: Path) -> None:
    """Thousands, headers that are none, brackets in a path; units are the lender's."""
    folder = tmp_path / "a [1]"
    folder.mkdir()
    rows = [f"{n};K{n:02};1 {n:03},50;{n},5 %;x;{n % 2}" for n in range(40)]
    header = ";ref;Montant prêt;Taux;;default"
    (folder / "p.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    said = "\n".join(draft_lender_file(folder))
    layout = layout_of(folder)
    assert (layout.key, layout.amount) == ("ref", "montant_pret")
    assert "Taux: {type: category, use: none}  # check: nearly every value" in said
    assert layout.application["Taux"].use is Use.NONE
    staged = stage(layout, folder, tmp_path / "out")
    with duckdb.connect() as database:
        found = database.execute(
            f"SELECT montant_pret FROM '{staged['p']}' WHERE ref = 'K03'"
        ).fetchall()
    assert found == [(1003.5,)]


def test_parquet_is_drafted_by_its_values(tmp_path: Path) -> None:
    with duckdb.connect() as database:
        database.execute(
            "COPY (SELECT i AS loan_id, DATE '2024-01-01' + i::INT AS applied,"
            " TIMESTAMP '1980-01-01' + INTERVAL (i) DAY AS date_of_birth,"
            " (100.5 * i)::DECIMAL(9, 2) AS loan_amount, i % 3 = 0 AS own_car,"
            " i % 2 AS defaulted FROM range(1, 50) AS t(i))"
            f" TO '{tmp_path}/loans.parquet' (FORMAT parquet)"
        )
    list(draft_lender_file(tmp_path))
    layout = layout_of(tmp_path)
    staged = stage(layout, tmp_path, tmp_path / "out")
    with duckdb.connect() as database:
        rows = database.execute(f"FROM '{staged['loans']}' ORDER BY ALL").fetchall()
    assert layout.application["date_of_birth"].role is Role.BIRTH
    assert rows[0] == (1, 1, 19724, -16071, 100.5, "false")


def test_odd_headers_values_and_files_break_nothing(tmp_path: Path) -> None:
    odd = ["null", "yes", "1a", "it's: #1", "x" * 600, "twice", "Twice", "", "\x07"]
    values = ["~", "1e3", "#c", "- a", "9" * 25, "\u2028", "\x07", "{x: y}", "[", "ok"]
    rows = [
        f"K{n:02},{500 + n},{n % 3 % 2},{','.join([values[n % 10]] * len(odd))}"
        for n in range(30)
    ]
    header = f"id,amount,default,{','.join(odd)}"
    text = "\n".join([header, *rows])
    (tmp_path / "true.csv").write_text(text, encoding="utf-8")
    (tmp_path / "more.csv").write_text("id,sexe\nK01,homme\nK01,femme\n")
    (tmp_path / "damaged.csv.gz").write_bytes(b"id,\x81\n1,\x8d\n")
    (tmp_path / "empty.csv").write_bytes(b"")
    said = "\n".join(draft_lender_file(tmp_path))
    layout = layout_of(tmp_path)
    found = [column.name for column in layout.application]
    assert found[:6] == ["id", "amount", "c_null", "c_yes", "c_1a", "it_s_1"]
    assert found[6:] == ["twice", "Twice_2"]
    assert [*layout.tables] == ["application", "more"]
    assert "not used: damaged.csv.gz: cannot be unpacked" in said
    assert "not used: empty.csv: the file is empty" in said
    assert [*update_lender_file(tmp_path)][-1].endswith("nothing to add")


def test_an_update_names_the_faults_of_a_file(german: Path) -> None:
    (german / "lender.yaml").write_text("version: 1\nlendr: x\n")
    with pytest.raises(ConfigurationError, match="lendr"):
        list(update_lender_file(german))


def test_home_credits_names_are_recognised(tmp_path: Path) -> None:
    rows = [
        f"{n},{n % 3 % 2},{500 + n},{-9000 - n},{'MF'[n % 2]},{-n}"
        for n in range(100, 1200)
    ]
    header = "SK_ID_CURR,TARGET,AMT_CREDIT,DAYS_BIRTH,CODE_GENDER,DAYS_ID_PUBLISH"
    (tmp_path / "loans.csv").write_text("\n".join([header, *rows]))
    records = [f"{n},{-n},{n}" for n in range(100, 150)]
    header = "SK_ID_CURR,DAYS_CREDIT,AMT_CREDIT_SUM"
    (tmp_path / "bureau.csv").write_text("\n".join([header, *records]))
    list(draft_lender_file(tmp_path))
    layout = layout_of(tmp_path)
    known = {column.name: column.known_as for column in layout.application}
    assert known["AMT_CREDIT"] == layout.amount == "AMT_CREDIT"
    assert known["DAYS_BIRTH"] == "DAYS_BIRTH"
    assert (of_use(layout, Use.PROTECTED), layout.gender) == (
        ("CODE_GENDER",),
        "CODE_GENDER",
    )
    # Its name says that it is a number of something.
    assert layout.application["DAYS_ID_PUBLISH"].use is Use.INPUT
    assert layout.tables["bureau"].known_as == "bureau"


def test_home_credits_own_folder_needs_no_file(tmp_path: Path) -> None:
    from training.tables.home_credit import HOME_CREDIT

    names = ["TARGET", *HOME_CREDIT.application.names]
    text = f"{','.join(names)}\n1{',1' * (len(names) - 1)}\n"
    (tmp_path / "application_train.csv").write_text(text)
    assert "need no lender.yaml" in "\n".join(draft_lender_file(tmp_path))
    assert not (tmp_path / "lender.yaml").exists()


def test_a_draft_that_lacks_something_says_what(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,name\n1,x\n2,y\n3,z\n")
    said = "\n".join(draft_lender_file(tmp_path))
    assert "Before it can be used:" in said and "target: is missing" in said


@pytest.mark.parametrize(
    ("header", "values", "default"),
    [
        ("default", "0100", 1),
        ("repaid", "1101", 0),
        ("loan_status", ["Fully Paid", "Charged Off", "Fully Paid"], "Charged Off"),
        ("x", ["green", "green", "red"], "red"),
        ("amount", ["1", "2", "3"], None),
    ],
)
def test_the_default_is_told_from_its_word(
    tmp_path: Path, header: str, values: str, default: str | int | None
) -> None:
    path = tmp_path / "t.csv"
    rows = [f"{5 * n},{value}" for n, value in enumerate(values)]
    path.write_text("\n".join([f"n,{header}", *rows]))
    target = guess({"t": look(Raw(path))})["applications"].get("target")
    assert (target and target["default"]) == default


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("AMT_CREDIT", "AMT_CREDIT"),
        ("Montant demandé (€)", "montant_demande"),
        ("TARGET", "c_target"),
        ("2e prêt", "c_2e_pret"),
        ("?!", "column"),
        ("a", "a_2"),
    ],
)
def test_a_header_that_is_no_name_gets_one(header: str, name: str) -> None:
    assert names.name_of(header, ["A"]) == name
