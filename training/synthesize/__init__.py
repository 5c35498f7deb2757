"""Invented clients with the layout, the gaps and the sentinels of the real tables.

Every number is a rounded aggregate; no row of real data is reproduced.
"""

from training.synthesize.any_layout import synthesize_layout
from training.synthesize.generate import synthesize

__all__ = ["synthesize", "synthesize_layout"]
