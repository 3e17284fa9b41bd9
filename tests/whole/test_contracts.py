"""The architecture: what may import what, and what starts without what."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import planner

ROOT = Path(planner.__file__).parent
MODULES = sorted(path for path in ROOT.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Top-level names of everything a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "equations").glob("*.py")), ids=lambda p: p.stem)
def test_equations_import_only_math_and_numpy(path):
    assert imports(path) <= {"math", "numpy", "__future__"}


@pytest.mark.parametrize("path", sorted((ROOT / "equations").glob("*.py")), ids=lambda p: p.stem)
def test_equations_do_not_branch_on_values(path):
    branches = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.If | ast.IfExp)]
    assert not branches


@pytest.mark.parametrize("path", sorted((ROOT / "equations").glob("*.py")), ids=lambda p: p.stem)
def test_equations_hold_no_naked_constants(path):
    """Small whole numbers and exact fractions belong to a formula; anything else is a quantity with a source."""
    numbers = [n.value for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Constant)]
    naked = [v for v in numbers if isinstance(v, int | float) and not isinstance(v, bool) and not _exact(v)]
    assert naked == []


def _exact(value: float) -> bool:
    return abs(value) <= 12 and value * 2 == int(value * 2)


def test_pint_is_imported_in_units_alone():
    assert [p.name for p in MODULES if "pint" in imports(p)] == ["units.py"]


def test_textual_is_imported_below_tui_alone():
    assert [p for p in MODULES if "textual" in imports(p) and "tui" not in p.relative_to(ROOT).parts] == []


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["plan", "--help"]])
def test_help_and_version_import_nothing_heavy(arguments):
    code = (
        "import sys\nfrom planner.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'pint', 'pandas', 'scipy', 'textual', 'matplotlib'} & set(sys.modules)\n"
        "print('HEAVY', sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("HEAVY []")


def test_a_plan_does_not_import_pandas_scipy_or_textual():
    code = (
        "import sys\nfrom planner.cli import main\nmain(['plan', 'facility-30mw', '--json'])\n"
        "heavy = {'pandas', 'scipy.stats', 'scipy.optimize', 'textual', 'matplotlib'} & set(sys.modules)\n"
        "print('HEAVY', sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("HEAVY []")
