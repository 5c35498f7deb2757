"""Every text of the deck, in English and in French; numbers are put in later."""

from __future__ import annotations

from training.present.titles import TITLES

TEXTS: dict[str, tuple[str, str]] = TITLES | {
    "cover_line": (
        "Model {name}, version {version}, of {date}",
        "Modèle {name}, version {version}, du {date}",
    ),
    "cover_source": (
        "Every number of these slides was read from MLflow run {run} and its bundle"
        " when they were made.",
        "Chaque nombre de ces pages a été lu dans le run MLflow {run} et dans son"
        " paquet lorsqu'elles ont été produites.",
    ),
    "problem_1": (
        "The lender serves people with little or no credit history. Who will repay has"
        " to be estimated from the application, from other lenders' records and from"
        " earlier loans here.",
        "Le prêteur s'adresse à des personnes ayant peu ou pas d'historique de crédit."
        " Il faut estimer qui remboursera d'après la demande, les données d'autres"
        " prêteurs et les prêts antérieurs.",
    ),
    "problem_2": (
        "{default_rate} of the clients of the past defaulted. A default that is granted"
        " costs {false_negative}, a good client refused costs {false_positive}:"
        " accuracy would be the wrong aim.",
        "{default_rate} des clients passés ont fait défaut. Un défaut accordé coûte"
        " {false_negative}, un bon client refusé {false_positive} : l'exactitude"
        " serait un mauvais objectif.",
    ),
    "problem_3": (
        "A refusal must be explained to the applicant's face, and a person may overrule"
        " it.",
        "Un refus doit être expliqué au demandeur, en face, et une personne peut"
        " passer outre.",
    ),
    "problem_4": (
        "Three parts answer this: a model chosen by business cost, an API that decides,"
        " explains and records, and a dashboard for those who talk to the clients.",
        "Trois parties y répondent : un modèle choisi par le coût métier, une API qui"
        " décide, explique et consigne, et un tableau de bord pour ceux qui parlent"
        " aux clients.",
    ),
    "data_1": (
        "{clients} clients with a known outcome, {default_rate} of whom defaulted.",
        "{clients} clients à l'issue connue, dont {default_rate} ont fait défaut.",
    ),
    "data_2": (
        "Data fingerprint {fingerprint}: the same data give the same one.",
        "Empreinte des données {fingerprint} : les mêmes données donnent la même.",
    ),
    "auc_short": ("AUC, out of fold", "AUC, hors pli"),
    "table": ("table", "table"),
    "columns": ("columns", "colonnes"),
    "inputs": ("model inputs", "entrées du modèle"),
    "features_1": (
        "{features} inputs, {history} of which sum up a client's past in six history"
        " tables.",
        "{features} entrées ; {history} variables résument le passé du client dans six"
        " tables d'historique.",
    ),
    "features_2": (
        "Each is defined once. Training and the API run the same SQL, and tests hold"
        " their numbers equal.",
        "Chacune est définie une seule fois. L'entraînement et l'API exécutent le même"
        " SQL, et des tests tiennent leurs nombres égaux.",
    ),
    "features_3": (
        "Missing stays missing: never 0, never a mean. Codes such as 365243 or XNA"
        " count as missing.",
        "L'absent reste absent : ni 0 ni moyenne. Les codes tels que 365243 ou XNA"
        " comptent comme absents.",
    ),
    "features_4": (
        "Gender and family status are no inputs; they are kept for the audit.",
        "Le sexe et la situation familiale ne sont pas des entrées ; ils servent à"
        " l'audit.",
    ),
    "features_4_protected": (
        "Gender and family status are inputs of this model, which had to be asked for.",
        "Le sexe et la situation familiale sont des entrées de ce modèle, sur demande"
        " expresse.",
    ),
    "repaid": ("repaid", "remboursé"),
    "defaulted": ("defaulted", "défaut"),
    "share_of_clients": ("share of clients", "part des clients"),
    "method_1": (
        "Five stratified folds. Every figure is out of fold: of clients that the model"
        " had not seen.",
        "Cinq plis stratifiés. Chaque chiffre est hors pli : sur des clients que le"
        " modèle n'avait pas vus.",
    ),
    "method_2": (
        "A ladder from a dummy over logistic regression to gradient boosting; a rung"
        " must earn its place.",
        "Une échelle : du modèle factice à la régression logistique puis au gradient"
        " boosting ; chaque échelon doit se justifier.",
    ),
    "method_3": (
        "Models, parameters and threshold are chosen by business score: (cost of"
        " granted defaults + cost of good clients refused) / clients.",
        "Modèles, paramètres et seuil sont choisis par le score métier : (coût des"
        " défauts accordés + coût des bons clients refusés) / clients.",
    ),
    "method_4": (
        "The margin is mapped to a probability by a monotone curve fitted out of fold,"
        " so that the threshold can be read as a chance.",
        "La marge devient une probabilité par une courbe monotone ajustée hors pli ;"
        " le seuil se lit donc comme une chance.",
    ),
    "method_5": (
        "Budget “{budget}”: {runs} runs in MLflow. Code at commit {commit}.",
        "Budget « {budget} » : {runs} runs dans MLflow. Code au commit {commit}.",
    ),
    "model": ("model", "modèle"),
    "business_score": ("business score", "score métier"),
    "cost_per_client": ("cost per client", "coût par client"),
    "recall": ("recall", "rappel"),
    "refused": ("refused", "refusés"),
    "gap": ("train gap", "écart d'app."),
    "chosen_model": (
        "Chosen: {model}. One standard error each way; recall at each model's own"
        " threshold.",
        "Choisi : {model}. Plus ou moins une erreur type ; rappel au seuil propre à"
        " chaque modèle.",
    ),
    "variant": ("change", "variante"),
    "base": ("over", "par rapport à"),
    "pays": ("pays", "utile"),
    "yes": ("yes", "oui"),
    "no": ("no", "non"),
    "variants_shown": (
        "The {shown} with the largest effect, of {all}; below 0 it costs less.",
        "Les {shown} plus grands effets sur {all} ; sous 0, le coût baisse.",
    ),
    "threshold": ("threshold", "seuil"),
    "nine_in_ten": ("nine in ten resamples", "neuf rééchantillons sur dix"),
    "chosen": ("chosen", "choisi"),
    "in_theory": ("with true probabilities", "si les probabilités sont vraies"),
    "cost_1": (
        "Threshold {threshold}; nine in ten resamples put it between {low} and {high}."
        " With true probabilities it is {even}.",
        "Seuil {threshold} ; neuf rééchantillons sur dix le placent entre {low} et"
        " {high}. Si les probabilités sont vraies, il vaut {even}.",
    ),
    "cost_2": (
        "Cost per client {cost}; granting everyone costs {everyone}.",
        "Coût par client {cost} ; tout accorder coûte {everyone}.",
    ),
    "cost_3": (
        "It refuses {refused} of clients, and {recall} of those who default.",
        "Il refuse {refused} des clients, et {recall} de ceux qui font défaut.",
    ),
    "predicted": (
        "predicted probability of default",
        "probabilité de défaut prédite",
    ),
    "observed": ("observed default rate", "taux de défaut observé"),
    "calibration_1": (
        "Mean gap between predicted and observed rate, over bins of as many clients"
        " each: {ece}.",
        "Écart moyen entre taux prédit et observé, sur des classes de même effectif :"
        " {ece}.",
    ),
    "calibration_2": (
        "Brier score {brier}. The map from margin to probability: slope {slope},"
        " intercept {intercept}.",
        "Score de Brier {brier}. Passage de la marge à la probabilité : pente {slope},"
        " ordonnée {intercept}.",
    ),
    "calibration_3": (
        "Bars are 95 % intervals of the observed rate.",
        "Les barres sont des intervalles à 95 % du taux observé.",
    ),
    "ranking_said": (
        "AUC {auc} over folds, average precision {precision}, KS {ks}.",
        "AUC {auc} sur les plis, précision moyenne {precision}, KS {ks}.",
    ),
    "gate": ("gate", "contrôle"),
    "found": ("found", "trouvé"),
    "limit": ("limit", "limite"),
    "passed": ("passed", "passé"),
    "gates_said": (
        "{passed} of {all} gates passed. A model that fails one is promoted only with a"
        " reason, which is kept.",
        "{passed} contrôles passés sur {all}. Un modèle qui échoue n'est promu qu'avec"
        " un motif, qui est conservé.",
    ),
    "group": ("group", "groupe"),
    "clients": ("clients", "clients"),
    "default_rate": ("default rate", "taux de défaut"),
    "granted": ("granted", "accordés"),
    "granted_good": ("granted of repayers", "accordés, bons payeurs"),
    "fairness_said": (
        "Lowest over highest approval rate: {ratios}.",
        "Taux d'accord le plus bas sur le plus haut : {ratios}.",
    ),
    "mean_contribution": (
        "mean absolute contribution (log-odds)",
        "contribution absolue moyenne (log-cotes)",
    ),
    "contribution": ("contribution (log-odds)", "contribution (log-cotes)"),
    "lowest": ("lowest", "minimum"),
    "highest": ("highest", "maximum"),
    "beeswarm_said": (
        "A dot is one of {rows} sampled clients, without a name; grey where the value"
        " is missing. Right raises the risk, left lowers it.",
        "Un point est l'un des {rows} clients tirés, sans nom ; gris si la valeur"
        " manque. À droite le risque monte, à gauche il baisse.",
    ),
    "local_1": (
        "An invented applicant: nobody real. Probability of default {probability},"
        " limit {threshold}: {decision}.",
        "Un demandeur inventé : personne de réel. Probabilité de défaut {probability},"
        " limite {threshold} : {decision}.",
    ),
    "local_2": (
        "Base {base} plus all {count} contributions gives the margin {margin}; the"
        " rest, beyond those shown, is {rest}.",
        "La base {base} plus les {count} contributions donne la marge {margin} ; le"
        " reste, au-delà de celles montrées, vaut {rest}.",
    ),
    "decision_refused": ("refused", "refusé"),
    "decision_granted": ("granted", "accordé"),
    "reasons_said": (
        "Contributions are summed by reason; each sum becomes a sentence that an"
        " adviser can say and a letter repeats.",
        "Les contributions sont sommées par motif ; chaque somme devient une phrase que"
        " le conseiller peut dire et que le courrier répète.",
    ),
    "reason_line": ("{code} ({value}): {text}", "{code} ({value}) : {text}"),
    "house_raw": ("raw tables", "tables brutes"),
    "house_features": ("features\none definition", "variables\nune définition"),
    "house_models": ("models\ngates", "modèles\ncontrôles"),
    "house_mlflow": ("MLflow\nregistry", "MLflow\nregistre"),
    "house_bundle": ("bundle\nhashed, no code", "paquet\nhaché, sans code"),
    "house_api": ("API\ndecides, explains", "API\ndécide, explique"),
    "house_store": ("events\nhash chain", "événements\nchaîne de hachage"),
    "house_dashboard": ("dashboard\nofficers, analysts", "tableau de bord"),
    "house_monitoring": ("monitoring\nalerts", "surveillance\nalertes"),
    "house_said": (
        "The parts share data, never code; each installs from its own hash-locked list"
        " and deploys alone.",
        "Les parties partagent des données, jamais du code ; chacune s'installe depuis"
        " sa propre liste figée et se déploie seule.",
    ),
    "delivery_1": (
        "Every change: format, types, import rules, every test; each part alone on"
        " three versions of Python; known weaknesses and a bill of materials.",
        "À chaque changement : format, types, règles d'import, tous les tests ; chaque"
        " partie seule sur trois versions de Python ; failles connues et nomenclature.",
    ),
    "delivery_2": (
        "Release: build the image, deploy to a staging slot, ask it for a real"
        " decision, swap, ask again, swap back when that fails. No stored secret.",
        "Mise en production : image, emplacement de préproduction, une vraie décision"
        " demandée, bascule, nouvelle demande, retour arrière en cas d'échec. Aucun"
        " secret stocké.",
    ),
    "delivery_3": (
        "Training on a schedule: a challenger is trained, put to the gates and kept"
        " beside the champion until someone promotes it.",
        "Entraînement planifié : un challenger est entraîné, contrôlé et gardé à côté"
        " du champion jusqu'à ce que quelqu'un le promeuve.",
    ),
    "delivery_4": (
        "Monitoring every hour: windows of decisions and outcomes against the"
        " reference, reports and alerts to the dashboard.",
        "Surveillance chaque heure : fenêtres de décisions et d'issues comparées à la"
        " référence, rapports et alertes au tableau de bord.",
    ),
    "part": ("part", "partie"),
    "files": ("files", "fichiers"),
    "tests": ("tests", "tests"),
    "tests_1": (
        "Real SQLite, real PostgreSQL, real gunicorn, a real browser: fakes only where"
        " a part is tested alone.",
        "De vrais SQLite, PostgreSQL, gunicorn et navigateur : des doublures seulement"
        " là où une partie est testée seule.",
    ),
    "tests_2": (
        "Contracts between the parts: the API loads what training exports, and gives"
        " the same features and the same probability.",
        "Contrats entre les parties : l'API charge ce que l'entraînement exporte et"
        " donne les mêmes variables et la même probabilité.",
    ),
    "tests_3": (
        "Counted in the source: a parametrised test is one here and several when run.",
        "Compté dans le code source : un test paramétré compte pour un ici, pour"
        " plusieurs à l'exécution.",
    ),
    "drift_column": ("column", "colonne"),
    "drift_importance": ("importance", "importance"),
    "drift_distance": ("distance", "distance"),
    "drift_what": ("what", "mesure"),
    "drift_before": ("training", "entraînement"),
    "drift_after": ("now", "maintenant"),
    "drift_missing": ("missing", "absents"),
    "drift_shown": (
        "Of the columns that drifted, the {shown} that matter most.",
        "Des colonnes qui ont dérivé, les {shown} qui comptent le plus.",
    ),
    "conclusion_quoted": (
        "The report concludes:",
        "Le rapport conclut (en anglais, tel qu'il est servi) :",
    ),
    "api_1": (
        "POST /v1/predictions with the invented applicant's raw records: {records} rows"
        " of {tables} tables.",
        "POST /v1/predictions avec les données brutes du demandeur inventé : {records}"
        " lignes de {tables} tables.",
    ),
    "api_2": (
        "Decision: {decision}, probability {probability} against a limit of"
        " {threshold}.",
        "Décision : {decision}, probabilité {probability} pour une limite de"
        " {threshold}.",
    ),
    "api_3": (
        "Training's own probability for the same applicant: {own}. Difference:"
        " {difference}.",
        "Probabilité calculée par l'entraînement pour le même demandeur : {own}."
        " Différence : {difference}.",
    ),
    "api_4": (
        "Model version {version}, bundle {bundle}; stored as prediction {prediction}"
        " before it was answered.",
        "Modèle version {version}, paquet {bundle} ; enregistré comme prédiction"
        " {prediction} avant d'être renvoyé.",
    ),
    "limits_1": (
        "Learned from clients who were granted a loan: how refused ones would have"
        " repaid is unknown.",
        "Appris de clients à qui un prêt fut accordé : on ignore comment les refusés"
        " auraient remboursé.",
    ),
    "limits_2": (
        "Outcomes of one lender and one time. Drift is watched, and asks for a new"
        " campaign.",
        "Issues d'un seul prêteur et d'une seule époque. La dérive est surveillée et"
        " appelle une nouvelle campagne.",
    ),
    "limits_3": (
        "A reason says what moved the estimate, not what causes default.",
        "Un motif dit ce qui a déplacé l'estimation, non ce qui cause le défaut.",
    ),
    "limits_4": (
        "It ranks worst in {segment} (AUC {auc}, {clients} clients).",
        "Il classe le moins bien dans {segment} (AUC {auc}, {clients} clients).",
    ),
    "limits_5": (
        "What {clients} clients can show: the threshold lies anywhere between {low} and"
        " {high}.",
        "Ce que {clients} clients peuvent montrer : le seuil est quelque part entre"
        " {low} et {high}.",
    ),
    "limits_6": (
        "A person decides in the end: the score proposes, officers confirm or override,"
        " and the applicant may ask for that.",
        "Une personne décide à la fin : le score propose, le conseiller confirme ou"
        " passe outre, et le demandeur peut l'exiger.",
    ),
    "source_bundle": (
        "Source: bundle of version {version}, {file}",
        "Source : paquet de la version {version}, {file}",
    ),
    "source_mlflow": ("Source: MLflow run {run}", "Source : run MLflow {run}"),
    "source_design": (
        "Source: the project's documents and workflows",
        "Source : documents et workflows du projet",
    ),
    "source_live": ("Source: {url}, asked live", "Source : {url}, interrogé en direct"),
}
