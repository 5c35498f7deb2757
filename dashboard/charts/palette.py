"""Colours that hold on light and dark ground and for colour-blind readers.

Blue and orange differ in every common form of colour blindness, and both have a
contrast of at least 3:1 on the light and on the dark ground of the theme.
"""

from __future__ import annotations

LOWERS = "#2E7EB8"
RAISES = "#CF6A12"
NEUTRAL = "#7A8696"
SIMILAR = "#8A5FBF"
GRID = "rgba(122, 134, 150, 0.25)"
LOWERS_ZONE = "rgba(46, 126, 184, 0.22)"
RAISES_ZONE = "rgba(207, 106, 18, 0.22)"
UNSURE_ZONE = "rgba(122, 134, 150, 0.40)"
# From pale to dark: read by brightness, so no colour needs to be told apart.
VALUES = [[0.0, "#F0C27B"], [0.5, "#C46A4A"], [1.0, "#3B1F5B"]]
