"""Results on disk, chunk by chunk: each part a complete file, joined at the end, kept where a sweep is interrupted."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner import files
from planner.errors import one
from planner.extras import needed
from planner.studies.sweep import engine, frames
from planner.studies.sweep.axes import SampledAxis

if TYPE_CHECKING:
    import pandas as pd

FORMATS = (".csv", ".parquet", ".xlsx")
_MOST_SHEET_ROWS = 1_048_575
_RECORD = "sweep.json"


class Parts:
    """The directory of parts beside an output file; made for one sweep and refused to any other."""

    def __init__(self, output: Path, task: engine.Task, restart: bool = False):
        self.output = output
        self.directory = output.with_name(output.name + ".parts")
        self.suffix = ".parquet" if output.suffix == ".parquet" else ".csv"
        self.chunks = task.chunks
        _check(output, task)
        if restart and (self.directory / _RECORD).is_file():
            shutil.rmtree(self.directory)
        record = {"planner": "sweep", "scenario": task.scenario.name, "rows": task.rows, "digest": digest(task)}
        # Killed before it had written its record, a sweep leaves the beginning of one at most.
        if self.directory.is_dir() and any(path.suffix != ".tmp" for path in self.directory.iterdir()):
            self._recognise(record)
        else:
            self.directory.mkdir(exist_ok=True)
            files.write_atomically(self.directory / _RECORD, json.dumps(record, indent=2), expected="")

    def _recognise(self, record: dict[str, Any]) -> None:
        try:
            written = json.loads((self.directory / _RECORD).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise one(str(self.directory), "", "exists already and holds no sweep; choose another output") from None
        if written != record:
            message = "holds the parts of another sweep, or of other catalogs or equations: add --restart to discard it"
            raise one(str(self.directory), "", message)

    def path(self, number: int) -> Path:
        """The file of one chunk."""
        return self.directory / f"part-{number:07}{self.suffix}"

    def open_numbers(self) -> list[int]:
        """Chunks that are not finished."""
        done = {path.name for path in self.directory.glob(f"part-*{self.suffix}")}
        return [number for number in range(self.chunks) if self.path(number).name not in done]

    def write(self, number: int, content: bytes) -> None:
        """Store one encoded chunk: the part appears complete or not at all."""
        path = self.path(number)
        partial = path.with_suffix(path.suffix + ".partial")
        partial.write_bytes(content)
        partial.replace(path)

    def join(self) -> Path:
        """All parts, in order, as the output file; the parts are removed."""
        partial = self.output.with_name(f".{self.output.name}.partial")
        paths = [self.path(number) for number in range(self.chunks)]
        {".parquet": _join_parquet, ".csv": _join_csv, ".xlsx": _join_xlsx}[self.output.suffix](paths, partial)
        partial.replace(self.output)
        shutil.rmtree(self.directory)
        return self.output


def encoded(task: engine.Task, number: int, suffix: str) -> bytes:
    """One chunk as the content of its part; made where the chunk is computed, so that little travels."""
    frame = frames.to_frame(task, engine.chunk(task, number))
    if suffix == ".csv":
        return _csv(frame)
    stream = io.BytesIO()
    # Few values repeat among results; among what varies most do.
    varied = [heading for heading in frame.columns if frame.attrs["quantities"].get(heading) not in task.watch]
    needed("pyarrow.parquet", "parquet").write_table(_arrow(frame), stream, use_dictionary=varied)
    return stream.getvalue()


def _csv(frame: pd.DataFrame) -> bytes:
    """Comma-separated values; ten times as fast where pyarrow is installed."""
    try:
        from pyarrow import csv as arrow_csv
    except ImportError:
        return frame.to_csv(index=False, lineterminator="\n").encode()
    stream = io.BytesIO()
    arrow_csv.write_csv(_arrow(frame), stream, arrow_csv.WriteOptions(quoting_style="needed"))
    return stream.getvalue()


def digest(task: engine.Task) -> str:
    """What the results depend on, as one number in hexadecimal: inputs, catalogs, equations, size of a chunk."""
    found = hashlib.sha256(engine.equations_digest().encode())
    scenario = replace(task.scenario, place="")
    found.update(repr((scenario, task.watch, task.seed, task.chunk_rows, vars(task.catalog))).encode())
    for axis in task.axes:
        if isinstance(axis, SampledAxis):
            found.update(repr(axis).encode())
        else:
            found.update(repr(axis.texts).encode())
            for name, values in axis.numbers.items():
                found.update(name.encode() + values.tobytes())
    return found.hexdigest()


def _check(output: Path, task: engine.Task) -> None:
    if output.suffix not in FORMATS:
        raise one(str(output), "", f"takes a name that ends in {', '.join(FORMATS)}")
    if not output.absolute().parent.is_dir():
        raise one(str(output), "", "its directory does not exist")
    if output.suffix == ".parquet":
        needed("pyarrow.parquet", "parquet", str(output))
    if output.suffix == ".xlsx":
        needed("xlsxwriter", "excel", str(output))
        if task.rows > _MOST_SHEET_ROWS:
            raise one(str(output), "", f"{task.rows:,} rows do not fit a sheet of {_MOST_SHEET_ROWS:,}: use .parquet")


def _arrow(frame: pd.DataFrame) -> Any:
    """The frame as an Arrow table; each field carries its unit."""
    import pyarrow

    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    fields = [
        field.with_metadata({"unit": frame.attrs["units"][field.name]}) if field.name in frame.attrs["units"] else field
        for field in table.schema
    ]
    return table.cast(pyarrow.schema(fields, metadata=table.schema.metadata))


def _join_parquet(paths: list[Path], partial: Path) -> None:
    parquet = needed("pyarrow.parquet", "parquet")
    first = parquet.ParquetFile(paths[0])
    columns = first.metadata.row_group(0)
    varied = [c.path_in_schema for c in map(columns.column, range(columns.num_columns)) if c.has_dictionary_page]
    with parquet.ParquetWriter(partial, first.schema_arrow, use_dictionary=varied) as writer:
        for path in paths:
            writer.write_table(parquet.read_table(path))


def _join_csv(paths: list[Path], partial: Path) -> None:
    with partial.open("wb") as whole:
        for number, path in enumerate(paths):
            with path.open("rb") as part:
                if number:
                    part.readline()
                shutil.copyfileobj(part, whole)


def _join_xlsx(paths: list[Path], partial: Path) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False}
    with needed("xlsxwriter", "excel").Workbook(partial, options) as book:
        sheet = book.add_worksheet("sweep")
        bold = book.add_format({"bold": True})
        line = 0
        for path in paths:
            with path.open(newline="", encoding="utf-8") as part:
                for number, cells in enumerate(csv.reader(part)):
                    if number == 0 and line == 0:
                        sheet.write_row(0, 0, cells, bold)
                        sheet.freeze_panes(1, 0)
                        line = 1
                    elif number:
                        for column, cell in enumerate(cells):
                            _write_cell(sheet, line, column, cell)
                        line += 1


def _write_cell(sheet: Any, line: int, column: int, cell: str) -> None:
    try:
        number = float(cell)
    except ValueError:
        if cell:
            sheet.write_string(line, column, cell)
    else:
        if math.isfinite(number):
            sheet.write_number(line, column, number)
