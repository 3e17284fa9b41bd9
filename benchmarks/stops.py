"""The stops of a value: how many functions hand it on from the scenario file to a figure of the plan.

    python benchmarks/stops.py [QUANTITY] [list]

A price of electricity that no other figure equals is written into a scenario file; each call of a function of the
planner that takes the price, its text or what holds it as an argument is a hand-over.  Methods of what holds the price
are its own, as the look-ups of a dict are.  Prints the distinct functions and hand-overs, with `list` each.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

import planner
from planner.catalog.catalog import Catalog
from planner.plan import planning
from planner.scenario import scenario_file

TEXT = "71.234567"
PRICE = float(TEXT) / 3.6e9
SCENARIO = f"""
workload = "training"
[choose]
system = "hgx-h100"
model = "llama-3.1-405b"
cloud = "aws-p5"
[set]
accelerators = "8192 accelerator"
electricity_price = "{TEXT} USD/MWh"
"""
_PACKAGE = str(Path(planner.__file__).parent)
_DEEPEST = 6


def holds(thing: Any, seen: set[int], depth: int = 0) -> bool:
    """Whether it is the price or its text, or has it within."""
    if isinstance(thing, str):
        return TEXT in thing
    if isinstance(thing, float):
        return abs(thing - PRICE) < 1e-6 * PRICE
    if isinstance(thing, np.ndarray):
        return thing.dtype.kind == "f" and bool(np.any(np.abs(thing - PRICE) < 1e-6 * PRICE))
    if depth > _DEEPEST or id(thing) in seen:
        return False
    seen.add(id(thing))
    return any(holds(each, seen, depth + 1) for each in _within(thing))


def _within(thing: Any) -> list[Any]:
    if isinstance(thing, type):
        return []
    if dataclasses.is_dataclass(thing):
        return [getattr(thing, each.name, None) for each in dataclasses.fields(thing)]
    if isinstance(thing, Mapping):
        return list(thing.values())
    return list(thing) if isinstance(thing, list | tuple | set | frozenset) else []


def walked(quantity: str) -> tuple[float | None, dict[tuple[str, str], int]]:
    """The figure, and how often each function handed the price to each other on the way to it."""
    catalog = Catalog()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.toml"
        path.write_text(SCENARIO, encoding="utf-8")
        # What is read and wired once for all is no stop.
        planning.plan(scenario_file.load(path, catalog), catalog)
        handed: dict[tuple[str, str], int] = {}

        def watch(frame: FrameType, event: str, _: Any) -> None:
            code = frame.f_code
            if event != "call" or not _is_ours(frame):
                return
            count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
            names = [*code.co_varnames[:count], *code.co_freevars]
            sys.setprofile(None)
            if any(holds(frame.f_locals.get(name), set()) for name in names if name != "self"):
                pair = _caller(frame), _name(frame)
                handed[pair] = handed.get(pair, 0) + 1
            sys.setprofile(watch)

        sys.setprofile(watch)
        try:
            figure = planning.plan(scenario_file.load(path, catalog), catalog).value(quantity)
        finally:
            sys.setprofile(None)
    return figure, handed


def _is_ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_PACKAGE) and not frame.f_code.co_name.startswith("<")


def _name(frame: FrameType) -> str:
    room = frame.f_code.co_filename.removeprefix(_PACKAGE).removesuffix(".py").strip("/").replace("/", ".")
    return f"{room}.{frame.f_code.co_qualname}"


def _caller(frame: FrameType) -> str:
    caller = frame.f_back
    while caller is not None and not _is_ours(caller):
        caller = caller.f_back
    return _name(caller) if caller is not None else "outside"


def main() -> None:
    quantity = next((word for word in sys.argv[1:] if word != "list"), "npv_own")
    figure, handed = walked(quantity)
    print(f"{quantity} {figure:.6g}: {len({to for _, to in handed})} functions, {len(handed)} hand-overs")
    if "list" in sys.argv:
        print("\n".join(f"  {number:4d}  {source} -> {to}" for (source, to), number in handed.items()))


if __name__ == "__main__":
    main()
