"""What computes margins and contributions: trees, or a table of points."""
