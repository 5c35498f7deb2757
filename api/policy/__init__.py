"""The lender's rules: which are active, what they are given, what is recommended."""
