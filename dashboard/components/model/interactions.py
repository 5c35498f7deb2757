"""What two facts say together that neither says alone."""

from __future__ import annotations

from api_client.answers import ModelAnswer
from charts import model_errors as charts
from charts.axes import shortened
from components import say
from components.layout import chart
from components.model.inspected import inspected
from session.language import _
from texts import inspection as words
from texts.formats import decimal, percent

SHOWN = 10
# Of each name, that both can be read on a telephone.
HALF = 20


def interactions(model: ModelAnswer) -> None:
    found = inspected(model, "interactions")
    if found is None:
        return
    pairs = found.interactions
    labels = [
        (model.describe(one.first).label, model.describe(one.second).label)
        for one in pairs
    ]
    names = [f"{first} × {second}" for first, second in labels]
    short = [
        f"{shortened(first, HALF)} × {shortened(second, HALF)}"
        for first, second in labels[:SHOWN]
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
        charts.interactions(short, [one.strength for one in pairs[:SHOWN]]),
        "interactions",
        sentence,
        lambda: (headers, rows),
    )
