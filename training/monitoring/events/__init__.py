"""The API's events, taken in and counted."""
