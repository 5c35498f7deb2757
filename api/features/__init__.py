"""Features of one applicant: stored, revised or computed."""
