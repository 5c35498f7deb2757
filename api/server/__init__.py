"""How the API is served: gunicorn, and nginx in front of it."""
