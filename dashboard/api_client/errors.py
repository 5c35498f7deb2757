"""What can go wrong between the dashboard and the API, one class per thing to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from errors import ConfigError, DashboardError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api_client.answers import FieldProblem, Standing


class NoDelegate(ConfigError):
    """The API decided by the roles of the dashboard's key, not by the person's."""


class ApiError(DashboardError):
    """The scoring API did not give what was asked for."""


class Unreachable(ApiError):
    """No answer: refused connection, unknown host, or no reply in time."""


class Unauthorised(ApiError):
    """401: the API does not know the dashboard's key."""


class LoggedOut(ApiError):
    """401: the login of who asks was ended."""


class Forbidden(ApiError):
    """403: the key lacks the role that the route asks for."""


class NotFound(ApiError):
    """404: the API holds no such client, model or report."""


class Refused(ApiError):
    """Another 4xx: the API refused the request; `faults` says which values, and why."""

    def __init__(self, message: str, faults: Sequence[FieldProblem] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class Conflict(Refused):
    """409: what was asked does not fit what is on record; `faults` says what of it."""


class Erased(Refused):
    """410: what was asked for was about somebody who was erased since."""


class NotDecided(DashboardError):
    """An application that is being entered: whoever does says when it is decided on."""


class WithoutReasons(DashboardError):
    """What stands, the model's newest decision told no reasons, nor can they be had."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(standing.latest.prediction_id)
        self.standing = standing


class ServerError(ApiError):
    """429 or 5xx: the API is up but could not answer."""


class NonsenseAnswer(ApiError):
    """The answer is not what the API promises: it is never shown as a result."""
