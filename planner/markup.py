"""HTML: elements whose texts are escaped, and the page around them."""

from __future__ import annotations

import html
from collections.abc import Iterable

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; }
main { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { border-bottom: 1px solid #767676; margin-top: 2.5rem; }
a { color: #0b57a4; } a:focus, summary:focus { outline: 3px solid #0b57a4; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; margin: 1rem 0; }
th, td { border-bottom: 1px solid #c4c4c4; padding: .25rem .6rem; text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1.5rem 0; } figcaption { color: #404040; font-size: .9rem; } svg { max-width: 100%; height: auto; }
pre { background: #f4f4f4; overflow-x: auto; padding: .8rem; font-size: .8rem; }
nav ul { columns: 2; } dt { font-weight: bold; margin-top: .6rem; } code { font-size: .9em; }
@media print { nav { display: none; } details > pre { white-space: pre-wrap; } }
"""


class Html(str):
    """Text that is HTML already; every other text is escaped where it becomes part of an element."""


def joined(parts: Iterable[str], between: str = "") -> Html:
    """Texts and elements in a row."""
    return Html(Html(between).join(part if isinstance(part, Html) else html.escape(part) for part in parts))


def element(name: str, *content: str, **attributes: str) -> Html:
    """An element; an attribute's name is written without its hyphen's and Python's clashes: `aria_label`, `class_`."""
    given = "".join(
        f' {key.removesuffix("_").replace("_", "-")}="{html.escape(value)}"' for key, value in attributes.items()
    )
    return Html(f"<{name}{given}>{joined(content)}</{name}>")


def scrolling(table: Html) -> Html:
    """A table that may be wider than the page."""
    return element("div", table, class_="scroll", tabindex="0", role="region", aria_label="table")


def page(title: str, *body: str) -> str:
    """A page without scripts and without anything from elsewhere."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{element('title', title)}\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{joined(body, chr(10))}\n</main>\n</body>\n</html>\n"
    )
