"""Files as they come: where a table is, how it is written, why it cannot be read."""
