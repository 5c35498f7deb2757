"""The database: its tables, and one module for what is kept in each."""
