"""Where a client stands on the work list: the states, and how places order them.

A place begins with the digit of the state, then has what orders within it, and ends
with since when.
"""

from __future__ import annotations

CONTESTED, SECOND_SIGNATURE, MISSING = "contested", "second", "evidence"
REFERRED, OPEN, DRAFT, DONE = "referred", "open", "draft", "done"
# Each state's digit, in the order of the list.
STATES = (CONTESTED, SECOND_SIGNATURE, MISSING, REFERRED, OPEN, DRAFT, DONE)
DIGITS = {state: str(digit) for digit, state in enumerate(STATES, 1)}
# Of what nobody has signed yet: decided again it waits as long as before.
UNSIGNED = (MISSING, REFERRED, OPEN)
# Of what somebody did, which no decision after it moves.
ACTED = (CONTESTED, SECOND_SIGNATURE)
# Of a place: the parts stand between bars, and nothing in one is after this.
LAST = "~"
# How long a moment is, with which a place ends.
MOMENT = 27
BORDERLINE, CLEAR = "0", "1"
TURNED = str.maketrans("0123456789", "9876543210")


def place_of(state: str, since: str, between: str | None = None) -> str:
    """Done ones are newest first: their digits are turned round."""
    since = since.translate(TURNED) if state == DONE else since
    return "|".join(filter(None, (DIGITS[state], between, since)))
