"""Files are read with the reason where they cannot be, and written whole or not at all, with their comments kept."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import InputError, one

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

# Bytes of a file of settings, and of a table of data.
LARGEST_FILE = 1_000_000
LARGEST_TABLE = 40_000_000
# The time in which TOML's reader reads a name grows with the square of its parts.
_DEEPEST = 40
_BETWEEN_NAMES = re.compile(r"[\n=,\[\]{}#]+")


# Reading


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as a table; InputError with the reason where it cannot be read."""
    place = path.name
    return parse_toml(read_bytes(path, place), place)


def read_bytes(path: Path, place: str, largest: int = LARGEST_FILE) -> bytes:
    """What a file holds; InputError where it cannot be read or has no end in sight."""
    try:
        # Not by its size: a device or a pipe has none.
        with path.open("rb") as stream:
            content = stream.read(largest + 1)
    except FileNotFoundError:
        raise one(str(path), "", "no such file") from None
    except IsADirectoryError:
        raise one(str(path), "", "is a directory, not a file") from None
    except OSError as error:
        raise one(str(path), "", f"cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise one(str(path), "", f"is not a file name: {error}") from None
    if len(content) > largest:
        raise one(place, "", f"is larger than {largest // 1_000_000} MB")
    return content


def _line(reason: str, content: bytes) -> str:
    """The line that TOML's reader stumbled over, and what is most often wrong with such a line."""
    match = re.search(r"at line (\d+)", reason)
    if match is None:
        return ""
    text = content.decode("utf-8-sig").split("\n")[int(match[1]) - 1].strip()[:60]
    hint = ""
    if reason.startswith(("Expected newline", "Invalid value", "Unclosed")):
        hint = '; a text and a value with a unit stand in quotes: NAME = "70 USD/MWh"'
    elif "overwrite" in reason or "twice" in reason:
        hint = "; its name stands there twice"
    return f": {text}{hint}"


def parse_toml(content: bytes, place: str) -> dict[str, Any]:
    """TOML text as a table; InputError naming line and reason where it is broken."""
    try:
        text = content.decode("utf-8-sig")
        if any(piece.count(".") > _DEEPEST for piece in _BETWEEN_NAMES.split(text)):
            raise one(place, "", f"broken TOML: a name has more than {_DEEPEST} parts")
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise one(place, "", f"is not UTF-8 text (byte {error.start})") from None
    except tomllib.TOMLDecodeError as error:
        raise one(place, "", f"broken TOML: {error}{_line(str(error), content)}") from None
    except InputError:
        raise
    except (RecursionError, ValueError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise one(place, "", f"broken TOML: {reason}") from None


def read_csv(
    path: Path, place: str = "", largest: int = LARGEST_TABLE
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The heading of a CSV file and its rows, each with the number of its line; empty lines are left out."""
    place = place or path.name
    try:
        text = read_bytes(path, place, largest).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise one(place, "", f"is not UTF-8 text (byte {error.start})") from None
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise one(place, f"line {reader.line_num}", f"is not CSV: {error}") from None
    return (lines[0][1], lines[1:]) if lines else ([], [])


# Writing


def fingerprint(path: Path) -> str:
    """What a file holds now, for telling whether it was changed meanwhile; empty where there is none."""
    import hashlib

    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def write_atomically(path: Path, content: str | bytes, expected: str | None = None) -> None:
    """Replace the file by `content`: temporary file, fsync, rename.

    With `expected` (a fingerprint taken when the file was read) a file changed meanwhile is left alone and
    the change refused; who compares has the directory locked until the file is in place.
    """
    import tempfile

    target = path.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
    except OSError as error:
        raise one(str(path), "", f"cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
        mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
        Path(temporary).chmod(mode)
        with _locked(target.parent):
            if expected is not None and fingerprint(path) != expected:
                raise one(str(path), "", "was changed by someone else meanwhile; nothing was written. Load it again")
            Path(temporary).replace(target)
    except OSError as error:
        raise one(str(path), "", f"cannot be written: {error.strerror}; the old file is unchanged") from None
    finally:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
    with contextlib.suppress(OSError):
        directory = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """The directory for this process alone, among those that write by this module; the system frees it at any end."""
    try:
        import fcntl
    except ImportError:
        # Windows locks no directory: there the comparison and the rename are two steps.
        yield
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            # A file system without locks leaves the instant between the two steps open.
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# A header of a table or of one of several tables: its name up to the first dot.
_HEADER = re.compile(r"""\s*\[\[?\s*["']?([\w-]+)""")


def edited(text: str, changes: Mapping[tuple[Any, ...], Any], place: str) -> str:
    """TOML `text` with the values at the given key paths set (or removed where None); all else stays as written.

    A number in a path counts the tables of one name, `[[pool]]`, from 0.
    """
    import tomlkit

    document = _parsed(text, place)
    for keys, value in changes.items():
        table: Any = document
        for key in keys[:-1]:
            if isinstance(key, int) or isinstance(table.get(key), list):
                table = table[key]
                continue
            if not isinstance(table.get(key), dict):
                if value is None:
                    break
                # A plain value that gains more to say becomes a table with that value.
                plain = table.get(key)
                table[key] = tomlkit.table()
                if plain is not None:
                    table[key]["value"] = plain
            table = table[key]
        else:
            if value is None:
                table.pop(keys[-1], None)
            elif isinstance(table.get(keys[-1]), dict) and not isinstance(value, dict):
                table[keys[-1]]["value"] = value
            else:
                table[keys[-1]] = value
    return tomlkit.dumps(document)


def rearranged(text: str, key: str, order: Sequence[int | dict[str, Any]], place: str) -> str:
    """TOML `text` with its `[[key]]` tables in another order: a number stands for one as it is, a mapping for a new.

    A table takes the comments directly above it along.
    """
    import tomlkit

    document = _parsed(text, place)
    said = document.unwrap()
    held = said.get(key, [])
    wanted = {**said, key: [held[each] if isinstance(each, int) else each for each in order]}
    before, tables, after = _blocks(text, key)
    if len(tables) == len(held):
        parts = [tables[each] if isinstance(each, int) else tomlkit.dumps({key: [each]}) for each in order]
        kept = "\n\n".join(part.strip("\n") for part in (before, *parts, after) if part.strip()) + "\n"
        with contextlib.suppress(tomllib.TOMLDecodeError):
            if {key: [], **tomllib.loads(kept)} == wanted:
                return kept
    # Written in another way than as [[key]] tables: they are written anew, without their comments.
    document.pop(key, None)
    return tomlkit.dumps(document) + tomlkit.dumps({key: wanted[key]})


def _blocks(text: str, key: str) -> tuple[str, list[str], str]:
    """What stands before the `[[key]]` tables, each of them with its own tables, and what stands after the first."""
    parts: list[list[str]] = [[], []]
    tables: list[list[str]] = []
    now, waiting = parts[0], []  # comments that belong to the header that may follow
    for line in text.splitlines(keepends=True):
        header = _HEADER.match(line)
        if line.lstrip().startswith("#"):
            waiting.append(line)
            continue
        if header and header[1] == key and line.lstrip().startswith("[["):
            now = []
            tables.append(now)
        elif header and header[1] != key:
            now = parts[1] if tables else parts[0]
        now += [*waiting, line]
        waiting = []
    now += waiting
    return "".join(parts[0]), ["".join(lines) for lines in tables], "".join(parts[1])


def _parsed(text: str, place: str) -> TOMLDocument:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise one(place, "", f"broken TOML: {error}") from None


def set_in_file(path: Path, changes: Mapping[tuple[Any, ...], Any]) -> None:
    """Set values at key paths of a TOML file, keeping comments, order and everything else."""
    before = fingerprint(path)
    text = path.read_text(encoding="utf-8") if before else ""
    write_atomically(path, edited(text, changes, path.name), expected=before)
