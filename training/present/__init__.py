"""The defence deck: slides made from a run in MLflow and its bundle."""
