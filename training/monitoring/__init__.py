"""Whether the population still is the one that the model learned from."""
