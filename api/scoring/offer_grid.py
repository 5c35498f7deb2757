"""What could be offered to a client: amounts by numbers of instalments."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from api.errors import Problem
from api.identifiers import now
from api.policy.active import Ready
from api.policy.recommendation import judged
from api.schemas.prices import Prices
from api.schemas.requests import Terms
from api.scoring.applicants.known_clients import unknown
from api.scoring.policies.consider import Decided, consider
from api.scoring.terms import Loan, Moved, on_terms, revised
from api.store.database import Database
from api.store.people.clients import Client

if TYPE_CHECKING:
    from api.scoring.champion import Champion

# Parts of the amount asked for between which a loan is offered without being asked.
LEAST, MOST = 0.5, 1.2
AMOUNTS, NUMBERS = 10, 12
_ROUND = (1.0, 2.0, 2.5, 5.0)
_MONTHS = (1, 2, 3, 6, 12, 24, 36, 48, 60)
_NO_PRICE = dict.fromkeys(("offer", "probability", "decision", "recommendation"))


def cells(
    champion: Champion,
    database: Database,
    ready: Ready,
    client: Client,
    loan: Loan,
    amounts: Sequence[float],
    instalments: Sequence[int],
) -> list[dict[str, Any]]:
    """Each is what a simulation of its two terms answers; row by row."""
    places = [(amount, number) for amount in amounts for number in instalments]
    moved = [_moved(champion, loan, *place) for place in places]
    priced = [one for one in moved if one is not None]
    told = iter(_told(champion, database, ready, client, priced))
    return [
        {
            "amount": amount,
            "instalments": number,
            **(_NO_PRICE if one is None else next(told)),
        }
        for (amount, number), one in zip(places, moved, strict=True)
    ]


def usual_amounts(champion: Champion, asked: float) -> list[float]:
    """Round amounts from half of the one asked for to a little more, and that one.

    Never beyond what can be negotiated.
    """
    least, most = LEAST, MOST
    for term in champion.negotiable:
        if term.name == "amount":
            least, most = max(least, term.lowest), min(most, term.highest)
    low, high = least * asked, most * asked
    step = _round_step((high - low) / AMOUNTS)
    first, last = math.ceil(low / step), math.floor(high / step)
    levels = {round(at * step, 2) for at in range(first, last + 1)}
    return sorted({asked, *(one for one in levels if one > 0)})


def usual_numbers(prices: Prices, asked: int | None) -> list[int]:
    """From the fewest to the most, in whole years where there are many; the asked one.

    The asked one is there also where it has no price.
    """
    ends = {prices.fewest, prices.most} | ({asked} if asked else set())
    for months in _MONTHS:
        first = math.ceil(prices.fewest / months) * months
        numbers = ends.union(range(first, prices.most + 1, months))
        if len(numbers) <= NUMBERS:
            break
    return sorted(numbers)


def _round_step(least: float) -> float:
    """The smallest round number that is no less."""
    size = 10.0 ** math.floor(math.log10(least))
    return next((one * size for one in _ROUND if one * size >= least), 10 * size)


def _moved(champion: Champion, loan: Loan, amount: float, number: int) -> Moved | None:
    """None where the lender has no price for it, or the columns cannot hold it."""
    try:
        moved = on_terms(champion, loan, Terms(amount=amount, instalments=number))
    except Problem:
        return None
    return None if moved.instalment is None else moved


def _told(
    champion: Champion,
    database: Database,
    ready: Ready,
    client: Client,
    moved: Sequence[Moved],
) -> list[dict[str, Any]]:
    """What is offered, and what model and policy say of it."""
    if not moved:
        return []
    matrix = champion.online.revise(
        [revised(champion, client, one.changes) for one in moved]
    )
    scores = champion.score(matrix, [False] * len(moved))
    decided = [
        Decided(
            client_id=client.client_id,
            client=client,
            application={**client.application, **one.changes},
            features=score.features,
            verdict=champion.scorer.judge(
                score, unknown(champion, client, one.changes)
            ),
            offer=one.offer(),
        )
        for one, score in zip(moved, scores, strict=True)
    ]
    considered = consider(champion, database, ready, now(), decided)
    return [
        {
            "offer": one.offer.model_dump() if one.offer else None,
            "probability": one.verdict["probability"],
            "decision": one.verdict["decision"],
            "recommendation": by_policy.answer["recommendation"],
        }
        for one, by_policy in zip(decided, judged(ready, considered), strict=True)
    ]
