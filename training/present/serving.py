"""Slides: a client scored by the API that is running, and the dashboard."""

from __future__ import annotations

from training.monitoring.api_client import Api
from training.present.applicant import Applicant
from training.present.browser import chromium, photograph_live
from training.present.deck import Deck
from training.present.page import BODY, picture, say


def scored(deck: Deck, api: Api, applicant: Applicant) -> None:
    """The API's answer on the invented applicant, which it stores as a decision."""
    words = deck.words
    (application,) = applicant.records["application"]
    asked = {**applicant.records, "application": application}
    answer = api.post("/v1/predictions", asked)
    rows = sum(len(rows) for rows in applicant.records.values())
    said = [
        words(
            "api_1",
            records=words.number(rows),
            tables=sum(bool(rows) for rows in applicant.records.values()),
        ),
        words(
            "api_2",
            decision=words(f"decision_{answer['decision']}"),
            probability=words.share(answer["probability"], 4),
            threshold=words.share(answer["threshold"], 4),
        ),
        words(
            "api_3",
            own=words.share(applicant.probability, 4),
            difference=f"{abs(answer['probability'] - applicant.probability):.1g}",
        ),
        words(
            "api_4",
            version=answer["model"]["version"],
            bundle=answer["model"]["bundle_sha256"][:12],
            prediction=answer["prediction_id"],
        ),
    ]
    slide = deck.page("api", words("source_live", url=api.url))
    say(slide, BODY, said, bullets=True)


def dashboard(deck: Deck, url: str, client: int | None) -> bool:
    """The page of a client who may be shown; that of the model when there is none.

    False where there is no browser: the slide is left out.
    """
    program, language = chromium(), deck.words.language
    if program is None:
        return False
    path = f"/?client={client}&" if client else "/model?"
    png = photograph_live(program, f"{url.rstrip('/')}{path}lang={language}")
    slide = deck.page("dashboard", deck.words("source_live", url=url))
    picture(slide, BODY, png, deck.words("dashboard"))
    return True
