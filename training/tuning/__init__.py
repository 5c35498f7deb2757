"""Which model, which parameters, which features."""
