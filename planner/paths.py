"""Where shipped and user data lie."""

from __future__ import annotations

import os
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """The shipped directory `name` (catalogs, seeds or docs): inside the wheel, or beside the package in a checkout."""
    inside = _HERE / "data" / name
    return inside if inside.is_dir() else _HERE.parent / name


def guides() -> list[Path]:
    """The guides, in the order in which they are read."""
    return sorted((shipped("docs") / "guides").glob("*.md"))


def catalog_layers(extra: Path | None = None) -> list[Path]:
    """Catalog directories, the weakest first: shipped, the user's own, PLANNER_CATALOGS, `extra`."""
    layers = [shipped("catalogs"), user_catalogs(), *_named()]
    if extra is not None:
        layers.append(extra)
    return [layers[0]] + [layer for layer in layers[1:] if _readable(layer)]


def left_out() -> list[Path]:
    """Directories of PLANNER_CATALOGS that cannot be read."""
    return [directory for directory in _named() if not _readable(directory)]


def _named() -> list[Path]:
    return [Path(part) for part in os.environ.get("PLANNER_CATALOGS", "").split(os.pathsep) if part]


def _readable(layer: Path) -> bool:
    """Whether a directory is there for this user: another one's home may be named but not looked into."""
    return os.access(layer, os.R_OK | os.X_OK) and layer.is_dir()


def user_catalogs() -> Path:
    """The user's own catalog directory, whether or not it exists yet."""
    from platformdirs import user_config_path

    try:
        return user_config_path("planner") / "catalogs"
    except (RuntimeError, OSError):
        return Path("catalogs")
