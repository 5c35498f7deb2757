"""From features to a chosen, calibrated model and its threshold."""
