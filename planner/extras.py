"""Libraries that only some commands need, and that a user installs for them."""

from __future__ import annotations

import importlib
from typing import Any

from planner.errors import one


def needed(module: str, extra: str, place: str = "planner") -> Any:
    """An optional module; InputError that names the extra where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        library = module.partition(".")[0]
        raise one(place, library, f"is not installed: pip install 'ai-cluster-planner[{extra}]'") from None
