"""A list of points as a Word document (Office Open XML), for a lawyer to write on.

It needs no library: three parts of a ZIP archive with headings and paragraphs.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from training.language import Labels, _, inside
from training.validation.document import Point

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
# The same bytes whenever it is written.
MOMENT = (1980, 1, 1, 0, 0, 0)
DEFAULT = {"Normal": ' w:default="1"'}
# Word knows its own headings by these names.
CALLED = {"Heading1": "heading 1", "ToWrite": "To write"}
MUST_WRITE = _("The lender must write:")


def write_word(
    path: Path, language: str, title: Labels, intro: Labels, points: Iterable[Point]
) -> None:
    """One heading per point, what is known, and in colour what is to be written."""
    body = "".join(_body(language, title, intro, points))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
        '.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{TYPE}.document.main'
        f'+xml"/><Override PartName="/word/styles.xml" ContentType="{TYPE}.styles+xml"'
        "/></Types>",
        "_rels/.rels": _relation("officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": _relation("styles", "styles.xml"),
        "word/styles.xml": f'<w:styles xmlns:w="{MAIN}">{_styles(language)}</w:styles>',
        "word/document.xml": f'<w:document xmlns:w="{MAIN}"><w:body>{body}</w:body>'
        "</w:document>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, MOMENT), HEAD + text)


def _body(
    language: str, title: Labels, intro: Labels, points: Iterable[Point]
) -> Iterator[str]:
    yield _paragraph(title[language], "Title")
    yield _paragraph(intro[language])
    for point in points:
        yield _paragraph(f"{point.number} {point.asks[language]}", "Heading1")
        for line in point.known:
            yield _paragraph(line[language])
        if point.to_write is not None:
            asked = f"{MUST_WRITE[language]} {inside(point.to_write)[language]}"
            yield _paragraph(asked, "ToWrite")


def _paragraph(text: str, style: str = "Normal") -> str:
    return (
        f"<w:p><w:pPr><w:pStyle w:val={quoteattr(style)}/></w:pPr>"
        f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )


def _styles(language: str) -> str:
    """The paragraph's and the letters' look of each style."""
    made = {
        "Normal": ('<w:spacing w:after="120"/>', '<w:sz w:val="22"/>'),
        "Title": ('<w:spacing w:after="240"/>', '<w:b/><w:sz w:val="36"/>'),
        "Heading1": (
            '<w:keepNext/><w:spacing w:before="280" w:after="80"/>'
            '<w:outlineLvl w:val="0"/>',
            '<w:b/><w:sz w:val="26"/>',
        ),
        "ToWrite": (
            '<w:spacing w:after="120"/><w:ind w:left="280"/>',
            '<w:b/><w:color w:val="9C2A00"/><w:sz w:val="22"/>',
        ),
    }
    return "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"{DEFAULT.get(name, "")}>'
        f'<w:name w:val="{CALLED.get(name, name)}"/><w:pPr>{paragraph}</w:pPr>'
        f'<w:rPr>{letters}<w:lang w:val="{language}"/></w:rPr></w:style>'
        for name, (paragraph, letters) in made.items()
    )


def _relation(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )
