"""What is asked of a new applicant, and what is read of the answers."""
