"""The letter: one page, real text, the decision that stands, nothing of the data."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any

import pytest
from typst import TypstError

from api.documents.letter import FOLDER, Consulted, Letter, Used, compiled, render
from api.errors import Problem

# Not there where only the API is installed.
pypdf = pytest.importorskip("pypdf")
LETTER = Letter(
    language="fr",
    lender="Prêt à dépenser",
    contact="1 rue de l'Exemple, 75001 Paris, 01 00 00 00 00",
    prediction_id="019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01",
    client_id=100001,
    model="credit-scoring",
    version="3",
    decision="refused",
    proposed="refused",
    decided_at=datetime(2026, 8, 1, 9, 30, tzinfo=UTC),
    reviewed_at=None,
    reasons=["Votre cœur de dépenses plaide pour un risque plus élevé.", "Deux."],
    used=[
        Used("application", True),
        Used("credit_bureau", False),
        Used("outside_scores", True, {"Score 1": "0,25", "Score 3": "0,7"}),
        Used("repayments", True),
    ],
    change={"amount": ("6 000 €", "4 500 €"), "instalment": ("200 €", "150 €")},
    bureau="Centrale *X*, 2 rue Y",
    advice="3 rue Z",
)

on_sqlite = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


def read(page: bytes) -> tuple[Any, str]:
    reader = pypdf.PdfReader(BytesIO(page))
    assert len(reader.pages) == 1
    assert [float(side) for side in reader.pages[0].mediabox[2:]] == pytest.approx(
        (595.28, 841.89), abs=0.01
    )
    return reader, " ".join(reader.pages[0].extract_text().split())


def test_says_the_decision_the_reasons_and_the_rights() -> None:
    reader, text = read(render(LETTER))
    for told in (
        "Prêt à dépenser",
        "1 août 2026",
        "PROJET. Personne n'a encore revu cette décision : à ne pas remettre.",
        "Numéro de client : 100001",
        "votre demande de prêt est refusée",
        "évaluation automatisée",
        "Votre cœur de dépenses plaide pour un risque plus élevé.",
        "Centrale *X*, 2 rue Y, que nous avons consultée : aucun prêt chez d'autres",
        "que nous avons consultés : Score 1 : 0,25, Score 3 : 0,7",
        "prêts et cartes précédents chez nous",
        "un prêt de 4 500 € au lieu de 6 000 €",
        "À ces conditions, l'évaluation aurait conduit au résultat contraire.",
        "Pour un conseil gratuit et indépendant sur vos dettes : 3 rue Z",
        "réexaminer cette décision par une personne",
        "donner votre point de vue",
        "contester la décision",
        "1 rue de l'Exemple",
        "Référence : 019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01",
    ):
        assert told in text
    assert "demandes précédentes" not in text
    title = "PROJET - Notre décision sur votre demande de prêt"
    assert reader.metadata.title == title
    assert reader.metadata.subject == LETTER.prediction_id
    assert reader.metadata.creation_date == LETTER.decided_at
    assert reader.trailer["/Root"]["/Lang"] == "fr"


def test_a_granted_letter_tells_no_result_of_a_database_and_no_advice() -> None:
    granted = replace(
        LETTER, language="en", decision="granted", proposed="granted", contact=""
    )
    _, text = read(render(granted))
    assert "was accepted" in text and "What spoke for you" in text
    assert "the records of Centrale *X*, 2 rue Y on your loans" in text
    assert "consulted" not in text and "advice" not in text
    assert "ask the adviser" in text


def test_an_overridden_letter_says_that_a_person_decided() -> None:
    overridden = replace(
        LETTER,
        language="en",
        decision="granted",
        reviewed_at=datetime(2026, 8, 3, tzinfo=UTC),
    )
    reader, text = read(render(overridden))
    assert "was accepted" in text and "3 August 2026" in text
    assert "DRAFT" not in text and "DRAFT" not in reader.metadata.title
    assert "A person reviewed" in text and "had come to the other result" in text
    assert "What spoke for you" not in text and LETTER.reasons[0] not in text


def test_a_rules_refusal_says_so_and_names_the_register() -> None:
    ruled = replace(
        LETTER,
        by_rule=True,
        change=None,
        reasons=["Il faut avoir 18 ans pour emprunter."],
        registers=[
            Consulted("FICP", date(2026, 7, 30), listed=True),
            Consulted("Autre", date(2026, 7, 31), listed=None),
        ],
    )
    _, text = read(render(ruled))
    for told in (
        "L'une de ces règles propose ce résultat. Ce sont des personnes qui décident.",
        "Les raisons principales - Il faut avoir 18 ans pour emprunter.",
        "le registre « FICP », que nous avons consulté le 30 juillet 2026 : votre nom"
        " y figure",
        "le registre « Autre », que nous avons consulté le 31 juillet 2026 : sa réponse"
        " n'était pas claire",
    ):
        assert told in text, told


def test_a_referred_application_is_said_to_be_examined_by_a_person() -> None:
    waits = replace(
        LETTER,
        language="en",
        decision="referred",
        proposed="referred",
        change=None,
        reasons=["Your rent would take much of your income."],
        needed=["We need to see proof of your identity."],
        misses=True,
    )
    reader, text = read(render(waits))
    assert reader.metadata.title == "Your loan application is being examined"
    for told in (
        "Nothing is decided yet.",
        "Why a person examines it - Your rent would take much of your income.",
        "What we still need - We need to see proof of your identity. - information",
        "to give your point of view",
    ):
        assert told in text, told
    assert "DRAFT" not in text and "contest" not in text and "advice" not in text
    after = replace(waits, decision="refused", reviewed_at=LETTER.decided_at)
    _, text = read(render(replace(after, needed=[], misses=False)))
    assert "was refused" in text and "it left the decision to a person" in text
    assert "What the automated assessment weighed most - Your rent" in text


def test_a_refusal_says_what_is_offered_instead_and_until_when() -> None:
    terms = {
        "amount": "3 000 €",
        "instalments": "24",
        "instalment": "141,22 €",
        "total": "3 389,28 €",
        "apr": "12,7 %",
    }
    until = date(2026, 9, 30)
    offered = replace(LETTER, change=None, offer=terms, offer_until=until)
    _, text = read(render(offered))
    assert (
        "Ce que nous vous proposons à la place - un prêt de 3 000 € - 24 mensualités"
        " - une mensualité de 141,22 € - 3 389,28 € à rembourser en tout"
        " - un taux annuel effectif global (TAEG) de 12,7 %"
        " Cette offre est valable jusqu'au 30 septembre 2026 inclus."
    ) in text
    _, text = read(render(replace(offered, language="en")))
    assert "an annual percentage rate (APR) of 12,7 %" in text
    assert "This offer stands until 30 September 2026, that day included." in text
    _, text = read(render(LETTER))
    assert "proposons" not in text


def test_a_refusal_says_that_no_other_terms_would_do_or_nothing_of_them() -> None:
    _, none = read(render(replace(LETTER, change={})))
    assert "avec aucune d'elles l'évaluation n'aurait conduit" in none
    _, silent = read(render(replace(LETTER, change=None)))
    assert "Ce qui pourrait changer" not in silent


def test_the_same_letter_is_the_same_bytes() -> None:
    assert render(LETTER) == render(LETTER)


def test_the_longest_letter_fits() -> None:
    long = replace(
        LETTER,
        contact="x" * 300,
        reasons=["Une raison très longue " * 8] * 4,
        used=[*LETTER.used, Used("earlier_applications", True)],
    )
    _, text = read(render(long))
    assert text.replace("\u200b", "").replace(" ", "").count("x" * 300) == 1
    assert "contester" in text


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Łódź, Česká", "Łódź, Česká"),
        ("Ελλάδα Ἀθήνα", "Ελλάδα Ἀθήνα"),
        ("Київ", "Київ"),
        ("銀行 \ud800\x07", "?? ??"),
        ("*x* $y$ \\\\ _z_", "*x* $y$ \\\\ _z_"),
        ('#read("/etc/passwd")', '#read("/etc/passwd")'),
        ('{prediction} "]', '{prediction} "]'),
    ],
)
def test_a_letter_prints_any_name_as_it_is_written(name: str, printed: str) -> None:
    named = replace(LETTER, lender=name, contact=name, model=name, reasons=[name])
    reader, text = read(render(named))
    assert text.count(printed) == 5
    assert reader.metadata.author == printed


def test_the_letter_is_a_tagged_accessible_pdf() -> None:
    reader, _ = read(render(LETTER))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    kinds = Counter(tags(root["/StructTreeRoot"]))
    assert (kinds["/H1"], kinds["/H2"], kinds["/L"]) == (1, 4, 4)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()


def tags(node: Any) -> Iterator[str]:
    """The kind of each part of the page, in the order in which it is read."""
    node = node.get_object()
    if isinstance(node, list):
        for one in node:
            yield from tags(one)
    elif isinstance(node, dict):
        yield str(node.get("/S"))
        yield from tags(node.get("/K", pypdf.generic.NullObject()))


def test_a_template_reads_nothing_but_the_documents() -> None:
    for path in ("/etc/passwd", "../config.py"):
        with pytest.raises(TypstError, match="not found|escape the project root"):
            compiled(f'#read("{path}")'.encode(), {})


def test_every_language_has_every_word() -> None:
    english, french = (
        json.loads((FOLDER / "texts" / f"{language}.json").read_bytes())
        for language in ("en", "fr")
    )
    assert shape(english) == shape(french)


def shape(words: Any) -> Any:
    """The names of a catalogue's sentences, and what is filled in to each."""
    if isinstance(words, dict):
        return {name: shape(one) for name, one in words.items()}
    if isinstance(words, list):
        return [shape(one) for one in words]
    return sorted(re.findall(r"{\w+}", words))


def test_letters_are_written_one_after_the_other() -> None:
    """A compiler that two threads use fails."""
    with ThreadPoolExecutor(4) as pool:
        letters = [replace(LETTER, client_id=number) for number in range(8)]
        for letter, page in zip(letters, pool.map(render, letters), strict=True):
            assert f"Numéro de client : {letter.client_id} " in read(page)[1]


@on_sqlite
def test_a_decision_has_a_letter_and_a_review_rules_it(call: Any) -> None:
    made = call("POST", "/v1/predictions", json={"client_id": 100001}).json
    path = f"/v1/predictions/{made['prediction_id']}"
    response = call("GET", f"{path}/letter?lang=fr", "officer")
    assert response.status_code == 200
    assert response.content_type == "application/pdf"
    named = f'filename="draft-{made["prediction_id"]}-fr.pdf"'
    assert named in response.headers["Content-Disposition"]
    _, text = read(response.data)
    word = "refusée" if made["decision"] == "refused" else "acceptée"
    assert f"est {word}" in text
    first = made["reasons"][0]
    fact = first["facts"][0]["feature"]
    assert f"{first['text']} (fr) {fact} est " in text
    assert str(made["probability"])[:5] not in text
    assert call("GET", f"{path}/letter?lang=fr", "officer").data == response.data

    other = "granted" if made["decision"] == "refused" else "refused"
    review = {"decision": other, "reason": "Known for years.", "reviewer": "A. Martin"}
    assert call("POST", f"{path}/review", "officer", json=review).status_code == 201
    response = call("GET", f"{path}/letter", "officer")
    named = f'filename="decision-{made["prediction_id"]}-en.pdf"'
    assert named in response.headers["Content-Disposition"]
    _, text = read(response.data)
    assert ("was accepted" if other == "granted" else "was refused") in text
    assert "Known for years" not in text and "Martin" not in text


@on_sqlite
@pytest.mark.usefixtures("own")
def test_rules_registers_and_referrals_are_told(call: Any, policy_of: Any) -> None:
    every = {"terms.amount": "> 0"}
    rules = [
        ("LOOK", "refer", every),
        ("SEEN", "require", every, "identity"),
        ("LISTED", "require", every, "register", 30),
        ("NOT_KNOWN", "refer", {"declared.housing": "> 0"}),
        ("OLD", "refuse", every),
    ]

    def letter(rules: Any, client_id: int) -> tuple[str, str]:
        added = call("POST", "/v1/policies", "analyst", json=policy_of(*rules)).json
        active = f"/v1/policies/{added['sha256']}/activate"
        assert call("POST", active, "admin").status_code == 200
        evidence = {"kind": "register", "source": "FICP", "author": "A. Martin"}
        evidence |= {"result": "negative", "consulted_at": date.today().isoformat()}
        at = f"/v1/clients/{client_id}/evidence"
        assert call("POST", at, "officer", json=evidence).status_code == 201
        asked = {"client_id": client_id}
        made = call("POST", "/v1/predictions", json=asked).json["prediction_id"]
        told = call("GET", f"/v1/predictions/{made}/letter", "officer")
        return read(told.data)[1], told.headers["Content-Disposition"]

    text, named = letter(rules[:-1], 100001)
    assert 'filename="referred-' in named
    assert (
        "Why a person examines it - Rule LOOK. What we still need - Rule SEEN." in text
    )
    assert "could not be completed" in text and "LISTED" not in text
    assert "FICP" not in text

    text, named = letter(rules, 100002)
    assert 'filename="draft-' in named
    assert "was refused" in text and "The main reasons - Rule OLD." in text
    assert "One of these rules proposes this result" in text
    assert "“FICP”, which we consulted on" in text and "is not in it" in text
    assert "Rule LOOK" not in text and "What could change" not in text


@on_sqlite
def test_an_offer_is_in_the_letter_of_a_refusal_while_it_stands(
    call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = iter(range(100001, 100100))
    decided: Any = {"decision": "granted"}
    while decided["decision"] != "refused":
        asked = {"client_id": next(ids)}
        decided = call("POST", "/v1/predictions", json=asked).json
    at = f"/v1/predictions/{decided['prediction_id']}/letter"
    _, text = read(call("GET", at, "officer").data)
    assert "What could change" in text and "offer you" not in text
    for amount, number in ((20000, 12), (30000, 24)):
        terms = {"amount": amount, "instalments": number, "yearly_rate": 0.12}
        body = {"terms": terms, "valid_until": "2999-12-31", "reviewer": "A. Martin"}
        made = f"/v1/clients/{decided['client_id']}/offers"
        assert call("POST", made, "officer", json=body).status_code == 201
    _, text = read(call("GET", at, "officer").data)
    # Nominal 12 % a year over 24 months.
    for told in (
        "a loan of €30,000",
        "24 monthly instalments",
        "an instalment of €1,412.20 a month",
        "€33,892.80 to be paid back in all",
        "(APR) of 12.7%",
        "until 31 December 2999",
    ):
        assert told in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "What could change" not in text and "20,000" not in text

    class Later(date):
        @classmethod
        def today(cls) -> Later:
            return cls(3000, 1, 1)

    monkeypatch.setattr("api.routes.decisions.letter.date", Later)
    _, text = read(call("GET", at, "officer").data)
    assert "offer you" not in text


@on_sqlite
def test_a_decision_that_stands_no_more_has_no_letter(call: Any) -> None:
    """Refused, overridden, scored again: no letter says that it was refused."""
    first, second = (
        call("POST", "/v1/predictions", json={"client_id": 100001}).json
        for _ in range(2)
    )
    other = "granted" if first["decision"] == "refused" else "refused"
    review = {"decision": other, "reason": "Known for years.", "reviewer": "A. Martin"}
    path = "/v1/predictions/{}".format
    reviewed = path(first["prediction_id"])
    assert call("POST", f"{reviewed}/review", "officer", json=review).status_code == 201
    late = call("GET", f"{path(second['prediction_id'])}/letter", "officer")
    assert late.status_code == 409
    assert first["prediction_id"] in late.json["detail"]
    _, text = read(call("GET", f"{reviewed}/letter", "officer").data)
    assert ("was accepted" if other == "granted" else "was refused") in text


@on_sqlite
def test_a_persons_decision_has_its_letter_also_where_the_reasons_are_lost(
    call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decided without them by a model that serves no more."""

    def lost(*_: Any) -> None:
        raise Problem(HTTPStatus.CONFLICT, "no reasons")

    asked = {"client_id": 100001, "explain": False}
    made = call("POST", "/v1/predictions", json=asked).json
    path = f"/v1/predictions/{made['prediction_id']}"
    monkeypatch.setattr("api.routes.decisions.letter.explained", lost)
    assert call("GET", f"{path}/letter", "officer").status_code == 409
    review = {"decision": "refused", "reason": "Seen.", "reviewer": "A. Martin"}
    assert call("POST", f"{path}/review", "officer", json=review).status_code == 201
    _, text = read(call("GET", f"{path}/letter", "officer").data)
    assert "was refused" in text
    assert "main reasons" not in text and "weighed most" not in text


@on_sqlite
@pytest.mark.parametrize(
    ("asked", "query", "status"),
    [
        ({"client_id": 100001, "changes": {"CNT_CHILDREN": 1}}, "", 409),
        ({"client_id": 100001, "explain": False}, "", 200),
        ({"client_id": 100001}, "?lang=de", 422),
    ],
)
def test_neither_a_simulation_nor_an_unknown_language_has_a_letter(
    call: Any, asked: dict[str, Any], query: str, status: int
) -> None:
    made = call("POST", "/v1/predictions", json=asked).json
    path = f"/v1/predictions/{made['prediction_id']}/letter{query}"
    assert call("GET", path, "officer").status_code == status
