"""An alert's life, its words and its delivery."""
