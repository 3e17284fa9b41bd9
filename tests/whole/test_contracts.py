"""The architecture: what may import what, what starts without what, and what stands where."""

import ast
import copy
import subprocess
import sys
from pathlib import Path

import grimp
import pytest
from importlinter import api
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

import planner

PACKAGE = Path(planner.__file__).parent
ROOT = PACKAGE.parent
MODULES = sorted(PACKAGE.rglob("*.py"))
EQUATIONS = sorted((PACKAGE / "equations").rglob("*.py"))
GRAPH = grimp.build_graph("planner", include_external_packages=True, cache_dir=None)
KINDS = {
    "acyclic_siblings": AcyclicSiblingsContract,
    "forbidden": ForbiddenContract,
    "layers": LayersContract,
    "protected": ProtectedContract,
}
CONFIGURATION = api.read_configuration(str(ROOT / "pyproject.toml"))
CONTRACTS = {
    options["name"]: KINDS[options["type"]](options["name"], CONFIGURATION["session_options"], options)
    for options in CONFIGURATION["contracts_options"]
}
# Each contract of pyproject.toml, with an import that would break it.
BREAKS = {
    "Rooms: arrows go down only": ("planner.plan.plan", "planner.studies.solve"),
    "No circle among modules": ("planner.money.ledger", "planner.money.plan_ledger"),
    "Equations stand on numpy and math alone": ("planner.equations.facility.power", "scipy"),
    "pint in the units alone": ("planner.files", "pint"),
    "textual in the terminal app alone": ("planner.reports.document", "textual"),
}
# Libraries that take long to import and are needed by some commands alone: a function imports them when it runs.
LATE = {"scipy", "pandas", "matplotlib", "pyarrow", "distributed", "fpdf", "xlsxwriter"}
LATE_OUTSIDE_THE_APP = {"textual", "textual_plotext", "textual_serve"}
LONGEST = 400


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(node: ast.AST) -> set[str]:
    """Top-level names of what an import statement imports from other distributions."""
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return {(node.module or "").split(".")[0]}
    return set()


def at_import(node: ast.AST):
    """The statements that run while a module is imported: those of functions and of TYPE_CHECKING do not."""
    for child in ast.iter_child_nodes(node):
        typing_alone = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and not typing_alone:
            yield child
            yield from at_import(child)


def kept(name: str, graph: grimp.ImportGraph) -> bool:
    """Whether import-linter finds the contract kept; what breaks it is printed."""
    check = CONTRACTS[name].check(copy.deepcopy(graph), verbose=False)
    if not check.kept:
        CONTRACTS[name].render_broken_contract(check)
    return check.kept


def test_every_module_is_looked_at():
    modules = {name for name in GRAPH.modules if name.split(".")[0] == "planner"}
    assert len(modules) == len(MODULES) > 200 and GRAPH.count_imports() > 1000
    assert BREAKS.keys() == CONTRACTS.keys()


@pytest.mark.parametrize("name", BREAKS)
def test_the_contract_is_kept_and_notices_what_would_break_it(name):
    assert kept(name, GRAPH)
    broken = copy.deepcopy(GRAPH)
    importer, new = BREAKS[name]
    assert {importer, new} <= GRAPH.modules
    broken.add_import(importer=importer, imported=new)
    assert not kept(name, broken)


def test_a_new_package_needs_a_layer():
    larger = copy.deepcopy(GRAPH)
    larger.add_module("planner.new_package")
    assert not kept("Rooms: arrows go down only", larger)


def test_numpy_is_what_equations_import():
    importers = GRAPH.find_modules_that_directly_import("numpy")
    assert len([name for name in importers if name.startswith("planner.equations.")]) > 20


def test_equations_do_not_branch_on_values():
    branches = [
        f"{path.name}:{node.lineno}"
        for path in EQUATIONS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If | ast.IfExp)
    ]
    assert branches == [] and len(EQUATIONS) > 40


def test_equations_hold_no_naked_constants():
    """Small whole numbers and exact fractions belong to a formula; anything else is a quantity with a source."""
    constants = [
        (f"{path.name}:{node.lineno}", node.value)
        for path in EQUATIONS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    ]
    assert [(place, v) for place, v in constants if abs(v) > 12 or v * 2 != int(v * 2)] == []
    assert len(constants) > 200


def test_heavy_libraries_are_imported_late():
    early, late = [], set()
    for path in MODULES:
        where = path.relative_to(PACKAGE)
        heavy = LATE if where.parts[0] == "tui" else LATE | LATE_OUTSIDE_THE_APP
        early += [f"{where}: {name}" for node in at_import(tree(path)) for name in sorted(imported(node) & heavy)]
        late |= {name for node in ast.walk(tree(path)) for name in imported(node)}
    assert early == [] and {"scipy", "pandas", "textual"} <= late


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


def folders(parent: Path) -> set[str]:
    """Folders below `parent` that hold Python or TOML, by their path from it."""
    return {str(path.parent.relative_to(parent)) for path in parent.rglob("*") if path.suffix in {".py", ".toml"}}


def test_every_room_of_equations_has_its_glossary():
    rooms = folders(PACKAGE / "equations") - {"."}
    assert rooms == folders(PACKAGE / "glossary") - {".", "kinds"} and len(rooms) >= 6


def test_the_folders_of_tests_mirror_the_packages():
    packages = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    tests = {path.parent.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").glob("*/**/test_*.py")}
    assert tests == packages | {"ground", "whole"} and len(packages) >= 10
    assert folders(ROOT / "tests" / "equations") - {"."} <= folders(PACKAGE / "equations")


def test_no_module_is_longer_than_fits_in_one_head():
    lines = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {str(path): count for path, count in lines.items() if count > LONGEST} == {} and len(lines) > 200
