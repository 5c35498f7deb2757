"""The bundle: read whole, checked, immutable."""
