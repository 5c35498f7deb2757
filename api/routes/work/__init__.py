"""The day's work: applications entered here, what waits, what came to stand."""
