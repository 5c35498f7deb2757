"""A `lender.yaml`: what it becomes, and each fault of one by its line."""

from __future__ import annotations

import json
import random
import re
import string
import time
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
import yaml

from tests.training.tables.demo_bank import LENDER, of_use, with_changes, write
from training.errors import ConfigurationError
from training.language import LANGUAGES
from training.tables.home_credit import HOME_CREDIT, TABLES
from training.tables.lender import keep_layout, layout_of
from training.tables.lender_file import (
    OriginName,
    RoleName,
    UnitName,
    UseName,
    lender_schema,
)
from training.tables.schema import Dialect, Origin, Role, Term, Type, Unit, Use

SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "lender.schema.json"


def faults(folder: Path, text: str | bytes) -> list[str]:
    """The lines of the refusal."""
    content = text.encode() if isinstance(text, str) else text
    (folder / "lender.yaml").write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        layout_of(folder)
    return str(caught.value).splitlines()


def test_a_folder_without_the_file_has_home_credits_layout(tmp_path: Path) -> None:
    assert layout_of(tmp_path) is HOME_CREDIT


def test_a_file_becomes_a_layout(tmp_path: Path) -> None:
    layout = layout_of(write(tmp_path))
    application = layout.application
    assert list(layout.files()) == ["demandes", "demandes 2026", "credits", "paiements"]
    assert layout.key == "dossier"
    assert application.names[0] == "dossier"
    assert application["dossier"].type is Type.CATEGORY
    assert layout.amount == "montant"
    assert of_use(layout, Use.PROTECTED) == ("sexe", "situation")
    assert layout.scores == ("anciennete",)
    assert layout.gender == "sexe"
    assert layout.segments == ("produit",)
    assert layout.defaults == ("oui", "contentieux")
    assert (layout.currency, layout.known_after) == ("EUR", 365)
    assert application.dialect == Dialect(";", ",", "cp1252", "%d/%m/%Y")
    amount = application["montant"]
    assert (amount.unit, amount.bounds) == (Unit.CURRENCY, (0, 1e6))
    assert amount.term == Term((0.3, 1.0), 1.0)
    assert (amount.known_as, amount.group) == ("AMT_CREDIT", "LOAN")
    assert application["select"].role is Role.BIRTH
    assert application["select"].unit is Unit.DAYS
    assert application["deposee_le"].use is Use.NONE
    assert application["situation"].input_because == "Le ménage partage les charges."
    assert application["anciennete"].missing == (999, "n/a")
    assert list(application["produit"].words) == ["=1+1", "01", "no"]
    assert application["sexe"].words["femme"] == dict.fromkeys(LANGUAGES, "Femme")


def test_histories_are_linked_by_one_name_and_come_after_their_parents(
    tmp_path: Path,
) -> None:
    layout = layout_of(write(tmp_path))
    credits, payments = (layout.tables[name] for name in layout.histories)
    assert credits.names == ("dossier", "numero", "etat")
    assert credits["dossier"].header == "no_dossier"
    assert credits["numero"].role is Role.RECORD
    assert (credits.key, credits.stem) == (("numero",), "crédits")
    assert (layout.link("credits"), layout.link("paiements")) == ("dossier", "numero")
    assert (payments.parent, payments.day) == ("credits", "paye_le")
    assert payments.windows == (90, 365)
    assert payments["paye_le"].happened
    assert payments["paye"].group == "paiements"
    assert credits["etat"].group == "CREDITS"


def test_reasons_are_one_for_each_group_in_the_order_of_its_columns(
    tmp_path: Path,
) -> None:
    reasons = layout_of(write(tmp_path)).reasons
    groups = [one.group for one in reasons]
    assert (reasons[0].code, reasons[10].code) == ("R01", "R11")
    assert groups[:3] == ["LOAN", "select", "PROTECTED"]
    assert "suivi" not in groups
    loan, general = reasons[0], reasons[1]
    assert loan.raises_risk["fr"] == "Le prêt pèse contre."
    assert loan.unknown["fr"] == "Rien."
    assert (
        general.unknown["fr"]
        == "Nous n'avons rien d'enregistré sous «\u202fselect\u202f»."
    )
    assert (
        general.raises_risk["fr"]
        == "«\u202fselect\u202f» pèse en défaveur de votre demande."
    )


def test_a_catalogue_beside_the_file_translates_its_labels(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "lender.en.po").write_text(
        'msgid "Montant demandé"\nmsgstr "Amount asked for"\n', encoding="utf-8"
    )
    labels = layout_of(tmp_path).application["montant"].labels
    assert (labels["en"], labels["fr"]) == ("Amount asked for", "Montant demandé")
    (tmp_path / "lender.en.po").write_text("msgid nonsense\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="lender.en.po: no gettext catalogue"):
        layout_of(tmp_path)


def test_the_file_and_its_catalogues_stay_with_what_is_made_of_them(
    tmp_path: Path,
) -> None:
    data, out = write(tmp_path / "data"), tmp_path / "out"
    (data / "lender.en.po").write_text("", encoding="utf-8")
    keep_layout(data, out)
    kept = sorted(path.name for path in out.iterdir())
    assert kept == ["lender.en.po", "lender.yaml"]
    keep_layout(out, out)
    assert layout_of(out).name == "Banque de démonstration"
    (data / "lender.yaml").write_text("version: 2\n", encoding="utf-8")
    with pytest.raises(ConfigurationError):
        keep_layout(data, out)
    assert layout_of(out).name == "Banque de démonstration"
    (data / "lender.yaml").unlink()
    keep_layout(data, out)
    assert [path.name for path in out.iterdir()] == ["lender.en.po"]


def test_the_number_of_the_row_may_be_the_key(tmp_path: Path) -> None:
    text = with_changes(
        ("key: dossier", "key: row number"),
        ("    dossier: {label: Numéro de dossier, type: text}\n", ""),
    )
    text = text[: text.index("histories:")]
    layout = layout_of(write(tmp_path, text))
    assert layout.numbered
    assert layout.key == layout.application.names[0] == "row_number"


FAULTS = [
    # What is unknown, missing, or of a wrong kind.
    ("language: fr", "languages: fr", 3, "unknown key", "did you mean language?"),
    ("language: fr", "language: it", 3, "expected one of en, fr; found 'it'", ""),
    ("version: 1", "version: 2", 1, "expected 1; found 2", ""),
    ("version: 1", "currency: EURO", 1, "is missing", ""),
    ("version: 1", "version: 1\ncurrency: EUO", 2, "a code of ISO's; found 'EUO'", ""),
    ("unit: currency", "unit: curency", 18, "expected currency", "mean currency?"),
    ("type: number", "type: 5", 17, "found 5", ""),
    ("is: amount", "is: amout", 21, "found 'amout'", "did you mean amount?"),
    ("is: amount", "is: instalment", 22, "expected `is: amount`, `goods_price`", ""),
    ("is: amount", "is: product", 21, "product is a category; found number", ""),
    ("use: protected", "use: protect", 30, "found 'protect'", "mean protected?"),
    ("bounds: [0, 1000000]", "bounds: [0]", 19, "at least 2 items", ""),
    ("bounds: [0, 1000000]", "bounds: [0, x]", 19, "bounds[1]: expected", ""),
    ("bounds: [0, 1000000]", "bounds: [0, 1e999]", 19, "finite number", ""),
    ("file: demandes", "file: ../demandes", 5, "name of a file in this folder", ""),
    ("file: demandes", "file: demandes.csv", 5, "without its ending", ""),
    ("    montant:", "    mont-ant:", 14, "expected a name", ""),
    ("known_after: 365", "known_after: soon", 10, "valid integer", ""),
    ("{from: 0.3, to: 1.0}", "{from: 0.3, to: 0.5}", 22, "greater than", ""),
    ("{from: 0.3, to: 1.0}", "[0.3, 1.0]", 22, "a mapping of keys to values", ""),
    # What contradicts itself, or names what is not there.
    ("bounds: [0, 1000000]", "bounds: [5, 5]", 19, "the lower one first", ""),
    ("key: dossier", "key: dosier", 8, "found 'dosier'", "did you mean dossier?"),
    ("type: text}", "type: date}", 12, "a key; expected integer or text", ""),
    ("type: text}", "type: text, lowers_risk: true}", 12, "not for a key", ""),
    ("date: deposee_le", "date: depose_le", 9, "", "did you mean deposee_le?"),
    ("date: deposee_le", "date: montant", 17, "expected date; found number", ""),
    ("  date: deposee_le\n", "", 12, "applications.date, which is missing", ""),
    ("Impayé ?", "Montant demandé (€)", 14, "is the target", ""),
    ("is: amount", "lowers_risk: false", 11, "no column is the amount", ""),
    ("is: birth", "is: amount", 24, "amount is what montant is already", ""),
    ("type: date, is: birth", "type: integer, is: birth", 24, "unit: days", ""),
    ("AMT_CREDIT", "AMT_CREDITS", 20, "", "did you mean AMT_CREDIT?"),
    ("AMT_CREDIT", "CODE_GENDER", 20, "is of type category; found number", ""),
    ("AMT_CREDIT", "DAYS_BIRTH", 20, "is in the unit days; found currency", ""),
    ("is: birth", "as: AMT_CREDIT", 24, "is what montant is already", ""),
    ("^(\\\\pL+)", "^(\\\\pL+", 27, "expected a regular expression", ""),
    ("^(\\\\pL+)", "^\\\\pL+", 27, "with a group", ""),
    ("%d/%m/%Y", "%d/%m/%Q", 7, "expected dates as strptime", ""),
    ("gender: true", "lowers_risk: true", 31, "not for a column of type cat", ""),
    ("use: protected", "use: input", 31, "expected `use: protected`", ""),
    ("lowers_risk: true", "input_because: a", 38, "expected only with", ""),
    ("lowers_risk", "raises_risk: true, lowers_risk", 38, "one of it and `low", ""),
    ("[=1+1,", "[no,", 39, "has 'no' twice", ""),
    ("type: integer, use", "type: text, use", 40, "text is for keys alone", ""),
    ("use: after_decision", "use: input, unit: flag, Suivi: 1", 40, "unknown key", ""),
    ("    suivi:", "    MONTANT:", 40, "that of montant, but for capitals", ""),
    ("    suivi:", "    target:", 40, "the name is reserved", ""),
    ("    suivi: {", "    suivi: {from: produit, ", 40, "'produit' is read as", ""),
    ("of: credits", "of: credit", 44, "another history", "did you mean credits?"),
    ("of: credits", "of: paiements", 44, "goes round: paiements of paiements", ""),
    ("key: no_dossier", "key: numero\n    of: paiements", 44, "goes round", ""),
    ("numero: {type: integer}", "numero: {type: text}", 49, "expected integer", ""),
    ("day: paye_le", "day: paye", 51, "expected days; found currency", ""),
    ("    day: paye_le\n", "", 46, "counted by `day`, which is missing", ""),
    ("[365, 90]", "[90, 90]", 47, "has a window twice", ""),
    ("  paiements:", "  Demandes:", 42, "expected another", ""),
    ("  paiements:", "  history:", 42, "the name is reserved", ""),
    ("file: crédits", "file: paiements", 53, "is that of histories.paiements", ""),
    ("file: crédits", "as: burau\n    file: c", 53, "", "did you mean bureau?"),
    ("group: CREDITS", "group: LOANS", 55, "did you mean LOAN?", ""),
    ("  LOAN: {", "  LAON: {", 61, "no column is of this group", "mean LOAN?"),
    # What no file may have.
    ("lender: B", "lender: &a B", 2, "no anchors (&)", ""),
    ("lender: B", "lender: *a B", 2, "", ""),
    ("lender: B", "lender: !!python/name:os.system B", 2, "expected no tags", ""),
    ("language: fr", "version: 1", 3, "is there twice; first in line 1", ""),
    ("language: fr", "? [a]\n: b", 3, "expected a word as the key", ""),
    ("language: fr", "language: " + "[" * 50, 3, "at most 10 levels", ""),
    ("language: fr", "---", 3, "a second", ""),
    ("language: fr", "language: 'fr", 62, "no YAML", ""),
]


@pytest.mark.parametrize(("old", "new", "line", "text", "hint"), FAULTS)
def test_a_fault_is_told_by_its_line(
    tmp_path: Path, old: str, new: str, line: int, text: str, hint: str
) -> None:
    told = faults(tmp_path, with_changes((old, new)))
    at_line = [one for one in told if one.startswith(f"lender.yaml:{line}: ")]
    assert any(text in one and one.endswith(hint) for one in at_line), told


def test_every_fault_is_told_at_once_and_none_that_only_follows(tmp_path: Path) -> None:
    text = with_changes(
        ("type: number", "type: numbr"),
        ("as: AMT_CREDIT", "as: AMT_CREDITS"),
        ("type: integer, use", "typ: integer, use"),
        ("of: credits", "of: credit"),
    )
    lines = [int(one.split(":")[1]) for one in faults(tmp_path, text)]
    assert lines == [17, 20, 40, 40, 44]


def test_more_faults_than_are_read_are_counted(tmp_path: Path) -> None:
    wrong = "".join(f"wrong_{n}: 1\n" for n in range(60))
    told = faults(tmp_path, LENDER + wrong)
    assert len(told) == 51
    assert told[-1] == "lender.yaml: and 10 faults more"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "the file is empty"),
        (b"# nothing\n", "the file is empty"),
        (b"version: 1\nlender: \xe9\n", ":2: expected UTF-8, found the byte 0xe9"),
        (b"version: 1\nlender: \x00\n", ":2: no YAML: "),
        (b"- version\n", "expected a mapping of keys to values; found a list"),
        (b"a: [" + b"x, " * 4_000_000, "expected at most 1,000,000 bytes"),
        (b"a: &a [x]\nb: [*a,*a]\n", ":1: expected no anchors"),
        (b"a: " + b"{b: " * 200_000, ":1: expected at most 10 levels"),
    ],
    ids=range(8),
)
def test_what_is_no_such_file_is_refused_at_once(
    tmp_path: Path, content: bytes, text: str
) -> None:
    start = time.monotonic()
    assert text in faults(tmp_path, content)[0]
    assert time.monotonic() - start < 2


def test_a_megabyte_of_faults_is_told_in_seconds(tmp_path: Path) -> None:
    columns = "".join(
        f"    column_{n}: {{type: numbr, unit: curency, grup: LOAN, as: AMT_CREDITS}}\n"
        for n in range(12_000)
    )
    start = time.monotonic()
    told = faults(tmp_path, with_changes(("  columns:\n", f"  columns:\n{columns}")))
    assert len(told) == 51
    assert time.monotonic() - start < 10


def test_three_hundred_mutated_files_are_layouts_or_clearly_refused(
    tmp_path: Path,
) -> None:
    rng = random.Random(20)
    outcomes = {"layout": 0, "refused": 0}
    for _ in range(300):
        text = mutated(rng)
        (tmp_path / "lender.yaml").write_text(text, encoding="utf-8")
        try:
            layout_of(tmp_path).files()
        except ConfigurationError as error:
            outcomes["refused"] += 1
            for line in str(error).splitlines():
                assert re.match(r"lender\.yaml(:\d+)?: .{5}", line), (line, text)
        else:
            outcomes["layout"] += 1
    assert min(outcomes.values()) > 5


NAME = string.ascii_letters + string.digits + "_."
WORDS = (
    *("", "null", "true", "no", "0", "-1", "1e9", ".inf", "[]", "{}", "[x, [y]]", "x"),
    *("{a: 1}", "'=1+1'", "TARGET", "montant", "paiements", "row number", "date"),
    *("text", "category", "protected", "amount", "AMT_CREDIT", "9" * 400, "é", '"\\0"'),
    *("&a b", "*a", "!!set {a}", "!x y", "|\n  a", "? b", "%d", "(", "a'b\"c", "\t"),
)


def mutated(rng: random.Random) -> str:
    """The demo bank's file with one to three changes that a hand or a tool may make."""
    lines = LENDER.splitlines(keepends=True)
    for _ in range(rng.randint(1, 3)):
        at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        line = lines[at]
        places = [m.start() for m in re.finditer(r"[\w.]+", line)] or [0]
        start = rng.choice(places)
        word = rng.choice(WORDS)
        lines[at] = rng.choice(
            [
                "",
                line + line,
                lines[other],
                f" {line}",
                line[:start] + word + line[start:].lstrip(NAME),
                line.partition(":")[0] + f": {word}\n",
                line[:start] + rng.choice("[]{}:,'\"#&*!|>%@`\n\x07é") + line[start:],
            ]
        )
    return "".join(lines)


def test_the_kept_schema_is_what_the_models_say() -> None:
    kept = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert kept == lender_schema(), (
        "python -m training lender-schema > docs/lender.schema.json"
    )


def test_an_editor_sees_by_the_schema_what_the_reader_sees() -> None:
    whole = yaml.safe_load(LENDER)
    jsonschema.validate(whole, lender_schema())
    whole["applications"]["columns"]["montant"]["unit"] = "curency"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(whole, lender_schema())


def test_words_of_the_file_are_those_of_the_declarations() -> None:
    assert set(get_args(UnitName)) == {one.value for one in Unit}
    assert set(get_args(UseName)) == {one.value for one in Use}
    assert set(get_args(OriginName)) == {one.value for one in Origin}
    own = {Role.CLIENT, Role.RECORD, Role.DATE, Role.APPLIED}
    assert set(get_args(RoleName)) == {one.value for one in Role if one not in own}
    assert "application" in TABLES
