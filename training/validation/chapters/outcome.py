"""What the gates said, and who has signed."""

from __future__ import annotations

from training.bundle.card import signed
from training.language import _
from training.validation.document import Chapter, Gap, of_gate
from training.validation.evidence import Evidence


def gates(evidence: Evidence) -> Chapter:
    """Every gate that the version was put to."""
    line = _(
        "A version that does not pass becomes the champion only with a reason, which"
        " stands beside the gate."
    )
    tests = [of_gate(gate) for gate in evidence.gates]
    return Chapter("gates", _("Results of the gates"), [line], tests=tests)


def signatures(evidence: Evidence) -> Chapter:
    """Who checked this very version, refusals too."""
    gaps = []
    if not evidence.signatures:
        gaps.append(
            Gap(
                _("Nobody but who trained it has checked this version."),
                _(
                    "Somebody else checks it, then: training sign VERSION --as NAME"
                    " --verdict accepted --validation FOLDER."
                ),
            )
        )
    return Chapter("signatures", _("Signatures"), signed(evidence.manifest), gaps=gaps)
