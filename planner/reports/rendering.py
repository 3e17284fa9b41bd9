"""A document as HTML (one self-contained file), Markdown or PDF."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from planner.extras import needed
from planner.files import write_atomically
from planner.markup import Html, element, joined, page, scrolling
from planner.reports.document import Block, Derivation, Document
from planner.reports.picture import Picture
from planner.tables import Table


def write(document: Document, path: Path) -> None:
    """Write the report in the format of the file's ending; Markdown gets its pictures in a folder beside it."""
    ending = path.suffix.lower()
    if ending == ".html":
        write_atomically(path, as_html(document))
    elif ending == ".pdf":
        write_atomically(path, as_pdf(document))
    elif ending == ".xlsx":
        from planner.reports import workbook

        write_atomically(path, workbook.as_xlsx(document))
    else:
        folder = path.with_suffix(".pictures")
        text, files = as_markdown(document, folder)
        for name, svg in files.items():
            write_atomically(folder / name, svg)
        write_atomically(path, text)


def as_html(document: Document) -> str:
    """One page without scripts and without anything from elsewhere."""
    anchors = [(_anchor(section.title), section) for section in document.sections]
    links = [element("li", element("a", section.title, href=f"#{anchor}")) for anchor, section in anchors]
    contents = element("nav", element("ul", "\n", joined(links, "\n"), "\n"), aria_label="Contents")
    sections = [
        element(
            "section",
            joined([element("h2", section.title, id=anchor), *map(_html_block, section.blocks), ""], "\n"),
            aria_labelledby=anchor,
        )
        for anchor, section in anchors
    ]
    return page(document.title, element("h1", document.title), element("p", document.subtitle), contents, *sections)


def _html_block(block: Block) -> Html:
    if isinstance(block, Table):
        return scrolling(block.html())
    if isinstance(block, Picture):
        caption = element("figcaption", element("b", f"{block.title}."), f" {block.alt}")
        return element("figure", Html(block.svg()), caption)
    if isinstance(block, Derivation):
        return element("details", element("summary", block.title), element("pre", block.text))
    return element("p", block)


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")


def as_markdown(document: Document, pictures: Path | None = None) -> tuple[str, dict[str, str]]:
    """The text, and the SVG files that it shows by name (in the folder `pictures` beside it)."""
    files: dict[str, str] = {}
    parts = [f"# {document.title}", document.subtitle]
    for section in document.sections:
        parts.append(f"## {section.title}")
        for block in section.blocks:
            if isinstance(block, Table):
                parts.append(block.markdown())
            elif isinstance(block, Picture):
                name = f"{block.name}.svg"
                files[name] = block.svg()
                place = f"{pictures.name}/{name}" if pictures else name
                parts.append(f"![{block.alt}]({place})\n\n*{block.title}*")
            elif isinstance(block, Derivation):
                parts.append(f"### {block.title}\n\n```text\n{block.text}\n```")
            else:
                parts.append(block)
    return "\n\n".join(part for part in parts if part) + "\n", files


def as_pdf(document: Document) -> bytes:
    """The same content on A4 pages."""
    fpdf = needed("fpdf", "report")
    import matplotlib

    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    pdf = fpdf.FPDF(format="A4")
    pdf.set_title(document.title)
    pdf.set_lang("en")
    # The fonts that matplotlib brings cover the symbols of formulas and units.
    for style, file in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        pdf.add_font("DejaVu", style, fonts / file)
    pdf.add_font("DejaVuMono", "", fonts / "DejaVuSansMono.ttf")
    pdf.set_auto_page_break(True, margin=15)
    pdf.add_page()
    _pdf_text(pdf, document.title, 16, bold=True)
    _pdf_text(pdf, document.subtitle, 9)
    for section in document.sections:
        pdf.start_section(section.title)
        pdf.ln(3)
        _pdf_text(pdf, section.title, 13, bold=True)
        for block in section.blocks:
            _pdf_block(pdf, block)
    return bytes(pdf.output())


def _pdf_text(pdf: Any, text: str, size: float, bold: bool = False) -> None:
    pdf.set_font("DejaVu", "B" if bold else "", size)
    pdf.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1)


def _pdf_block(pdf: Any, block: Any) -> None:
    if isinstance(block, Table):
        pdf.set_font("DejaVu", "", 6.5)
        widths = [max(len(c), *(min(len(row[i]), 40) for row in block.texts), 4) for i, c in enumerate(block.columns)]
        align = ["RIGHT" if i in block.right else "LEFT" for i in range(len(widths))]
        with pdf.table(
            col_widths=widths, text_align=align, line_height=3.4, borders_layout="HORIZONTAL_LINES"
        ) as table:
            for cells in [list(block.columns), *block.texts]:
                table.row(cells)
        pdf.ln(2)
    elif isinstance(block, Picture):
        pdf.image(block.png(), w=pdf.epw, alt_text=block.alt, title=block.title)
        _pdf_text(pdf, f"{block.title}. {block.alt}", 7.5)
    elif isinstance(block, Derivation):
        _pdf_text(pdf, block.title, 8.5, bold=True)
        pdf.set_font("DejaVuMono", "", 5.5)
        pdf.multi_cell(0, 2.6, block.text, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(2)
    else:
        _pdf_text(pdf, block, 9)
