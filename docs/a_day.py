"""A day at an invented lender's, made through the API: `make demo` opens with it.

SCORING_URL=http://127.0.0.1:5050 SCORING_KEY=… python docs/a_day.py

Needs a key with the roles scoring, officer, senior, analyst and admin. Where anything
was decided before, it does nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from scoring_client import Outcome, Prediction, ScoringClient, ScoringError

ADA, BO = "Ada Martin", "Bo Leroy"
CLIENTS = 40
POLICY = Path(__file__).with_name("policies") / "starter.json"
STANDS_FOR = timedelta(days=14)
# How the loans of the first who were granted one turn out.
DEFAULTED = (False, False, False, True, False, False)
Step = Callable[[ScoringClient, Prediction], None]


def main() -> None:
    client = ScoringClient(os.environ["SCORING_URL"], os.environ["SCORING_KEY"])
    ids = list(islice(client.clients(), CLIENTS))
    if not ids or client.standing(ids[0]) is not None:
        return
    client.activate(POLICY.read_bytes())
    scored = client.decide_many(ids, "reasons")
    decided = [one for one in scored if not isinstance(one, ScoringError)]
    review(client, decided)
    sign(client, decided)
    begin(client)
    monitor(client)


def review(client: ScoringClient, decided: list[Prediction]) -> None:
    """The first of both kinds are dealt with; all others wait on the work list."""
    # Of whom nothing is to be proved first.
    ready = [one for one in decided if "require" not in effects(one)]
    refused = [one for one in ready if one.get("recommendation") == "refused"]
    granted = [one for one in ready if one.get("recommendation") == "granted"]
    sure, others = granted[: len(DEFAULTED)], granted[len(DEFAULTED) :]
    refused_steps = contested, overridden, confirmed
    granted_steps = withdrawn, lapsed, noted
    for prediction, step in (
        *zip(refused, refused_steps, strict=False),
        *((one, confirmed) for one in sure),
        *zip(others, granted_steps, strict=False),
    ):
        step(client, prediction)
    dealt_with = refused[: len(refused_steps)]
    doubted = [one for one in decided if one["decision"] == "refused"]
    counter(client, [one for one in doubted if one not in dealt_with])
    came = zip(sure, DEFAULTED, strict=False)
    client.outcomes([outcome(one, defaulted) for one, defaulted in came])


def sign(client: ScoringClient, decided: list[Prediction]) -> None:
    """One tells what they earn and pay; a large loan waits for a second person."""
    referred = [one for one in decided if one.get("recommendation") == "referred"]
    budget = {"monthly_income": 2_450, "housing": 780, "other_instalments": 140}
    person = {"dependants": 2, "author": BO}
    client.declare(known(referred[0]), {**budget, **person})
    for prediction in referred:
        what = effects(prediction)
        if "second_review" not in what or what & {"refer", "refuse"}:
            continue
        register = {"kind": "register", "source": "FICP", "result": "negative"}
        consulted = {"consulted_at": today().isoformat(), "author": ADA}
        client.consult(known(prediction), {**register, **consulted})
        reason = "Long a client of ours, and the instalments are carried."
        client.review(prediction["prediction_id"], "granted", reason, ADA)
        return


def effects(prediction: Prediction) -> set[str]:
    """Of the lender's rules that fired."""
    policy = prediction.get("policy")
    return {rule["effect"] for rule in policy["rules"]} if policy else set()


def confirmed(client: ScoringClient, prediction: Prediction) -> None:
    reason = "The papers agree with the application."
    proposed = prediction.get("recommendation") or prediction["decision"]
    client.review(prediction["prediction_id"], proposed, reason, ADA)


def overridden(client: ScoringClient, prediction: Prediction) -> None:
    """A person knows more than the model."""
    key = known(prediction)
    client.note(key, "Brought three pay slips of a second job, since March.", BO)
    reason = "A second income of 900 a month, by pay slips: the instalment is carried."
    client.review(prediction["prediction_id"], "granted", reason, BO, category="income")


def contested(client: ScoringClient, prediction: Prediction) -> None:
    confirmed(client, prediction)
    text = "The late payments were a mistake of my former bank; I have its letter."
    client.contest(known(prediction), text, today().isoformat(), ADA)


def counter(client: ScoringClient, refused: list[Prediction]) -> None:
    """The first whom the model would grant anything are offered the most of it."""
    for key in map(known, refused):
        cells = client.offers(key)["cells"]
        granted = [cell for cell in cells if cell["decision"] == "granted"]
        if not granted:
            continue
        most = max(granted, key=lambda cell: (cell["amount"], -cell["instalments"]))
        terms = {"amount": most["amount"], "instalments": most["instalments"]}
        client.offer(key, terms, (today() + STANDS_FOR).isoformat(), ADA)
        client.note(key, "Will think about our offer, and call.", ADA)
        return


def withdrawn(client: ScoringClient, prediction: Prediction) -> None:
    reason = "Has found the money in the family."
    client.review(prediction["prediction_id"], "withdrawn", reason, BO)


def lapsed(client: ScoringClient, prediction: Prediction) -> None:
    reason = "Did not answer two letters."
    client.review(prediction["prediction_id"], "lapsed", reason, ADA)


def noted(client: ScoringClient, prediction: Prediction) -> None:
    client.note(known(prediction), "Comes back on Thursday with the contract.", BO)


def outcome(prediction: Prediction, defaulted: bool) -> Outcome:
    return {
        "prediction_id": prediction["prediction_id"],
        "defaulted": defaulted,
        "observed_on": today().isoformat(),
    }


def begin(client: ScoringClient) -> None:
    """Two applications of people whom nobody knows yet; one is hardly begun."""
    loan = {"NAME_CONTRACT_TYPE": "Cash loans", "AMT_CREDIT": 180_000}
    client.begin(loan, "2026-0418 Nguyen")
    person = {
        "AMT_ANNUITY": 9_900,
        "AMT_GOODS_PRICE": 180_000,
        "AMT_INCOME_TOTAL": 112_500,
        "DAYS_BIRTH": -11_900,
        "DAYS_EMPLOYED": -820,
        "NAME_INCOME_TYPE": "Working",
        "NAME_EDUCATION_TYPE": "Secondary / secondary special",
        "FLAG_OWN_CAR": "N",
        "FLAG_OWN_REALTY": "Y",
        "CNT_CHILDREN": 1,
    }
    client.begin({**loan, **person}, "2026-0417 Dupont")


def monitor(client: ScoringClient) -> None:
    """What monitoring would post after some weeks: invented, as the clients are."""
    client.alert(ALERT)
    now = datetime.now(UTC)
    weeks = [(now - timedelta(weeks=ago)).isoformat() for ago in range(7, -1, -1)]
    client.report(production(weeks))
    client.report(PERFORMANCE)


ALERT: dict[str, Any] = {
    "cause": "feature:EXT_SOURCE_MEAN",
    "status": "open",
    "severity": "warning",
    "title": "The mean of the outside scores has shifted",
    "what": "Its median fell from 0.52 to 0.47 in four weeks.",
    "certainty": "Chance alone would do this once in 2,000 such months.",
    "action": "Ask the agencies whether they changed how they score.",
    "evidence": {
        "psi": 0.14,
        "texts": {
            "title": {
                "en": "The mean of the outside scores has shifted",
                "fr": "La moyenne des scores externes s'est déplacée",
            },
            "what": {
                "en": "Its median fell from 0.52 to 0.47 in four weeks.",
                "fr": "Sa médiane est passée de 0,52 à 0,47 en quatre semaines.",
            },
            "certainty": {
                "en": "Chance alone would do this once in 2,000 such months.",
                "fr": "Le hasard seul le ferait une fois en 2 000 mois pareils.",
            },
            "action": {
                "en": "Ask the agencies whether they changed how they score.",
                "fr": "Demander aux organismes s'ils ont changé leur façon de noter.",
            },
        },
    },
}
# As the scores made expect it, and as it came.
PERFORMANCE: dict[str, Any] = {
    "kind": "performance",
    "conclusion": "**The model does nearly as well as expected.** AUC 0.749 "
    "(expected 0.757). Invented by the demo.",
    "report": {
        "looks": [
            {
                "before": {"auc": 0.757, "cost": 0.501},
                "after": {"auc": 0.749, "cost": 0.512},
            }
        ],
        "conclusion": {
            "fr": "**Le modèle fait presque aussi bien que prévu.** AUC de 0,749 "
            "(0,757 attendue). Inventé par la démo.",
        },
    },
}


def production(weeks: list[str]) -> Any:
    """Scores that have crept up for two months."""
    crept = [0.002 * week for week in range(len(weeks))]
    texts = {
        "en": "**1 open alert.** The outside scores fall, and the risks stated rise. "
        "Invented by the demo.",
        "fr": "**1 alerte ouverte.** Les scores externes baissent, et les risques "
        "annoncés montent. Inventé par la démo.",
    }
    quantiles = {"p05": 0.012, "p25": 0.034, "p50": 0.062, "p75": 0.108, "p95": 0.26}
    series = {
        "at": weeks,
        "expected_cost": [0.494 + one for one in crept],
        "expected_gini": [0.524 - one for one in crept],
        "probability": [
            {name: share + one for name, share in quantiles.items()} for one in crept
        ],
        "psi": {
            "score": [0.01 + 4 * one for one in crept],
            "EXT_SOURCE_MEAN": [0.02 + 8 * one for one in crept],
        },
        "refused": [0.31 + 2 * one for one in crept],
        "overridden": [0.06 - one for one in crept],
    }
    report = {"series": series, "conclusion": texts}
    return {"kind": "production", "conclusion": texts["en"], "report": report}


def known(prediction: Prediction) -> int | str:
    key = prediction["client_id"]
    if key is None:
        raise ValueError(f"decision {prediction['prediction_id']} is of nobody known")
    return key


def today() -> date:
    return datetime.now(UTC).date()


if __name__ == "__main__":
    main()
