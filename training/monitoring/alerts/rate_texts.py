"""What is said of rules, of who decides otherwise, and of how long people take."""

from __future__ import annotations

from training.language import Labels, _, alike, figure
from training.monitoring.statistics.rates import (
    OFFICER_OVERRIDE,
    RECOMMENDATION,
    RULE,
    RULE_OVERRIDE,
    UNKNOWN,
    WAITING,
)


def points(effect: float) -> Labels:
    """How much more or less often, before "often"."""
    size = figure(abs(effect) * 100, ".1f")
    if effect > 0:
        return _("{points} percentage points more", points=size)
    return _("{points} percentage points less", points=size)


def label(cause: str) -> Labels:
    """What a rate is of, for a table."""
    kind, _sign, name = cause.partition(":")
    if kind == RECOMMENDATION:
        return _("Referred") if name == "referred" else _("Recommended to be refused")
    return {
        RULE: lambda: _("Rule {code} fires", code=alike(name)),
        UNKNOWN: lambda: _("Rule {code} cannot be told", code=alike(name)),
        RULE_OVERRIDE: lambda: _("Overridden where {code} fired", code=alike(name)),
        OFFICER_OVERRIDE: lambda: _(
            "Overridden by officer {officer}", officer=alike(name[:8])
        ),
        WAITING: lambda: _("Decided by a person after {hours}", hours=hours(name)),
    }[kind]()


def hours(name: str) -> Labels:
    number = int(name)
    if number < 24:
        return _("over an hour")
    if number == 24:
        return _("over a day")
    return _("over {days} days", days=number // 24)


def title(kind: str, name: str) -> Labels:
    if kind == RECOMMENDATION:
        if name == "referred":
            return _("Another share of applications is referred")
        return _("Another share of applications is recommended to be refused")
    return {
        RULE: _("Rule {code} fires at another rate", code=alike(name)),
        UNKNOWN: _("Rule {code} cannot be told at another rate", code=alike(name)),
        RULE_OVERRIDE: _(
            "Officers override another share where rule {code} fired", code=alike(name)
        ),
        OFFICER_OVERRIDE: _("One officer overrides another share of decisions"),
        WAITING: _("People take another time to decide"),
    }[kind]


def what(kind: str, name: str, effect: float) -> Labels:
    how = points(effect)
    if kind == RECOMMENDATION:
        if name == "referred":
            return _("Applications are referred {points} often.", points=how)
        return _("Applications are to be refused {points} often.", points=how)
    if kind == WAITING:
        return _(
            "It takes {hours} {points} often from an application's first decision until"
            " that of a person.",
            hours=hours(name),
            points=how,
        )
    if kind == OFFICER_OVERRIDE:
        return _(
            "Officer {officer} (a pseudonym) overrides {points} often.",
            officer=alike(name[:8]),
            points=how,
        )
    code = alike(name)
    return {
        RULE: _("Rule {code} fires {points} often.", code=code, points=how),
        UNKNOWN: _(
            "What rule {code} reads is missing {points} often; it refers then.",
            code=code,
            points=how,
        ),
        RULE_OVERRIDE: _(
            "Where rule {code} fired, decisions are overridden {points} often.",
            code=code,
            points=how,
        ),
    }[kind]


def action(kind: str) -> Labels:
    return {
        RECOMMENDATION: _(
            "See which rules fire more or less, and whether there are people enough for"
            " what is referred."
        ),
        RULE: _(
            "Ask whether the clients or the facts that the rule reads changed. If the"
            " rule no longer says what it was made for, try another one with `training"
            " policy` before it decides."
        ),
        UNKNOWN: _(
            "Look for the source of the missing fact: until it is mended, people decide"
            " all these applications."
        ),
        RULE_OVERRIDE: _(
            "Read the reasons that officers gave: a rule that is overruled is wrong, or"
            " not understood."
        ),
        OFFICER_OVERRIDE: _(
            "Ask before judging: this officer may have had other cases than before."
        ),
        WAITING: _(
            "See on the work list what waits and for whom; what is referred most often"
            " is what to lighten."
        ),
    }[kind]
