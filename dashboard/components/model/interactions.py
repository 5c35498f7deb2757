"""What two facts say together that neither says alone."""

from __future__ import annotations

from api_client.answers import ModelAnswer
from charts import model_errors as charts
from components import say
from components.layout import chart
from components.model.inspected import inspected
from session.language import _
from texts import inspection as words
from texts.formats import decimal, percent

SHOWN = 10


def interactions(model: ModelAnswer) -> None:
    found = inspected(model, "interactions")
    if found is None:
        return
    pairs = found.interactions
    names = [
        f"{model.describe(one.first).label} × {model.describe(one.second).label}"
        for one in pairs
    ]
    sentence = words.interactions_text(pairs, names)
    if not pairs or pairs[0].strength == 0:
        say.caption(sentence)
        return
    rows = [
        [name, decimal(one.strength, 4), percent(one.share, 2)]
        for name, one in zip(names, pairs, strict=True)
    ]
    headers = [_("Two facts"), _("Together (log-odds)"), _("Share of what both move")]
    chart(
        charts.interactions(names[:SHOWN], [one.strength for one in pairs[:SHOWN]]),
        "interactions",
        sentence,
        lambda: (headers, rows),
    )
