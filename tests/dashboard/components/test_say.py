"""Nothing from outside is read as Markdown or HTML: the rule, held on every call.

Streamlit reads Markdown in its text elements and in the labels of its widgets. So only
`say` puts sentences on a page, as escaped HTML, and labels are constant sentences, in
which values stand by `say.literal`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from fake_api import FakeApi
from hostile_api import HostileApi, poison
from streamlit.testing.v1 import AppTest
from test_app import notices, open_app, page_text

from components import markdown

DASHBOARD = Path(__file__).parents[3] / "dashboard"
MODULES = sorted(DASHBOARD.rglob("*.py"))
# Not a sign, and not the name of a part of a pattern.
TAG = re.compile(r"(?<!\(\?P)<[a-zA-Z/!]")
SENTENCES = {"_", "plural", "mark"}
# What reads Markdown in whatever it is given.
MARKDOWN = {"badge", "caption", "error", "exception", "header", "info", "latex"}
MARKDOWN |= {"markdown", "metric", "subheader", "success", "table", "title", "toast"}
MARKDOWN |= {"warning", "write", "write_stream"}
OURS = {"say", "markup"}
# What has a label, the first argument, and may have these, all read as Markdown. A
# download_button is not among them: its file is at an address that needs no login.
LABELLED = {"button", "expander", "form_submit_button", "multiselect", "pills"}
LABELLED |= {"radio", "segmented_control", "select_slider", "selectbox", "spinner"}
LABELLED |= {
    "checkbox",
    "date_input",
    "file_uploader",
    "tabs",
    "text_area",
    "text_input",
}
LABELS = {"label", "help", "title"}
# Their options are read as Markdown too; selectbox and multiselect show plain text.
CHOICES = {"pills", "radio", "segmented_control", "select_slider"}
# What is shown by these is what it was.
LITERAL = "say.literal"
PLAINLY = {"str", "term.told", LITERAL}
# The rest of Streamlit that the dashboard uses shows no text, or shows it as it is.
PLAIN = {"App", "Page", "cache_resource", "code", "columns", "container", "context"}
PLAIN |= {"components"}
PLAIN |= {
    "empty",
    "form",
    "fragment",
    "get_option",
    "html",
    "iframe",
    "login",
    "logout",
}
PLAIN |= {"navigation", "page_link", "plotly_chart", "progress", "query_params"}
PLAIN |= {"rerun", "session_state", "set_page_config", "sidebar", "skeleton", "user"}
PLAIN |= {"switch_page"}


class Module:
    """A module's tree, and what a name in it stands for."""

    def __init__(self, path: Path) -> None:
        self.tree = ast.parse(path.read_text("utf-8"))
        self.parents = {
            child: node
            for node in ast.walk(self.tree)
            for child in ast.iter_child_nodes(node)
        }

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def function(self, name: str) -> ast.FunctionDef | None:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef) and node.name == name:
                return node
        return None

    def scopes(self, node: ast.AST) -> Iterator[ast.AST]:
        """The functions around a node, inner ones first, then the module."""
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.FunctionDef | ast.Module):
                yield node

    def constant(self, node: ast.expr) -> bool:
        """Whether every text that this can be is a sentence of the code, no value."""
        if isinstance(node, ast.Constant):
            return isinstance(node.value, str)
        if isinstance(node, ast.IfExp):
            return self.constant(node.body) and self.constant(node.orelse)
        if isinstance(node, ast.List | ast.Tuple):
            return all(map(self.constant, node.elts))
        if isinstance(node, ast.Dict):
            return all(map(self.constant, node.values))
        if isinstance(node, ast.Subscript):
            return self.constant(node.value)
        if isinstance(node, ast.Lambda):
            return self.constant(node.body)
        if isinstance(node, ast.Attribute):
            return self._member(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        return isinstance(node, ast.Name) and self._name(node)

    def _member(self, node: ast.Attribute) -> bool:
        if node.attr == "__getitem__":
            return self.constant(node.value)
        # A function or table of another module.
        path = self.imported(ast.unparse(node.value))
        return path is not None and module(path).exported(node.attr)

    def imported(self, name: str) -> Path | None:
        """The file of a module that is imported by this name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for one in node.names:
                    folder = DASHBOARD / node.module.replace(".", "/")
                    path = folder / f"{one.name}.py"
                    if (one.asname or one.name) == name and path.exists():
                        return path
        return None

    def _call(self, node: ast.Call) -> bool:
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in SENTENCES:
            named = [word.value for word in node.keywords if word.arg]
            values = [one for one in named if not _is_literal(one)]
            return not values and all(map(self.constant, node.args[:2]))
        if name == "zip":
            told = [arg for arg in node.args if "st.columns" not in ast.unparse(arg)]
            return all(map(self.constant, told))
        if name in {"items", "values"} and isinstance(node.func, ast.Attribute):
            return self.constant(node.func.value)
        own = isinstance(node.func, ast.Name) and self.exported(name)
        return own or _is_literal(node)

    def _name(self, node: ast.Name) -> bool:
        for scope in self.scopes(node):
            found = list(self._given(scope, node.id))
            if found:
                return all(map(self.constant, found))
        return self.exported(node.id)

    def exported(self, name: str) -> bool:
        """Whether a module's name, its own or imported, holds or returns sentences."""
        if function := self.function(name):
            told = [n for n in ast.walk(function) if isinstance(n, ast.Return)]
            return all(one.value and self.constant(one.value) for one in told)
        if found := list(self._given(self.tree, name)):
            return all(map(self.constant, found))
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                path = DASHBOARD / f"{node.module.replace('.', '/')}.py"
                if path.exists() and name in {one.name for one in node.names}:
                    return module(path).exported(name)
        return False

    def _given(self, scope: ast.AST, name: str) -> Iterator[ast.expr]:
        """What a scope sets a name to: in a call, an assignment or a loop."""
        if isinstance(scope, ast.FunctionDef):
            places = [one.arg for one in scope.args.args]
            if name in places:
                yield from self._passed(scope.name, name, places.index(name))
        for node in ast.walk(scope):
            if next(self.scopes(node), None) is not scope:
                continue
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    yield from _bound(target, node.value, name)
            elif isinstance(node, ast.For | ast.comprehension):
                yield from _bound(node.target, node.iter, name)

    def _passed(self, function: str, name: str, place: int) -> Iterator[ast.expr]:
        for call in self.calls():
            if getattr(call.func, "id", "") == function:
                named = [word.value for word in call.keywords if word.arg == name]
                yield (named or [call.args[place]])[0]


def _bound(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, ast.Tuple):
        values = value.elts if isinstance(value, ast.Tuple) else []
        if len(values) != len(target.elts):
            values = [value] * len(target.elts)
        for one, bound in zip(target.elts, values, strict=True):
            yield from _bound(one, bound, name)


def _is_literal(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func) == LITERAL


@cache
def module(path: Path) -> Module:
    return Module(path)


def faults(found: Module) -> list[str]:
    """The calls that could show what somebody else wrote as Markdown."""
    told = []
    for call in found.calls():
        if not isinstance(call.func, ast.Attribute):
            continue
        owner, name = ast.unparse(call.func.value), call.func.attr
        wrong = (
            _is_markdown(call.func, name, owner)
            or (owner == "st" and name not in LABELLED | PLAIN)
            or not all(map(found.constant, _labels(call, name)))
            or (name in CHOICES and not _choice_is_constant(found, call))
        )
        if wrong:
            told.append(f"line {call.lineno}: {ast.unparse(call)[:80]}")
    return told


def _is_markdown(function: ast.Attribute, name: str, owner: str) -> bool:
    logger = isinstance(function.value, ast.Call)
    return name in MARKDOWN and owner not in OURS and not logger


def _labels(call: ast.Call, name: str) -> list[ast.expr]:
    if name not in LABELLED | PLAIN:
        return []
    first = call.args[:1] if name in LABELLED else []
    return first + [word.value for word in call.keywords if word.arg in LABELS]


def _choice_is_constant(found: Module, call: ast.Call) -> bool:
    shown = [word.value for word in call.keywords if word.arg == "format_func"]
    if shown:
        return ast.unparse(shown[0]) in PLAINLY or found.constant(shown[0])
    return found.constant(call.args[1])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_only_say_puts_sentences_on_a_page_and_labels_are_constant(path: Path) -> None:
    assert faults(module(path)) == []


@pytest.mark.parametrize(
    "line",
    [
        "st.title(name)",
        "column.metric(_('Risk'), value)",
        "st.popover(_('More'))",
        "st.button(name)",
        "st.button(_('Open {name}', name=name))",
        "st.button(f'{name}')",
        "st.text_input(_('Name'), help=name)",
        "st.pills(_('Groups'), names)",
        "st.pills(_('Groups'), names, format_func=lambda one: model.label(one))",
    ],
)
def test_the_label_rule_refuses_a_label_with_a_value_in_it(
    line: str, tmp_path: Path
) -> None:
    path = tmp_path / "page.py"
    path.write_text(f"def show(name, names):\n    {line}\nshow(find(), ask())\n")
    assert faults(Module(path))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_html_is_written_in_two_modules_only(path: Path) -> None:
    if path.stem in {"markup", "markdown"}:
        return
    tags = [
        str(node.value)
        for node in ast.walk(module(path).tree)
        if isinstance(node, ast.Constant) and TAG.search(str(node.value))
    ]
    # Plotly's own mark at the end of a template.
    assert [one for one in tags if not one.endswith("<extra></extra>")] == []
    for call in module(path).calls():
        if isinstance(call.func, ast.Attribute) and call.func.attr == "html":
            assert _is_ours(module(path), call.args[0]), ast.unparse(call)


def _is_ours(found: Module, html: ast.expr) -> bool:
    """Whether it is made by those two, and by nothing else."""
    if isinstance(html, ast.BinOp) and isinstance(html.op, ast.Add):
        return _is_ours(found, html.left) and _is_ours(found, html.right)
    if isinstance(html, ast.Call) and isinstance(html.func, ast.Attribute):
        return ast.unparse(html.func.value) in {"markup", "markdown"}
    if isinstance(html, ast.Call) and isinstance(html.func, ast.Name):
        function = found.function(html.func.id)
        told = [n for n in ast.walk(function or html) if isinstance(n, ast.Return)]
        return bool(told) and all(n.value and _is_ours(found, n.value) for n in told)
    return ast.unparse(html) == "HERE / 'style.css'"


BAIT = "http://127.0.0.1:9"


@pytest.mark.parametrize("page", ["client", "file", "compare", "simulate", "decide"])
def test_an_address_is_text_on_every_page(api: FakeApi, page: str) -> None:
    app = open_app(poison(BAIT)).switch_page(f"screens/{page}.py").run()
    assert "&lt;img src=" in page_text(app)
    assert any(poison(BAIT) in told for told in notices(app, "warning"))
    nothing_is_live(app)


@pytest.fixture
def hostile(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[HostileApi]:
    made = HostileApi(BAIT)
    made.start()
    monkeypatch.setenv("DASHBOARD_API_URL", made.url)
    yield made
    made.stop()


PAGES = (
    *("work_list", "client", "file", "compare", "simulate", "decide", "across"),
    *("model", "drift", "alerts"),
)


@pytest.mark.parametrize("page", PAGES)
def test_what_the_api_says_is_text_on_every_page(
    hostile: HostileApi, page: str
) -> None:
    app = open_app("700002").switch_page(f"screens/{page}.py").run()
    for closed in ("card", "waterfall_numbers", "alike"):
        app.session_state[closed] = True
    app.run()
    assert not app.exception
    assert f"[Click]({BAIT}/a)" in page_text(app)
    nothing_is_live(app)


def nothing_is_live(app: AppTest) -> None:
    """No element that reads Markdown holds the bait, and no HTML has it as a tag."""
    for kind in ("markdown", "caption", "heading", "alert", "metric", "button"):
        assert not any(BAIT in str(block.proto) for block in app.get(kind))
    for chart in app.get("plotly_chart"):
        assert "<img" not in chart.proto.spec and "<a" not in chart.proto.spec
    # Ways to pages of ours are links.
    html = page_text(app).replace('<a class="way" href="/', "")
    assert "<img" not in html and "<a " not in html


def test_markdown_keeps_structure_and_nothing_live() -> None:
    written = (
        "# Card <b>\n\nA **bold** `code` [link](http://x) <script>\nand on.\n\n"
        "- one\n  more\n- ![two](http://x)\n\n| a | **b** |\n|---|---|\n| 1 | <i> |\n"
    )
    html = markdown.html_of(written)
    assert '<h2 class="card">Card &lt;b&gt;</h2>' in html
    assert (
        "<p>A <strong>bold</strong> <code>code</code> [link](http://x) &lt;script&gt; "
        "and on.</p>"
    ) in html
    assert "<ul><li>one more</li><li>![two](http://x)</li></ul>" in html
    assert '<th scope="col">b</th>' in html and "<td>&lt;i&gt;</td>" in html
