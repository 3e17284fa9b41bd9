"""User files are written whole or not at all, with their comments kept."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import one

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


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
