"""What a lender's policy means: read, evaluated, and a recommendation made of it.

API and training both have it: the one piece of code that two parts share, as a policy
that was tried must be the policy that decides.
"""
