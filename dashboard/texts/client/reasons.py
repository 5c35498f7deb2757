"""Why, in sentences: a reason, and the facts that set this client apart."""

from __future__ import annotations

import re

from api_client.answers import Fact, ModelAnswer, ReasonAnswer
from api_client.meaning import Descriptor, in_words
from session.language import SOURCE, _, code
from texts.formats import value_text

# What a sentence of the model's has to be filled in.
BLANK = re.compile(r"\{(value|typical)\}")


def reason_text(reason: ReasonAnswer, model: ModelAnswer) -> str:
    """A reason in the page's language; English is the API's own wording."""
    told = model.groups.get(reason.group)
    if code() == SOURCE or told is None:
        return reason.text
    labels = told.raises_risk if reason.raises_risk else told.lowers_risk
    return in_words(labels if reason.known else told.unknown, reason.text)


def fact_lines(reason: ReasonAnswer, model: ModelAnswer) -> list[str]:
    """The fact that carries most of a reason as a sentence, then the others."""
    first, others = reason.facts[:1], reason.facts[1:]
    lines = [_sentence(fact, model) for fact in first]
    return lines + [_beside(fact, model.describe(fact.feature)) for fact in others]


def _beside(fact: Fact, what: Descriptor) -> str:
    value = value_text(fact.value, what)
    if fact.typical is None:
        return _(
            "{fact}: {value} (not known of most borderline clients)",
            fact=what.label,
            value=value,
        )
    return _(
        "{fact}: {value} (borderline clients: {typical})",
        fact=what.label,
        value=value,
        typical=value_text(fact.typical, what),
    )


def _sentence(fact: Fact, model: ModelAnswer) -> str:
    """The model's own where it has one, which is the client's letter's, too."""
    what, known = model.describe(fact.feature), model.inputs.get(fact.feature)
    value, typical = (value_text(one, what) for one in (fact.value, fact.typical))
    if fact.typical is None:
        return _(
            "{fact}: {value}; of most borderline clients it is not known.",
            fact=what.label,
            value=value,
        )
    lies = "equal" if value == typical else _lies(fact)
    sentences = getattr(known, "sentences", None)
    general = _general(lies, what, value, typical)
    if sentences is None:
        return general
    told = {"value": value, "typical": typical}
    sentence = in_words(getattr(sentences, lies), general)
    return BLANK.sub(lambda blank: told[blank[1]], sentence)


def _lies(fact: Fact) -> str:
    """Where the value lies to the typical one; a category is above any other."""
    value, typical = fact.value, fact.typical
    if isinstance(value, float) and isinstance(typical, float):
        return "below" if value < typical else "above"
    return "above"


def _general(lies: str, what: Descriptor, value: str, typical: str) -> str:
    told = {"fact": what.label, "value": value, "typical": typical}
    if lies == "equal":
        return _("{fact}: {value}, as for most borderline clients.", **told)
    if what.category or what.unit in {"flag", "days"}:
        # "Higher" is no word for a kind, or for how long ago something was.
        return _("{fact}: {value}; borderline clients: {typical}.", **told)
    if lies == "above":
        return _(
            "{fact}: {value}, higher than for borderline clients ({typical}).", **told
        )
    return _("{fact}: {value}, lower than for borderline clients ({typical}).", **told)
