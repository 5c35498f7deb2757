"""The layout: a lender's raw tables, declared, and how they are read."""
