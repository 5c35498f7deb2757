"""What waits for a person, notes and contested decisions, and what stands."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from api.schemas.answers import Answer, Moment, Share, Signer
from api.schemas.client_keys import ClientKey, OptionalKey
from api.schemas.events import Date, Day
from api.schemas.requests import CURSOR, PAGE, Query, Strict, between_commas
from api.schemas.reviews import PredictionId, ReviewerName, StandingResult
from api.schemas.values import BOOLEAN, INTEGER, VISIBLE, Form

WorkState = Literal[
    "draft", "open", "referred", "evidence", "second", "contested", "done"
]
Text = Annotated[str, Field(min_length=1, max_length=2000), VISIBLE]


class WorkItem(Answer):
    """A client on the work list.

    `draft`: entered here and not decided; `open`: recommended and not decided;
    `referred`: recommended to a person; `evidence`: a grant needs some that is not
    there; `second`: one of two has signed; `contested`: to be answered until `due`;
    `done`: decided by a person. `since`: when it became so. `borderline`: the
    probability is in the borderline band. `result` is what stands, null of a draft.
    `claimed_by`: who alone works on it until `claimed_until`; `mine`: that is who asks.
    """

    client_id: ClientKey
    reference: str | None
    state: WorkState
    since: Moment
    due: str | None
    prediction_id: str | None
    probability: Share | None
    threshold: Share | None
    decision: Literal["granted", "refused"] | None
    borderline: bool
    result: StandingResult | None
    reviewer: str | None
    signer: Signer = None
    claimed_by: str | None = None
    claimed_signer: Signer = None
    claimed_until: Moment | None = None
    mine: bool = False


class Beside(Answer):
    """The clients before and after one, in the order of the list."""

    previous: ClientKey | None
    next: ClientKey | None


class WorkPage(Answer):
    """Contested first, the earliest due first; then, oldest first, what waits for a
    second signature, for evidence, and what is referred; then open ones, borderline
    first, oldest first; then drafts; then done ones, newest first.

    `mine`: what who asks has claimed. `counts`: how many there are in each state.
    `beside`: of `client_id` if one was asked for and is on the list.
    """

    items: list[WorkItem]
    mine: list[WorkItem] = []
    counts: dict[WorkState, int]
    beside: Beside | None
    next_cursor: str | None


class WorkQuery(Query):
    """Which part of the list."""

    state: Annotated[
        Annotated[tuple[WorkState, ...], Field(min_length=1)] | None,
        BeforeValidator(between_commas),
        Field(description="Only these, between commas; all when left out."),
    ] = None
    borderline: Annotated[
        Annotated[bool, BOOLEAN] | None,
        Field(description="Only borderline ones, or only others."),
    ] = None
    result: Annotated[
        StandingResult | None, Field(description="Only what stands so.")
    ] = None
    reviewer: Annotated[
        str | None,
        Field(
            max_length=200,
            description="Only what this person decided; who asks by "
            "their own name gets none of a namesake's.",
        ),
    ] = None
    since: Annotated[
        Date | None,
        Field(
            description="Done ones since this day alone; what waits is always there."
        ),
    ] = None
    client_id: Annotated[
        OptionalKey, Field(description="Whose neighbours are asked for.")
    ] = None
    limit: Annotated[
        int, Field(ge=1, le=200, description="Items per page."), INTEGER
    ] = 50
    cursor: Annotated[
        Annotated[str, Form(r"^[1-7]\|[-0-9:.|TZ]{1,50}~[0-9]{1,18}$", CURSOR)] | None,
        Field(description=PAGE),
    ] = None


class AssignRequest(Strict):
    """Who is to work on it: the name, and what the login's provider knows them by."""

    name: ReviewerName
    sub: Annotated[str, Field(min_length=1, max_length=255), VISIBLE]


class NoteRequest(Strict):
    """What is to be remembered of a client."""

    text: Text
    author: ReviewerName


class Note(Answer):
    """A note stays as it is."""

    note_id: PredictionId
    client_id: ClientKey
    text: str
    author: str
    signer: Signer = None
    created_at: Moment


class NotesAnswer(Answer):
    """Newest first."""

    client_id: ClientKey
    notes: list[Note]


class ContestRequest(Strict):
    """The applicant contests the decision that stands; when it was received."""

    text: Text
    received_on: Day
    author: ReviewerName


class Contest(Answer):
    """Answered by the next review of the client; until then it stands in the list.

    `prediction_id`: of the decision that stood.
    """

    contest_id: PredictionId
    client_id: ClientKey
    prediction_id: PredictionId
    text: str
    received_on: str
    due_on: str
    author: str
    signer: Signer = None
    created_at: Moment
    answered_by: PredictionId | None


class ContestsAnswer(Answer):
    """Newest first."""

    client_id: ClientKey
    contests: list[Contest]


class DecisionsQuery(Query):
    """Which, and how many."""

    after: Annotated[
        int, Field(ge=0, le=2**63 - 1, description="The last `sequence` seen."), INTEGER
    ] = 0
    limit: Annotated[
        int, Field(ge=1, le=1000, description="At most so many."), INTEGER
    ] = 100


class StandingDecision(Answer):
    """A result that came to stand, by a model's decision or a person's review.

    The newest of a client holds. `offer_id`: of the counter-offer that stood then.
    Everything but ids and results is null once the person is erased.
    """

    sequence: int
    client_id: ClientKey | None
    prediction_id: PredictionId
    review_id: PredictionId | None
    offer_id: PredictionId | None
    result: StandingResult
    by: Literal["model", "policy", "person"]
    reviewer: str | None
    signer: Signer = None
    decided_at: Moment


class DecisionsAnswer(Answer):
    """In the order in which they came to stand, each once; ask on with `next_after`."""

    decisions: list[StandingDecision]
    next_after: int
