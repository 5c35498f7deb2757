"""What an applicant is told of their application: plain sentences, hardly a figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api_client.answers import Contest, Counterfactual, ModelAnswer, Offer, Standing
from api_client.cache import OpenedClient
from api_client.meaning import in_words
from session.language import _, mark
from texts.client.loan_terms import AMOUNT, DOWN_PAYMENT, INSTALMENTS
from texts.client.policy import deciding
from texts.client.reasons import reason_text
from texts.client.simulation import terms_text
from texts.formats import amount, calendar_day, day, decimal, percent

# Reasons told on each side.
MOST_REASONS = 4
GRANTED, REFERRED, REFUSED = "granted", "referred", "refused"
INSTEAD = {
    AMOUNT: mark("a loan of {granted} instead of {asked}"),
    DOWN_PAYMENT: mark("a down payment of {granted} instead of {asked}"),
    INSTALMENTS: mark("{granted} monthly instalments instead of {asked}"),
    "instalment": mark("instalments of {granted} a month instead of {asked}"),
}
# As the letter names them.
RIGHTS = (
    mark("You can have a person look at the decision again."),
    mark("You can give your point of view, and add or correct information."),
    mark("You can contest the decision, and ask how it was made."),
)


@dataclass(frozen=True)
class Part:
    """A heading, sentences below it, and points in a list after them."""

    title: str
    sentences: tuple[str, ...]
    points: tuple[str, ...] = ()


def parts(
    opened: OpenedClient,
    way: Counterfactual | None,
    contest: Contest | None,
    model: ModelAnswer,
) -> Iterator[Part]:
    """In the order in which one talks.

    `way`: what was looked for in place of a refused loan; `contest`: what waits for an
    answer.
    """
    if opened.client.terms is not None:
        yield _asked(opened.client.terms)
    yield _assessed(opened)
    yield from _rules(opened)
    yield from _reasons(opened, model)
    if opened.standing.reviewed:
        yield Part(_("What was decided"), (_decided(opened.standing),))
    if opened.offer is not None:
        yield _offered(opened.offer.offer, opened.offer.valid_until)
    if way is not None:
        yield _could_change(way)
    yield Part(_("What happens next"), tuple(_next(opened, contest)))
    yield _rights(opened.standing)


def _asked(asked: Offer) -> Part:
    told = [_("A loan of {terms}.", terms=terms_text(asked))]
    if INSTALMENTS in asked.estimated:
        told.append(_("The number of instalments is our estimate."))
    return Part(_("What you asked for"), tuple(told))


def _assessed(opened: OpenedClient) -> Part:
    prediction = opened.prediction
    close = prediction.confidence.band == "borderline"
    found = {
        (True, False): _("It finds that risk low enough for this loan."),
        (True, True): _(
            "It finds that risk just low enough for this loan: it was close."
        ),
        (False, True): _(
            "It finds that risk just too high for this loan: it was close."
        ),
        (False, False): _("It finds that risk too high for this loan."),
    }
    return Part(
        _("What the automated assessment says"),
        (
            _(
                "A statistical model compares your application with earlier ones and "
                "estimates the risk that the loan is not paid back."
            ),
            found[prediction.granted, close],
            _("It advises only: people decide."),
        ),
    )


def _rules(opened: OpenedClient) -> Iterator[Part]:
    """Those of the lender's that make another recommendation, in their own words."""
    rules = deciding(opened.prediction)
    if rules:
        found = {
            REFERRED: _("By our own rules a person looks at your application first."),
            REFUSED: _("By our own rules we do not propose this loan."),
        }
        sentence = found.get(opened.prediction.recommended)
        points = tuple(
            in_words(rule.text, rule.code) for rule in rules if not rule.missing
        )
        yield Part(_("What our rules say"), (sentence,) if sentence else (), points)


def _reasons(opened: OpenedClient, model: ModelAnswer) -> Iterator[Part]:
    prediction = opened.prediction
    titles = {False: _("What speaks for you"), True: _("What speaks against the loan")}
    for raises in (not prediction.granted, prediction.granted):
        points = [
            reason_text(reason, model)
            for reason in prediction.reasons
            if reason.raises_risk == raises
        ]
        if points:
            yield Part(titles[raises], (), tuple(points[:MOST_REASONS]))


def _decided(standing: Standing) -> str:
    on = day(standing.decided_at)
    known = {
        GRANTED: _("On {day} a person decided to grant the loan.", day=on),
        REFUSED: _("On {day} a person decided not to grant the loan.", day=on),
        "withdrawn": _(
            "You withdrew your application; this was noted on {day}.", day=on
        ),
        "lapsed": _(
            "Your application was closed on {day}, as time had run out.", day=on
        ),
    }
    other = _("On {day} a person noted: {result}.", day=on, result=standing.result)
    return known.get(standing.result, other)


def _offered(offer: Offer, valid_until: str) -> Part:
    told = [_("A loan of {terms}.", terms=terms_text(offer))]
    if None not in (offer.total, offer.cost):
        told.append(
            _(
                "You would repay {total} in all; {cost} of it is what the loan costs.",
                total=amount(offer.total or 0.0),
                cost=amount(offer.cost or 0.0),
            )
        )
    if offer.apr is not None:
        told.append(
            _("The annual percentage rate (APR) is {apr}.", apr=percent(offer.apr))
        )
    told.append(_("This offer stands until {day}.", day=calendar_day(valid_until)))
    return Part(_("What we offer you"), tuple(told))


def _could_change(way: Counterfactual) -> Part:
    title = _("What could change the result")
    if way.granted is None:
        return Part(
            title,
            (
                _(
                    "We looked for a smaller loan and for other terms: with none of "
                    "them would the assessment come to another result."
                ),
            ),
        )
    lead = _(
        "On these terms the assessment would find the risk low enough, and a person "
        "would decide:"
    )
    return Part(title, (lead,), tuple(_instead(way.asked, way.granted)))


def _instead(asked: Offer, granted: Offer) -> Iterator[str]:
    for name, sentence in INSTEAD.items():
        before, after = getattr(asked, name), getattr(granted, name)
        if None not in (before, after) and round(before, 2) != round(after, 2):
            yield _(sentence, granted=_value(name, after), asked=_value(name, before))


def _value(name: str, value: float) -> str:
    return decimal(value, 0) if name == INSTALMENTS else amount(round(value, 2))


def _next(opened: OpenedClient, contest: Contest | None) -> Iterator[str]:
    standing, offer = opened.standing, opened.offer
    if contest is not None:
        yield _(
            "You contested the decision: a person looks at it again, and answers by "
            "{day}.",
            day=calendar_day(contest.due_on),
        )
    elif not standing.reviewed:
        yield _("Your adviser talks all this over with you; then a person decides.")
    if standing.result in {GRANTED, REFERRED, REFUSED}:
        yield _("You get a letter with the decision, its reasons and your rights.")
    else:
        yield _("You can apply again at any time.")
    if offer is not None:
        yield _(
            "If you want what we offer, tell your adviser by {day}.",
            day=calendar_day(offer.valid_until),
        )


def _rights(standing: Standing) -> Part:
    how = _(
        "To use them, tell your adviser, or write to us with the reference "
        "{reference}.",
        reference=standing.prediction_id,
    )
    return Part(_("Your rights"), (how,), tuple(_(right) for right in RIGHTS))
