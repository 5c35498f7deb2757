"""The one way to the scoring API: how it is asked, what it answers, what is kept."""
