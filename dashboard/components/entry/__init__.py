"""The form in which a new applicant is entered."""
