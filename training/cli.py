"""`python -m training`: one command per stage, one clear line when it fails."""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from training.errors import TrainingError

if TYPE_CHECKING:
    from training.features.engines import Engine
    from training.models.cost import Costs

DATA_HELP = "folder with the raw tables, as Kaggle names them"


def progress(message: str) -> None:
    """Say on standard error how far the work is."""
    sys.stderr.write(f"  {message}\n")
    sys.stderr.flush()


def say(message: str) -> None:
    """Say the result on standard output."""
    sys.stdout.write(f"{message}\n")


def synthesize(options: argparse.Namespace) -> None:
    from training.synthesize import synthesize as make

    make(
        options.clients,
        options.out,
        file_format=options.format,
        seed=options.seed,
        progress=progress,
    )
    say(f"{options.out}: {options.clients:,} labelled clients and their test clients")


def engine(options: argparse.Namespace) -> Engine:
    """What runs the feature stages, as the options say."""
    from training.features.engines.embedded import DuckDB
    from training.features.engines.spark import Spark

    if options.engine == Spark.name:
        return Spark(options.spark_master, options.memory_limit)
    return DuckDB(options.memory_limit)


def features(options: argparse.Namespace) -> None:
    from training.features.build import build
    from training.features.catalogue import describe
    from training.features.sql import compile_features
    from training.tables import HISTORY_TABLES

    if options.describe:
        say(describe(compile_features(HISTORY_TABLES).features))
        return
    store, made = build(
        options.data,
        options.out,
        engine(options),
        protected=options.include_protected,
        progress=progress,
    )
    say(f"{store.features}: {len(made.features)} features")


def train(options: argparse.Namespace) -> None:
    from training.config import from_environment
    from training.features.build import build
    from training.models import report
    from training.models.campaign import run_campaign
    from training.models.ladder import BUDGETS, help_search
    from training.models.matrix import load_labelled
    from training.models.search import Place, study_beside
    from training.registry.store import open_registry

    costs, budget = _costs(options), BUDGETS[options.budget]
    uri = from_environment().tracking_uri
    place = Place.within(
        options.study or study_beside(uri), options.time_limit, options.jobs
    )
    store, made = build(
        options.data,
        options.features,
        engine(options),
        protected=options.include_protected,
        progress=progress,
    )
    if options.join:
        help_search(load_labelled(store, made), costs, budget, place, progress)
        return
    trained = run_campaign(
        open_registry(uri), store, made, costs, budget, place, progress=progress
    )
    for line in report.ladder_lines(trained.assessments):
        say(line)
    for line in report.variant_lines(trained.comparisons):
        say(line)
    say(report.threshold_line(trained.version, trained.chosen, costs))


def _costs(options: argparse.Namespace) -> Costs:
    from training.models.cost import Costs

    if options.cost_money:
        return Costs(options.loss_given_default, options.margin, by_amount=True)
    return Costs(options.cost_false_negative, options.cost_false_positive)


def ui(options: argparse.Namespace) -> None:
    from training.config import from_environment
    from training.registry.store import open_registry
    from training.registry.ui import serve_ui

    registry = open_registry(from_environment().tracking_uri)
    say(f"MLflow on http://127.0.0.1:{options.port}; Ctrl-C stops it")
    serve_ui(registry, options.port)


def promote(options: argparse.Namespace) -> None:
    from training.config import from_environment
    from training.gates.gate import table
    from training.registry.promote import promote as make_champion
    from training.registry.store import open_registry

    registry = open_registry(from_environment().tracking_uri)
    made = make_champion(registry, options.version, options.override)
    say(table(made.gates))
    over = f", over gates: {made.override}" if made.override else ""
    say(f"version {made.version} is the champion{over}")


def export(options: argparse.Namespace) -> None:
    from training.bundle.card import CARD
    from training.bundle.champion import load_champion
    from training.bundle.export import export_bundle, export_clients
    from training.config import from_environment
    from training.features.build import FeatureStore
    from training.files import replacing
    from training.registry.store import open_registry

    registry = open_registry(from_environment().tracking_uri)
    manifest = export_bundle(
        registry, options.out, drift=options.drift, version=options.version
    )
    say(f"{options.out}: model version {manifest['model']['version']}")
    if options.card:
        with replacing(options.card) as beside:
            shutil.copyfile(options.out / CARD, beside)
        say(f"{options.card}: model card")
    if options.clients:
        count = export_clients(
            FeatureStore(options.features),
            load_champion(registry, options.version),
            options.clients,
            progress=progress,
        )
        say(f"{options.clients}: {count:,} clients")


def score(options: argparse.Namespace) -> None:
    from training.bundle.champion import load_champion
    from training.config import from_environment
    from training.features.build import build
    from training.registry.store import open_registry
    from training.scoring import check_format, score_portfolio, submission

    check_format(options.out)
    registry = open_registry(from_environment().tracking_uri)
    champion = load_champion(registry, options.version)
    store, _ = build(
        options.data,
        options.features,
        engine(options),
        protected=champion.protected,
        progress=progress,
    )
    write = submission if options.submission else score_portfolio
    count = write(champion, store, options.out, progress=progress)
    say(f"{options.out}: {count:,} clients by model version {champion.version}")


def drift(options: argparse.Namespace) -> None:
    from training.errors import ConfigurationError
    from training.monitoring.drift import analyse
    from training.monitoring.reference import read_reference
    from training.monitoring.sides import arranged

    if (options.data is None) == (options.reference is None):
        raise ConfigurationError("drift: expected --data, or --reference and --current")
    if (options.reference is None) != (options.current is None):
        raise ConfigurationError("drift: --reference and --current go together")
    with ExitStack() as stack:
        folder = options.bundle
        if options.version:
            folder = stack.enter_context(_exported(options.version))
        data = options.data or stack.enter_context(
            arranged(options.reference, options.current)
        )
        conclusion = analyse(
            data,
            options.out,
            features=options.features,
            bundle=read_reference(folder) if folder else None,
            progress=progress,
        )
    say(f"{options.out / 'report.html'}: {conclusion}")


@contextmanager
def _exported(version: str) -> Iterator[Path]:
    """The bundle of a registered version, for a while."""
    from training.bundle.export import export_bundle
    from training.config import from_environment
    from training.registry.store import open_registry

    registry = open_registry(from_environment().tracking_uri)
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder, "bundle")
        export_bundle(registry, bundle, version=version)
        yield bundle


def monitor(options: argparse.Namespace) -> None:
    from training.config import from_environment
    from training.monitoring.monitor import monitor as watch

    watch(
        options.api,
        options.bundle,
        options.state,
        from_environment(),
        window=options.window,
        mature_days=options.mature_days,
        challenger=options.challenger,
        every=options.every,
        progress=progress,
    )


def simulate_drift(options: argparse.Namespace) -> None:
    from training.config import from_environment
    from training.monitoring.api_client import Api
    from training.monitoring.simulation import Drift, simulate

    done = simulate(
        Api(options.api.rstrip("/"), from_environment().api_key),
        options.data,
        Drift(options.kind, options.strength, options.column),
        options.events,
        seed=options.seed,
        progress=progress,
    )
    say(
        f"{options.kind} drift of strength {options.strength:g}: {done.decisions:,}"
        f" decisions, {done.refused:,} refused, {done.outcomes:,} outcomes"
    )


def present(options: argparse.Namespace) -> None:
    from training.config import from_environment
    from training.monitoring.api_client import Api
    from training.present import Live
    from training.present import present as make
    from training.registry.store import open_registry

    settings = from_environment()
    url = options.api and options.api.rstrip("/")
    api = Api(url, settings.api_key, patience=20) if url else None
    count = make(
        open_registry(settings.tracking_uri),
        options.bundle,
        options.out,
        options.lang,
        Live(
            api=api,
            dashboard=options.dashboard and options.dashboard.rstrip("/"),
            client=options.client,
            repository=options.repository and options.repository.rstrip("/"),
            cloud=options.cloud,
            tests=options.tests,
        ),
        progress=progress,
    )
    say(f"{options.out}: {count} slides")


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training", description="Train the credit-scoring model."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    made = _command(commands, synthesize, "make invented tables in Kaggle's layout")
    made.add_argument("--clients", type=int, required=True, help="labelled clients")
    made.add_argument("--out", type=Path, required=True, help="folder to write to")
    made.add_argument("--format", choices=("csv", "parquet"), default="csv")
    made.add_argument("--seed", type=int, default=0)

    made = _command(commands, features, "turn the raw tables into features")
    wanted = made.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--data", type=Path, help=DATA_HELP)
    wanted.add_argument(
        "--describe", action="store_true", help="print what every feature is"
    )
    made.add_argument("--out", type=Path, default=Path("var/features"))
    _engine_options(made)
    _protected_option(made)

    made = _command(commands, train, "compare models and register the best")
    made.add_argument("--data", type=Path, required=True, help=DATA_HELP)
    made.add_argument("--features", type=Path, default=Path("var/features"))
    _engine_options(made)
    _protected_option(made)
    made.add_argument(
        "--budget", choices=("quick", "standard", "full"), default="standard"
    )
    _cost_options(made)
    _search_options(made)

    made = _command(commands, ui, "show the recorded campaigns in a browser")
    made.add_argument("--port", type=int, default=5001)

    made = _command(commands, promote, "make a model version the champion")
    made.add_argument("--version", default="challenger", help="a number or an alias")
    made.add_argument(
        "--override",
        metavar="REASON",
        help="promote although gates are not passed; the reason is kept",
    )

    made = _command(commands, drift, "report what differs between train and test")
    made.add_argument("--data", type=Path, help=DATA_HELP)
    made.add_argument(
        "--reference",
        type=Path,
        help="instead of --data: a file like application_train",
    )
    made.add_argument(
        "--current", type=Path, help="with --reference: a file like application_test"
    )
    model = made.add_mutually_exclusive_group()
    model.add_argument(
        "--bundle", type=Path, help="compare this model's features and its score"
    )
    model.add_argument(
        "--version", help="the same of a registered model: its number or an alias"
    )
    made.add_argument("--features", type=Path, default=Path("var/features"))
    made.add_argument("--out", type=Path, default=Path("var/drift"))

    made = _command(commands, monitor, "watch the served model and raise alerts")
    made.add_argument("--api", required=True, help="the API's address")
    made.add_argument("--bundle", type=Path, default=Path("var/bundle"))
    made.add_argument("--state", type=Path, default=Path("var/monitor"))
    made.add_argument("--every", type=_positive, help="run again after minutes")
    made.add_argument("--window", type=int, default=500, help="decisions per window")
    made.add_argument(
        "--mature-days",
        type=int,
        default=0,
        help="outcomes count once their decision is so old",
    )
    made.add_argument(
        "--challenger", type=Path, help="a bundle to compare on the same events"
    )

    made = _command(commands, simulate_drift, "send the API clients that have drifted")
    made.add_argument("--api", required=True, help="the API's address")
    made.add_argument("--data", type=Path, required=True, help=DATA_HELP)
    made.add_argument(
        "--kind",
        choices=("covariate", "concept", "missingness", "category"),
        default="covariate",
    )
    made.add_argument("--strength", type=_share, default=0.5, help="from 0 to 1")
    made.add_argument("--events", type=int, default=2000)
    made.add_argument("--column", help="of the application; EXT_SOURCE_2 if numeric")
    made.add_argument("--seed", type=int, default=0)

    made = _command(commands, score, "score a whole portfolio with its reasons")
    made.add_argument("--data", type=Path, required=True, help=DATA_HELP)
    made.add_argument("--out", type=Path, required=True, help="CSV or Parquet file")
    made.add_argument("--features", type=Path, default=Path("var/portfolio"))
    _engine_options(made)
    made.add_argument("--version", default="champion", help="a number or an alias")
    made.add_argument(
        "--submission",
        action="store_true",
        help="Kaggle's format: SK_ID_CURR and TARGET of the test clients",
    )

    made = _command(commands, export, "write the bundle and the clients for the API")
    made.add_argument("--out", type=Path, default=Path("var/bundle"))
    made.add_argument("--clients", type=Path, help="also write this clients.parquet")
    made.add_argument("--features", type=Path, default=Path("var/features"))
    made.add_argument("--drift", type=Path, help="folder of a drift report to include")
    made.add_argument("--card", type=Path, help="also write the model card here")
    made.add_argument("--version", default="champion", help="a number or an alias")

    made = _command(commands, present, "make the slides of a bundle and its run")
    made.add_argument("--out", type=Path, required=True, help="a .pptx file")
    made.add_argument("--lang", choices=("en", "fr"), default="en")
    made.add_argument("--bundle", type=Path, default=Path("var/bundle"))
    made.add_argument(
        "--api",
        help="the API's address: it decides on an invented applicant and stores that",
    )
    made.add_argument("--dashboard", help="the dashboard's address, for a picture")
    made.add_argument(
        "--client",
        type=int,
        help="an invented client whom that picture may show; else the model's page",
    )
    made.add_argument("--repository", help="the code's address, for pictures")
    made.add_argument("--cloud", help="a deployment's address, for a picture")
    made.add_argument(
        "--tests", type=Path, help="the report of their run (pytest --junitxml)"
    )
    return parser


def _engine_options(parser: argparse.ArgumentParser) -> None:
    """How the features are made, the same for every command that makes them."""
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    parser.add_argument(
        "--spark-master", default="local[*]", help="such as spark://host:7077"
    )
    parser.add_argument("--memory-limit", help="the engine's limit, such as 4GB")


def _protected_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--include-protected",
        action="store_true",
        help="gender and family status become inputs; promotion then needs a reason",
    )


def _cost_options(parser: argparse.ArgumentParser) -> None:
    """What wrong decisions cost: each the same, or a share of the credit."""
    parser.add_argument(
        "--cost-false-negative",
        type=_positive,
        default=10.0,
        help="of granting a credit that defaults",
    )
    parser.add_argument(
        "--cost-false-positive",
        type=_positive,
        default=1.0,
        help="of refusing a credit that would be repaid",
    )
    parser.add_argument(
        "--cost-money",
        action="store_true",
        help="costs are shares of each client's AMT_CREDIT: the two options below",
    )
    parser.add_argument(
        "--loss-given-default",
        type=_positive,
        default=0.6,
        help="share of the credit that a default loses",
    )
    parser.add_argument(
        "--margin",
        type=_positive,
        default=0.06,
        help="share of the credit that a repaid one earns",
    )


def _search_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--study", help="database URL of the search; beside MLflow's when left out"
    )
    parser.add_argument(
        "--join",
        action="store_true",
        help="only help the search of a campaign with the same --study and options",
    )
    parser.add_argument(
        "--time-limit", type=_positive, help="minutes after which nothing new is tried"
    )
    parser.add_argument(
        "--jobs", type=int, default=-1, help="folds fitted at once; -1 is one per core"
    )


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number above 0, found {text}")
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, found {text}")
    return value


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    run: Callable[[argparse.Namespace], None],
    description: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        run.__name__.replace("_", "-"),
        help=description,
        description=description,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    options = command_line().parse_args(arguments)
    # Before MLflow and Evidently are imported: nothing is sent anywhere.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    warnings.filterwarnings("ignore", module="mlflow")
    try:
        options.run(options)
    except TrainingError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        return 130
    return 0
