"""Who is scored: known by an import, or entered here."""
