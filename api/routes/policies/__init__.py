"""The lender's policies."""
