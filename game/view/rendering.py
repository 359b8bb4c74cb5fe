"""Templates to HTML that is inert and self-contained, whatever the texts in it say. It knows no run."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from transcripts import Marks, visible

TEMPLATES = Path(__file__).with_name("templates")
STYLE, SCRIPT = "page.css", "page.js"


def render(template: str, **values: Any) -> str:
    """A page.

    Args:
        template: name of its file.
        values: that it shows. Every text among them is escaped, and characters that act instead of being read are written out.
    """
    return _environment().get_template(template).render(values)


def save(page: str, path: Path) -> None:
    """Write a page, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(page, encoding="utf-8")
    partial.replace(path)


@cache
def _environment() -> Environment:
    environment = make_environment(TEMPLATES)
    style, script = (_source(name) for name in (STYLE, SCRIPT))
    environment.globals |= {"style": style, "script": script, "policy": policy(style, script)}
    return environment


def make_environment(*folders: Path) -> Environment:
    """Templates that write every text escaped, and visible where it would act instead of being read.

    Args:
        folders: of the templates, looked through in this order.
    """
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_inert,
        auto_reload=False,
    )
    environment.filters |= {"marked": _marked, "percent": _percent, "count": _count}
    return environment


def policy(style: str, script: str) -> str:
    """The content security policy of a page: this style and this script, nothing from anywhere else.

    A policy in the page itself cannot forbid framing; all else that it can forbid it does.
    """
    allowed = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def _source(name: str) -> Markup:
    """Our own style or script, as it stands in the page."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def _inert(value: Any) -> Any:
    """What a template writes, if it is text and not markup already."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _marked(text: str, marks: Marks | None) -> str:
    """A text in which quotations are marked; a claim's link leads to `q` and the citation's number."""
    if marks is None:
        return text
    parts = []
    for piece in marks.pieces(text):
        anchors = Markup("").join(Markup('<a id="q{}"></a>').format(number) for number in piece.quoted)
        shown = escape(visible(piece.text))
        parts.append(Markup("<mark>{}{}</mark>").format(anchors, shown) if piece.quoted else shown)
    return Markup("").join(parts)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _count(value: float) -> str:
    return f"{value:,.10g}"
