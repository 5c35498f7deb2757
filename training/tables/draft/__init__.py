"""Draft a lender.yaml from files that nothing is known of."""
