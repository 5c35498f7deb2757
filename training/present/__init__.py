"""The defence deck: slides made from a run in MLflow and its bundle."""

from training.present.present import present

__all__ = ["present"]
