"""The slides' titles, in English and in French."""

from __future__ import annotations

TITLES: dict[str, tuple[str, str]] = {
    "cover": (
        "Prêt à dépenser: credit scoring that can say why",
        "Prêt à dépenser : un score de crédit qui sait s'expliquer",
    ),
    "problem": ("The problem", "Le problème"),
    "data": ("The data", "Les données"),
    "features": ("The features", "Les variables"),
    "feature": (
        "{label}: repaid and defaulted",
        "{label} : remboursés et défauts",
    ),
    "method": ("The method", "La méthode"),
    "ladder": ("Results of the ladder", "Résultats de l'échelle"),
    "ladder_chart": (
        "Is the difference larger than chance?",
        "La différence dépasse-t-elle le hasard ?",
    ),
    "variants": ("What each change brought", "Ce que chaque variante a apporté"),
    "cost": ("The cost of a threshold", "Le coût d'un seuil"),
    "ranking": ("How well it ranks", "Comment il classe"),
    "calibration": (
        "Does 10 % mean 10 %?",
        "10 % veut-il dire 10 % ?",
    ),
    "gates": ("Gates before promotion", "Contrôles avant la promotion"),
    "fairness": ("Between groups of people", "Entre groupes de personnes"),
    "importance": ("What weighs most, on the whole", "Ce qui pèse le plus, en général"),
    "beeswarm": ("In which direction", "Dans quel sens"),
    "local": ("What weighed for one applicant", "Ce qui a pesé pour un demandeur"),
    "reasons": ("What the applicant is told", "Ce qui est dit au demandeur"),
    "mlflow_runs": ("MLflow: the campaign's runs", "MLflow : les runs de la campagne"),
    "mlflow_run": ("MLflow: the chosen run", "MLflow : le run retenu"),
    "mlflow_model": (
        "MLflow: the registered version",
        "MLflow : la version enregistrée",
    ),
    "house": ("From raw tables to a decision", "Des tables brutes à une décision"),
    "delivery": ("Integration and delivery", "Intégration et livraison"),
    "tests_title": ("The tests", "Les tests"),
    "drift": (
        "Drift: training against application_test",
        "Dérive : entraînement contre application_test",
    ),
    "conclusion": ("What the drift means", "Ce que signifie la dérive"),
    "api": ("A client scored by the API", "Un client scoré par l'API"),
    "dashboard": ("The dashboard", "Le tableau de bord"),
    "limits": ("Limits", "Limites"),
}
