"""MLflow: runs, model versions and their aliases."""
