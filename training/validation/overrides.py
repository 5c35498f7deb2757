"""How often people decided otherwise than was proposed, from the API's events."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from training.errors import TrainingError
from training.monitoring.events.api_client import Api, ApiError
from training.monitoring.events.read import EventPage, read_page

PAGE = 50_000


@dataclass(frozen=True)
class Overrides:
    """Decisions, the final reviews of them, and reviews that decided otherwise.

    `granted`: of these, those that a person granted. `source`: where the events are
    from; `bundles`: of how many models; `reviewers`: how many people signed.
    """

    source: str
    bundles: int
    decisions: int
    reviewed: int
    overridden: int
    granted: int
    reviewers: int

    @property
    def rate(self) -> float | None:
        return self.overridden / self.reviewed if self.reviewed else None


def read_overrides(source: str, key: str) -> Overrides:
    """From an API's address, or a file of what `GET /v1/events` answers.

    Raises:
        TrainingError: it cannot be read, or is not what that route answers.
    """
    if source.startswith(("http://", "https://")):
        api = Api(source.rstrip("/"), key, retries=7)
        return count(source, _pages(api))
    path = Path(source)
    if not path.is_file():
        raise TrainingError(
            f"--events: {source}: expected an http(s) address or a file, found neither"
        )
    try:
        page = read_page(path.read_bytes(), 0)
    except (ApiError, KeyError, json.JSONDecodeError) as error:
        raise TrainingError(f"--events: {source}: {error}") from error
    return count(path.name, [page])


def _pages(api: Api) -> Iterable[EventPage]:
    after = 0
    while len(page := read_page(api.events(after, PAGE, "none"), after)):
        yield page
        after = page.last


def count(source: str, pages: Iterable[EventPage]) -> Overrides:
    """The last final review of each decision counts; withdrawals are none."""
    rows = [page.rows for page in pages]
    if not rows:
        return Overrides(source, 0, 0, 0, 0, 0, 0)
    events = pd.concat(rows, ignore_index=True)
    decisions = events[events["kind"] == "decision"]
    reviews = events[events["kind"] == "review"]
    signed = reviews["final"].fillna(True).astype(bool)
    final = reviews[signed & (reviews["action"] != "closed")]
    standing = final.drop_duplicates("prediction_id", keep="last")
    otherwise = standing[standing["action"] == "overridden"]
    return Overrides(
        source=source,
        bundles=int(decisions["bundle_sha256"].nunique()),
        decisions=len(decisions),
        reviewed=len(standing),
        overridden=len(otherwise),
        granted=int((otherwise["decision"] == "granted").sum()),
        reviewers=int(standing["officer"].nunique()),
    )
