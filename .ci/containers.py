"""Build the real images and run them on a container engine, as the documents say.

`make containers`: in a fresh clone of what is committed, the commands of
docs/compose.md and of the plain container in docs/deployment.md, word by word; a
decision in a browser behind a login; each service killed, and another bundle, release
and database, under load. It prints the table that docs/deployment.md shows. Needs an
engine, Chromium, and a registry for the base images, or mmdebstrap.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.benchmarks.durability import Retrying, missing
from tests.benchmarks.load import Client
from tests.browser.conftest import FLAGS
from tests.browser.pages import log_in
from tests.conftest import ROOT, free_port

NEEDED = {"engine": (25, 0), "compose": (2, 24)}
PROJECT = "containers-proof"
# The images' tag, and that of another release.
RELEASES = ("proof", "proof-next")
IMAGES = ("scoring-api", "dashboard", "training")
KILLED = ("api", "database", "buffer", "dashboard", "mlflow")
COMMAND = "docker compose run --rm migrate"
ROLES = ("officer", "scoring", "analyst", "admin")
PLAIN = "A plain container, behind a buffering proxy"
PATIENCE_SECONDS = 180


def main() -> None:
    require_engine()
    subprocess.run([ROOT / ".ci" / "base_images.sh"], check=True)
    with tempfile.TemporaryDirectory(prefix="containers-") as name, ExitStack() as left:
        house = House(Path(name, "house"))
        run(["git", "clone", "--quiet", str(ROOT), str(house.folder)])
        left.callback(house.remove)
        starts = start(house, left.enter_context(people()))
        at_rest = house.memory()
        decide_on_the_page(house)
        take_up_a_bundle(house)
        under_load = kill_each(house)
        replace_the_release(house)
        restore(house)
        stand_behind_tls(house)
        watch(house)
        house.run("docker compose --profile '*' stop")
        print(table(house, starts, at_rest, under_load), flush=True)
        serve_plainly(house)


def require_engine() -> None:
    """One line, and a status, where containers cannot be run as the documents say."""
    commands = {
        "engine": ["docker", "version", "--format", "{{.Server.Version}}"],
        "compose": ["docker", "compose", "version", "--short"],
    }
    for name, command in commands.items():
        try:
            done = subprocess.run(command, capture_output=True, text=True)
        except OSError as error:
            sys.exit(f"containers: {command[0]}: {error.strerror}")
        version = re.match(r"v?(\d+)\.(\d+)", done.stdout)
        if version is None:
            sys.exit(f"containers: {' '.join(command)}: {done.stderr.strip()}")
        if (int(version[1]), int(version[2])) < NEEDED[name]:
            needed = ".".join(map(str, NEEDED[name]))
            sys.exit(
                f"containers: {name}: expected {needed} or later, found {version[0]}"
            )


class House:
    """A clone of the project, and its containers beside those of any other house."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.api, self.page = free_port(), free_port()
        self.settings = {
            "COMPOSE_PROJECT_NAME": PROJECT,
            "VERSION": RELEASES[0],
            "API_PORT": str(self.api),
            "DASHBOARD_PORT": str(self.page),
            "MLFLOW_PORT": str(free_port()),
            "PROMETHEUS_PORT": str(free_port()),
            "GRAFANA_PORT": str(free_port()),
        }
        self.key = ""

    def run(self, script: str) -> str:
        """What bash prints of a script; ends all where it fails."""
        command = ["bash", "-euo", "pipefail", "-c", script]
        return run(command, cwd=self.folder, env={**os.environ, **self.settings})

    def follow(self, *scripts: str) -> None:
        """Run what a document says, and tell it."""
        for script in scripts:
            started = time.monotonic()
            self.run(script)
            say(f"{script.rstrip()}\n  {time.monotonic() - started:.0f} s")

    def scripts(self, document: str, heading: str) -> list[str]:
        """Those of a section of a document."""
        text = (self.folder / "docs" / f"{document}.md").read_text(encoding="utf-8")
        sections = re.split(r"^## ", text, flags=re.MULTILINE)
        (found,) = [one for one in sections if one.startswith(f"{heading}\n")]
        return re.findall(r"^```sh\n(.*?)^```", found, re.MULTILINE | re.DOTALL)

    def containers(self, service: str = "") -> list[str]:
        return self.run(f"docker compose ps --quiet {service}").split()

    def inspect(self, container: str) -> Any:
        return json.loads(self.run(f"docker inspect {container}"))[0]

    def memory(self) -> dict[str, str]:
        """What each service takes now."""
        form = "'{{.Name}} {{.MemUsage}}'"
        names = " ".join(self.containers())
        lines = self.run(f"docker stats --no-stream --format {form} {names}")
        used = (line.split()[:2] for line in lines.splitlines())
        return {service_of(name): memory for name, memory in used}

    def client(self) -> Client:
        return Client(self.api, self.key)

    def ids(self) -> list[int]:
        answer = self.client().get("/v1/clients?limit=100").json()
        return [one["client_id"] for one in answer["clients"]]

    def load(self, clients: int) -> Retrying:
        return Retrying(self.api, self.key, self.ids(), clients)

    def require_kept(self, asked: Retrying) -> None:
        """Nothing acknowledged is lost, and the chain is whole."""
        lost = missing(self.client(), asked)
        if lost or asked.failures:
            sys.exit(f"{lost} acknowledged decisions lost; {asked.failures[:3]}")
        self.run("docker compose exec -T api flask events verify")
        count = len(asked.acknowledged)
        say(f"{count} acknowledged decisions: none lost, the chain verifies")

    def remove(self) -> None:
        self.run("docker compose --profile '*' down --volumes --timeout 1")
        made = [f"{image}:{release}" for image in IMAGES for release in RELEASES]
        self.run(f"docker image rm --force {' '.join(made)}")


def start(house: House, provider: str) -> dict[str, float]:
    """From the clone to containers that are well; the seconds each took to be so."""
    build, train, copy, serve = house.scripts("compose", "First start")
    name = '{{index .Actor.Attributes "com.docker.compose.service"}}'
    kinds = [f"--filter=event={kind}" for kind in ("start", "health_status")]
    mine = f"--filter=label=com.docker.compose.project={PROJECT}"
    form = f"--format={{{{.TimeNano}}}} {name} {{{{.Action}}}}"
    # The engine keeps few: health checks alone make more within a minute.
    events = subprocess.Popen(
        ["docker", "events", *kinds, mine, form], stdout=subprocess.PIPE, text=True
    )
    house.follow(build, train)
    # What `make demo` would have left.
    volume = f"--volume {PROJECT}_bundle:/data:ro"
    house.run(
        "mkdir var && docker run --rm "
        f"{volume} scoring-api:{RELEASES[0]} tar -c -C /data . | tar -x -C var"
    )
    house.follow(copy)
    login = {
        "DASHBOARD_OIDC_METADATA_URL": provider,
        "DASHBOARD_OIDC_CLIENT_ID": "dashboard",
        "DASHBOARD_OIDC_CLIENT_SECRET": secrets.token_hex(),
        "DASHBOARD_PUBLIC_URL": f"http://127.0.0.1:{house.page}",
        "DASHBOARD_COOKIE_SECRET": secrets.token_hex(),
    }
    with (house.folder / ".env").open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in login.items())
    house.follow(serve)
    roles = " ".join(f"--role {role}" for role in ROLES)
    house.key = house.run(f"{COMMAND} flask keys add proof {roles}").split()[-1]
    events.terminate()
    return seconds_to_health(events.communicate()[0].splitlines())


def seconds_to_health(lines: list[str]) -> dict[str, float]:
    """From the start of each service's container until its check is content."""
    started: dict[str, int] = {}
    found: dict[str, float] = {}
    for line in lines:
        nanoseconds, service, action = line.split(maxsplit=2)
        if action == "start":
            started[service] = int(nanoseconds)
        elif action.endswith(": healthy"):
            found.setdefault(service, (int(nanoseconds) - started[service]) / 1e9)
    return found


def decide_on_the_page(house: House) -> None:
    """Somebody logs in and reads the decision on a client, which is the API's."""
    client = house.ids()[0]
    expected = house.client().post("/v1/predictions", {"client_id": client}).json()
    url = f"http://127.0.0.1:{house.page}"
    with sync_playwright() as driver:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        page = log_in(browser, url, "ada")
        page.goto(f"{url}/?client={client}")
        word = page.locator(".st-key-decision .word").inner_text()
        risk = page.locator(".st-key-probability .number").get_attribute("title")
        browser.close()
    if (word.lower(), risk) != (expected["decision"], repr(expected["probability"])):
        sys.exit(f"the page says {word} at {risk}, the API {expected}")
    say(f"after a login the page says of a client: {word}")


def take_up_a_bundle(house: House) -> None:
    """Another bundle, under load, without one request refused."""
    before = house.client().get("/v1/model").json()["bundle_sha256"]
    (script,) = house.scripts("compose", "A new bundle")
    export, first, others = script.partition("docker compose run --rm migrate")
    house.follow(export)
    with house.load(2) as asked:
        house.follow(first + others)
        wait(
            "another bundle",
            lambda: house.client().get("/v1/model").json()["bundle_sha256"] != before,
        )
    house.require_kept(asked)
    if asked.repeated:
        sys.exit(f"{asked.repeated} requests had to be repeated during a reload")
    gone = house.run(f"docker compose run --rm training forget {house.ids()[0]}")
    say(f"training forget: {gone.strip()}")


def kill_each(house: House) -> dict[str, str]:
    """SIGKILL to each service's first process under load; the memory under it."""
    with house.load(8) as asked:
        time.sleep(10)
        under_load = house.memory()
        for service in KILLED:
            (container,) = house.containers(service)
            killed = house.inspect(container)["State"]
            # Not by `docker kill`, after which the engine starts nothing again.
            house.run(
                f"docker run --rm --pid host --user root scoring-api:{RELEASES[0]} "
                f"sh -c 'kill -9 {killed['Pid']}'"
            )
            started = time.monotonic()
            wait(f"{service} again", partial(is_well_again, house, container, killed))
            say(f"{service} killed: well after {time.monotonic() - started:.1f} s")
            time.sleep(2)
    house.require_kept(asked)
    return under_load


def is_well_again(house: House, container: str, killed: Any) -> bool:
    state = house.inspect(container)["State"]
    health = state.get("Health", {}).get("Status", "healthy")
    return (
        state["StartedAt"] != killed["StartedAt"]
        and state["Running"]
        and health == "healthy"
    )


def replace_the_release(house: House) -> None:
    """One replica, then two, by those of another release; nobody goes unanswered."""
    (script,) = house.scripts("compose", "Another release")
    for replicas, release in enumerate(reversed(RELEASES), start=1):
        house.settings["API_REPLICAS"] = str(replicas)
        house.run("docker compose up --detach --wait")
        house.settings["VERSION"] = release
        with house.load(2) as asked:
            house.follow(script)
            time.sleep(2)
        house.require_kept(asked)
        serving = [
            house.inspect(one)["Config"]["Image"] for one in house.containers("api")
        ]
        if asked.repeated or serving != [f"scoring-api:{release}"] * replicas:
            sys.exit(
                f"another release: {asked.repeated} requests not answered, "
                f"{', '.join(serving)} serving"
            )
        say(f"another release, replicas {replicas}: every request answered")


def restore(house: House) -> None:
    save, bring_back = house.scripts("compose", "Backup and restore")
    client, known = house.client(), {"client_id": house.ids()[0]}
    kept = client.post("/v1/predictions", known).json()["prediction_id"]
    house.follow(save)
    lost = client.post("/v1/predictions", known).json()["prediction_id"]
    house.follow(bring_back)
    found = [
        house.client().get(f"/v1/predictions/{one}").status for one in (kept, lost)
    ]
    decided = house.client().post("/v1/predictions", known).status
    if (*found, decided) != (200, 404, 201):
        sys.exit(f"after a restore: expected 200, 404, 201, found {found}, {decided}")
    say("restored: what was saved is there, what came after is not, and it decides")


def stand_behind_tls(house: House) -> None:
    (script,) = house.scripts("compose", "What runs")
    name, port = "api.example.org", free_port()
    house.run(
        "mkdir tls && openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=proof"
        f" -addext subjectAltName=DNS:{name}"
        " -keyout tls/privkey.pem -out tls/fullchain.pem"
    )
    names, *rest = script.splitlines()
    house.follow(names)
    # The ports of this machine that others may hold.
    ports = {"443": port, "127.0.0.1:5050": f"127.0.0.1:{house.api}"}
    ports["127.0.0.1:8501"] = f"127.0.0.1:{house.page}"
    path = house.folder / "tls" / "nginx.conf"
    text = path.read_text(encoding="utf-8")
    for there, here in ports.items():
        text = text.replace(there, str(here))
    path.write_text(text, encoding="utf-8")
    house.follow("\n".join(rest))
    house.run(
        f"curl --silent --show-error --fail --retry 5 --retry-connrefused --cacert "
        f"tls/fullchain.pem --resolve {name}:{port}:127.0.0.1 "
        f"https://{name}:{port}/health/ready"
    )
    say("ready by TLS")


def watch(house: House) -> None:
    """Prometheus finds every API, and the rules; Grafana where its image can be had."""
    services = "prometheus"
    if not subprocess.run(
        ["docker", "compose", "pull", "--quiet", "grafana"],
        cwd=house.folder,
        env={**os.environ, **house.settings},
        capture_output=True,
    ).returncode:
        services += " grafana"
    house.run(f"docker compose --profile observability up --detach {services}")
    url = f"http://127.0.0.1:{house.settings['PROMETHEUS_PORT']}/api/v1"

    def scraped() -> bool:
        try:
            with urllib.request.urlopen(
                f"{url}/targets?state=active", timeout=5
            ) as got:
                targets = json.load(got)["data"]["activeTargets"]
        except OSError:
            return False
        return bool(targets) and all(one["health"] == "up" for one in targets)

    wait("Prometheus' targets", scraped)
    with urllib.request.urlopen(f"{url}/rules", timeout=5) as answer:
        groups = json.load(answer)["data"]["groups"]
    rules = sum(len(group["rules"]) for group in groups)
    say(f"{services}: targets up, {rules} rules")


def table(
    house: House,
    starts: dict[str, float],
    at_rest: dict[str, str],
    under_load: dict[str, str],
) -> str:
    lines = [
        "| service | image | ready after | at rest | under load |",
        "|---|---|---|---|---|",
    ]
    for service in KILLED:
        (container,) = house.run(f"docker compose ps --all --quiet {service}").split()[
            :1
        ]
        image = house.inspect(container)["Config"]["Image"]
        size = house.inspect(image)["Size"] / 1e6
        after = f"{starts[service]:.1f} s" if service in starts else ""
        used = f"{at_rest[service]} | {under_load[service]}"
        lines.append(f"| {service} | {size:.0f} MB | {after} | {used} |")
    return "\n".join(lines)


def serve_plainly(house: House) -> None:
    """A container without compose, as docs/deployment.md has it."""
    (script,) = house.scripts("deployment", PLAIN)
    own = {
        "5050:5050": f"{house.api}:5050",
        "scoring:/data": f"{PROJECT}:/data",
        "--name scoring": f"--name {PROJECT}",
        "scoring-api": f"scoring-api:{RELEASES[0]}",
    }
    for there, here in own.items():
        if there not in script:
            sys.exit(f"docs/deployment.md: expected {there} among its commands")
        script = script.replace(there, here)
    try:
        house.follow(script)
        add = "flask --app api keys add proof --role officer --role scoring"
        key = house.run(f"docker exec {PROJECT} {add}").split()[-1]
        environment = {**os.environ, "SMOKE_API_KEY": key}
        smoke = str(ROOT / ".github" / "smoke.py")
        url = f"http://127.0.0.1:{house.api}"
        say(run([sys.executable, smoke, url], env=environment).strip())
    finally:
        house.run(f"docker rm --force {PROJECT} && docker volume rm {PROJECT}")


@contextmanager
def people() -> Iterator[str]:
    """The address of a login provider that containers and a browser here reach."""
    form = "{{(index .IPAM.Config 0).Gateway}}"
    bridge = ["docker", "network", "inspect", "bridge", "--format", form]
    host, port = run(bridge).strip(), free_port()
    ada = json.dumps({"sub": "ada", "name": "Ada", "roles": ["officer"]})
    serving = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", f"--port={port}"]
        + [f"--host={host}", f"--user-claims={ada}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://{host}:{port}/.well-known/openid-configuration"
    finally:
        serving.terminate()
        serving.wait()


def run(command: list[str], **options: Any) -> str:
    """What a command prints; ends all where it fails."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, **options
    )
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
        sys.exit(f"{command[-1]}\nended with status {done.returncode}:\n{last}")
    return done.stdout


def wait(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"{what}: not within {PATIENCE_SECONDS} s")
        time.sleep(0.2)


def service_of(container: str) -> str:
    return container.lstrip("/").removeprefix(f"{PROJECT}-").rpartition("-")[0]


def say(message: str) -> None:
    print(message, flush=True)


if __name__ == "__main__":
    main()
