"""What a lender's policy says: its facts, its rules, what is new in it."""
