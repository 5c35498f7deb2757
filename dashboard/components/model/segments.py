"""How good the model is for clients who are chosen by what they have."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from api_client.answers import ModelAnswer, SegmentAnswer, SegmentMeasures
from api_client.cache import importance_of, segment_of, spread_of
from api_client.errors import ApiError, NotFound, Refused
from charts import lending
from components import markup, say
from components.error_panel import show_error
from components.layout import card
from session.language import _
from texts.formats import decimal, percent, value_text, whole
from texts.metrics import per

MOST_FACTS = 5
Filter = dict[str, object]


@st.fragment
def segments(model: ModelAnswer) -> None:
    say.caption(
        _(
            "Choose facts and their values: the measures are of the clients of the "
            "model's sample who have all of them, always by a model that had not seen "
            "the client."
        )
    )
    facts = st.multiselect(
        _("Facts"),
        [one.feature for one in importance_of(model).features],
        format_func=lambda one: model.describe(one).label,
        max_selections=MOST_FACTS,
        key="segment_facts",
        placeholder=_("Choose facts"),
    )
    filters = [one for fact in facts if (one := _filter(fact, model))]
    threshold = _threshold(model)
    try:
        with st.spinner(_("Fetching…")):
            found = segment_of(model, filters, threshold)
    except Refused:
        say.warning(
            _("Fewer than 50 clients of the sample are like that: choose more values.")
        )
    except NotFound:
        say.caption(
            _(
                "The model that serves came without this: one that is trained and "
                "exported now has it."
            )
        )
    except ApiError as error:
        show_error(error, "segments_again")
    else:
        _measures(found, model)


def _filter(fact: str, model: ModelAnswer) -> Filter | None:
    """What is asked of a fact; None where any value will do."""
    feature = model.describe(fact)
    try:
        spread = spread_of(fact, model)
    except NotFound:
        say.info(_("The model keeps no spread of this fact. Choose another one."))
        return None
    with card(f"segment_{fact}"):
        if st.checkbox(
            _("“{fact}” is not given", fact=say.literal(feature.label)),
            key=f"segment_missing_{fact}",
        ):
            return {"feature": fact, "missing": True}
        if spread.categories:
            chosen = st.multiselect(
                _("“{fact}” is one of", fact=say.literal(feature.label)),
                list(spread.categories),
                format_func=lambda one: say.literal(value_text(one, feature)),
                key=f"segment_among_{fact}",
                placeholder=_("Choose values"),
            )
            return {"feature": fact, "among": chosen} if chosen else None
        edges = list(spread.edges or ())
        places = list(range(len(edges)))
        ends = st.select_slider(
            _("“{fact}” is from … to …", fact=say.literal(feature.label)),
            places,
            value=(places[0], places[-1]),
            format_func=lambda at: say.literal(value_text(edges[at], feature)),
            key=f"segment_between_{fact}",
        )
        return _between(fact, edges, ends)


def _between(fact: str, edges: list[float], ends: object) -> Filter | None:
    """The outermost edges are open: beyond them the histogram has no bin either."""
    low, high = ends if isinstance(ends, tuple) else (0, len(edges) - 1)
    first = edges[low] if low > 0 else None
    last = edges[high] if high < len(edges) - 1 else None
    if first is None and last is None:
        return None
    return {"feature": fact, "between": [first, last]}


def _threshold(model: ModelAnswer) -> float:
    points = lending.points(model.metrics.cost_curve)
    if not points:
        return model.threshold
    place = st.select_slider(
        _("Limit on the risk of default"),
        list(range(len(points))),
        value=lending.nearest(points, model.threshold),
        format_func=lambda at: say.literal(percent(points[at].limit, 2)),
        key=f"segment_limit_{model.bundle_sha256}",
    )
    return points[int(str(place))].limit


def _measures(found: SegmentAnswer, model: ModelAnswer) -> None:
    parts: Mapping[str, SegmentMeasures] = {
        _("These clients"): found.segment,
        _("All of the sample"): found.all,
    }
    columns = [_told(one, model) for one in parts.values()]
    rows = [
        [name, *(column[at][1] for column in columns)]
        for at, (name, _value) in enumerate(columns[0])
    ]
    caption = _("Measures at the limit {limit}", limit=percent(found.threshold, 2))
    st.html(markup.table([_("Measure"), *parts], rows, caption))


def _told(one: SegmentMeasures, model: ModelAnswer) -> list[tuple[str, str]]:
    score, ranked = one.business_score, one.auc
    return [
        (_("Clients"), whole(one.clients)),
        (_("Share that defaulted"), percent(one.default_rate)),
        (_("Risk stated"), percent(one.stated_risk)),
        (_("Granted"), percent(one.approval_rate)),
        (
            _("Cost {per}", per=per(model)),
            "–" if score is None else decimal(score, 3),
        ),
        (_("Ranking (AUC)"), "–" if ranked is None else decimal(ranked, 3)),
        (_("Rightly granted: they repaid"), whole(one.granted_repaid)),
        (_("Wrongly granted: they defaulted"), whole(one.granted_defaulted)),
        (_("Wrongly refused: they repaid"), whole(one.refused_repaid)),
        (_("Rightly refused: they defaulted"), whole(one.refused_defaulted)),
    ]
