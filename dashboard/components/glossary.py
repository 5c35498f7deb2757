"""What the words of monitoring mean, for whoever did not study statistics."""

from __future__ import annotations

import streamlit as st

from components import markup
from session.language import _, mark

TERMS = {
    mark("Reference"): mark("The clients that the model learnt from."),
    mark("Standard deviation"): mark(
        "The usual spread of a number between clients. 0.2 of it is a small move, 0.5 "
        "a clear one, 1 a large one."
    ),
    mark("Distance"): mark(
        "How far a fact has moved between two groups of clients; from 0.1 it is worth "
        "a look. Numbers are measured in standard deviations (Wasserstein), "
        "categories by their shares, from 0 to 0.83 (Jensen-Shannon)."
    ),
    mark("PSI"): mark(
        "Population stability index: another measure of the same. Below 0.1 counts as "
        "stable, above 0.25 as changed."
    ),
    mark("p"): mark(
        "How often chance alone would bring such a difference if nothing had changed. "
        "1e-06 is once in a million."
    ),
    mark("AUC, Gini"): mark(
        "How well the model ranks clients. AUC is how often a client who defaults is "
        "ranked above one who repays: 0.5 is a coin toss, 1 is perfect. Gini is the "
        "same on a scale from 0 to 1."
    ),
    mark("Cost per decision"): mark(
        "What wrong decisions cost on average: a loan granted and not repaid, or a "
        "good client refused, in the units that the model page gives."
    ),
    mark("Challenger"): mark(
        "Another model, which scores the same clients without deciding on any."
    ),
}


def glossary() -> None:
    with st.expander(_("What the words mean"), key="glossary"):
        st.html(markup.terms([(_(name), _(text)) for name, text in TERMS.items()]))
