"""A draft as the text of a lender.yaml, and as what was understood of each file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from training.tables.draft import names
from training.tables.draft.columns import Drafted, Line
from training.tables.draft.guess import ROW_NUMBER, Draft, History, Target
from training.tables.draft.look import ROWS, File
from training.tables.draft.scalars import flow
from training.tables.schema import Dialect
from training.tables.yaml_file import shown

# Lists that are longer have a line for each value.
LONGEST = 100
HEAD = """\
# What the tables in this folder hold. Drafted from the files: each line is a guess, and
# one that says "check" a doubtful one. docs/own-tables.md explains what can be said.
version: 1
lender: {lender}  # check: what is your name?
language: {language}  # of the labels below
currency: {currency}  # check: of all amounts
country: FR  # check: of the applicants, for the letter
"""
WIDTH = 28
OTHERWISE = "It is written otherwise, and must be written alike."


def written(draft: Draft) -> str:
    """The whole file."""
    headers = [h for file in files(draft) for h in file.headers]
    head = HEAD.format(
        lender="A lender",
        language=names.language_of(headers),
        currency="USD" if any("$" in header for header in headers) else "EUR",
    )
    lines = [*_applications(draft), ""]
    if draft.histories:
        lines.append("histories:")
        for history in draft.histories:
            lines += history_lines(history)
    return head + "\n" + "\n".join(lines).rstrip() + "\n"


def files(draft: Draft) -> list[File]:
    others = [draft.later] if draft.later else []
    return [draft.file, *others, *(history.file for history in draft.histories)]


def _applications(draft: Draft) -> Iterator[str]:
    yield "applications:"
    top = [Line("file", flow(draft.file.stem))]
    if draft.later:
        same = draft.later.dialect == draft.file.dialect
        doubt = "not decided yet?" if same else f"not decided yet? {OTHERWISE}"
        top.append(Line("later", flow(draft.later.stem), doubt))
    top += _dialect(draft.file)
    top.append(Line("key", draft.key, draft.key_check))
    if draft.date:
        top.append(Line("date", draft.date, draft.date_check))
    if draft.target:
        top.append(_target(draft.target))
    yield from _lines(top, 2)
    if draft.target is None:
        yield "  # check: which column says what became of the loan?"
        yield "  # target: {column: defaulted, default: 1}"
    if not any(line.key == "is" and line.text == "amount" for line in _all(draft)):
        yield "  # check: which column is the amount asked for? It needs `is: amount`."
    yield "  columns:"
    for column in draft.columns:
        yield from column_lines(column, 4)


def _all(draft: Draft) -> Iterator[Line]:
    return (line for column in draft.columns for line in column.lines)


def _target(target: Target) -> Line:
    values = [v if v.lstrip("-").isdigit() else flow(v) for v in target.defaults]
    default = values[0] if len(values) == 1 else f"[{', '.join(values)}]"
    others = ", ".join(target.others)
    doubt = "" if target.sure else f"{others}: repaid?"
    return Line(
        "target", f"{{column: {flow(target.header)}, default: {default}}}", doubt
    )


def _dialect(file: File) -> list[Line]:
    own, usual = vars(file.dialect), vars(Dialect())
    parts = [f"{name}: {flow(own[name])}" for name in own if own[name] != usual[name]]
    return [Line("csv", f"{{{', '.join(parts)}}}")] if parts else []


def history_lines(history: History) -> Iterator[str]:
    yield f"  {history.name}:"
    top = [Line("file", flow(history.file.stem)), *_dialect(history.file)]
    if history.known_as:
        top.append(Line("as", history.known_as))
    top.append(Line("key", history.key, history.check))
    if history.of:
        top.append(Line("of", history.of, "each belongs to a record of it?"))
    if history.day:
        top.append(Line("day", history.day, "the day of a record?"))
        if not history.known_as:
            top.append(Line("windows", "[90, 365]"))
    yield from _lines(top, 4)
    yield "    columns:"
    for column in history.columns:
        yield from column_lines(column, 6)


def column_lines(column: Drafted, indent: int) -> Iterator[str]:
    yield f"{' ' * indent}{column.name}:"
    yield from _lines(column.lines, indent + 2)


def _lines(lines: Iterable[Line], indent: int) -> Iterator[str]:
    for line in lines:
        check = f"  # check: {shown(line.check, LONGEST)}" if line.check else ""
        start = f"{' ' * indent}{line.key}:"
        if line.key == "categories" and len(line.text) > LONGEST:
            yield start + check
            for value in line.items:
                yield f"{' ' * (indent + 2)}- {flow(value)}"
        else:
            yield f"{start} {line.text}{check}"


def told(draft: Draft) -> Iterator[str]:
    """What each file and column was taken for, line by line."""
    yield f"{_file(draft.file)}: the applications"
    key = draft.key if draft.key == ROW_NUMBER else f"column {draft.key}"
    yield f"  the key: {key}{_doubt([draft.key_check])}"
    if draft.date:
        yield f"  the day: column {draft.date}{_doubt([draft.date_check])}"
    yield from _outcome(draft.target)
    yield from map(_column, draft.columns)
    if draft.later:
        same = draft.later.dialect == draft.file.dialect
        doubt = _doubt([] if same else [OTHERWISE])
        yield f"{_file(draft.later)}: applications not decided yet{doubt}"
    for history in draft.histories:
        owner = f"a record of {history.of}" if history.of else "an application"
        day = f", on {history.day}" if history.day else ""
        check = _doubt([history.check])
        yield f"{_file(history.file)}: records of {owner} by {history.key}{day}{check}"
        yield from map(_column, history.columns)
    for name, why in sorted(draft.unused.items()):
        yield f"{name}: not used: {why}"


def _outcome(target: Target | None) -> Iterator[str]:
    if target is None:
        yield "  the outcome: NOT FOUND; training needs a column that says it"
        return
    doubt = "" if target.sure else "  <- check"
    values = ", ".join(target.defaults)
    others = ", ".join(target.others)
    yield (
        f"  the outcome: {target.header}: {values} is a default"
        f" ({target.share:.1%}), {others} is repaid{doubt}"
    )


def _file(file: File) -> str:
    rows = f"{file.rows:,} rows" if file.rows < ROWS else f"of the first {ROWS:,} rows"
    parts = [rows, f"{len(file.columns)} columns"]
    if not file.path.name.lower().endswith(".parquet"):
        delimiter = {"\t": "tab"}.get(file.dialect.delimiter, file.dialect.delimiter)
        decimal = f"decimal {file.dialect.decimal}"
        parts += [f"delimiter {delimiter}", decimal, file.dialect.encoding]
    return f"{file.path.name} ({'; '.join(parts)})"


def _column(column: Drafted) -> str:
    return f"  {column.header:<{WIDTH}} {column.said}{_doubt(column.checks)}"


def _doubt(checks: list[str]) -> str:
    found = "; ".join(check for check in checks if check)
    return f"  <- check: {found}" if found else ""
