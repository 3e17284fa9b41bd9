"""Nothing is lost when a write is cut short, a disk is full, or two people edit one entry."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from planner import files, paths
from planner.catalog import authoring
from planner.catalog.catalog import Catalog
from planner.cli import main
from planner.errors import InputError
from planner.scenario import scenario_file

ROOT = Path(__file__).parents[2]
OWN = '# mine\nsource = "sheet"\npower = "700 W/accelerator"\n'
PRICES = "provider,instance,accelerator,on_demand_price [USD/accelerator/h]\nAcme,acme-1,H100,2.5\n"

# What writes: a name, the file it replaces, and the program that does it in the folder of its first argument.
WRITES = {
    "a scenario saved": (
        "mine.toml",
        "from planner import files; files.set_in_file(folder / 'mine.toml', {('set', 'pue'): '1.3'})",
    ),
    "an entry edited": (
        "catalogs/accelerators/h100-sxm.toml",
        "main(['catalog', 'edit', 'accelerators/h100-sxm', 'power=650 W/accelerator', '--catalogs', own])",
    ),
    "a new source": (
        "catalogs/sources.toml",
        "main(['catalog', 'edit', 'accelerators/h100-sxm', 'power=650 W/accelerator', '--catalogs', own, "
        "'--source', 'letter', '--source-title', 'A letter'])",
    ),
    "a table written": (
        "table.csv",
        "from planner.tables import Table; Table(['a'], [[str(n)] for n in range(5000)]).write(folder / 'table.csv')",
    ),
    "a workbook written": (
        "table.xlsx",
        "from planner.tables import Table; Table(['a'], [[str(n)] for n in range(5000)]).write(folder / 'table.xlsx')",
    ),
    "a report written": ("report.html", "main(['report', 'enterprise-8-gpu', '-o', str(folder / 'report.html')])"),
    "prices imported": (
        "catalogs/clouds/acme-acme-1.toml",
        "(folder / 'prices.csv').write_text(PRICES); "
        "main(['catalog', 'import', str(folder / 'prices.csv'), '--source', 'sheet', '--catalogs', own])",
    ),
    "a sweep written": (
        "table.csv",
        "main(['sweep', 'enterprise-8-gpu', '--vary', 'pue=1.1,1.2', '-o', str(folder / 'table.csv')])",
    ),
    "a new scenario": (
        "new.toml",
        "main(['scenario', 'new', str(folder / 'new.toml')])",
    ),
    "a plan written": ("plan.json", "main(['plan', 'enterprise-8-gpu', '-o', str(folder / 'plan.json')])"),
}
# Killed with the temporary file written in part, whole but not yet in place, and right after it is in place.
MOMENTS = {
    "half written": "os.fsync = lambda descriptor: (os.ftruncate(descriptor, 1), die())",
    "before the rename": "os.replace = os.rename = lambda *names: die()",
}
CHILD = f"""
PRICES = {PRICES!r}
"""
CHILD += """
import os, signal, sys
from pathlib import Path
from planner.cli import main

def die():
    os.kill(os.getpid(), signal.SIGKILL)

folder = Path(sys.argv[1])
own = str(folder / "catalogs")
"""


def child(program, *arguments, **more):
    return subprocess.Popen(
        [sys.executable, "-c", CHILD + textwrap.dedent(program), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


@pytest.fixture
def folder(tmp_path):
    """A scenario, an entry of one's own and its source."""
    (tmp_path / "catalogs" / "accelerators").mkdir(parents=True)
    (tmp_path / "catalogs" / "sources.toml").write_text('[sheet]\ntitle = "A sheet"\n')
    (tmp_path / "catalogs" / "accelerators" / "h100-sxm.toml").write_text(OWN)
    (tmp_path / "mine.toml").write_text('# mine\nname = "mine"\n[set]\naccelerators = "64 accelerator"\n')
    for name in ("table.csv", "table.xlsx", "report.html", "plan.json"):
        (tmp_path / name).write_text("what was here before")
    return tmp_path


def held(path):
    return path.read_bytes() if path.exists() else None


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("write", WRITES)
def test_a_write_killed_on_the_way_leaves_the_old_file(folder, write, moment):
    name, program = WRITES[write]
    before = held(folder / name)
    process = child(f"{MOMENTS[moment]}\n{program}", folder)
    _, said = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, said
    assert held(folder / name) == before
    # What is left beside it stands in nobody's way.
    assert (
        Catalog([*Catalog().layers, folder / "catalogs"]).entry("accelerators", "h100-sxm").facts["power"].value == 700
    )
    assert scenario_file.load(folder / "mine.toml").set["accelerators"] == "64 accelerator"


@pytest.mark.parametrize("write", WRITES)
def test_each_of_these_writes_replaces_its_file(folder, write):
    name, program = WRITES[write]
    before = held(folder / name)
    process = child(program, folder)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert held(folder / name) not in (before, None)


@pytest.mark.parametrize("write", ["a scenario saved", "an entry edited", "a table written"])
def test_a_file_that_may_not_grow_is_said_and_the_old_one_kept(folder, write):
    """Where the system refuses to write: the same way as a full disk or a spent quota."""
    name, program = WRITES[write]
    before = (folder / name).read_bytes()
    limit = "import resource; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (16, 16))\n"
    process = child(
        f"""{limit}
from planner.errors import InputError
try:
    sys.exit({program.rpartition("; ")[2] if "import" not in program else f"exec({program!r})"})
except InputError as error:
    sys.exit(str(error))
""",
        folder,
    )
    _, said = process.communicate(timeout=120)
    assert process.returncode != 0 and "Traceback" not in said
    assert os.strerror(errno.EFBIG) in said
    assert (folder / name).read_bytes() == before


def test_a_full_disk_is_said_and_the_old_file_kept(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small disk can be mounted by the superuser alone")
    try:
        path = disk / "table.csv"
        path.write_text("before")
        with pytest.raises(InputError, match="No space left on device; the old file is unchanged"):
            files.write_atomically(path, "x" * 200_000)
        assert path.read_text() == "before"
        assert [each.name for each in disk.iterdir()] == ["table.csv"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("reason", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EDQUOT])
def test_a_directory_that_takes_no_file_is_said(folder, monkeypatch, capsys, reason):
    def refuse(*_, **__):
        raise OSError(reason, os.strerror(reason))

    given = [
        "catalog",
        "edit",
        "accelerators/h100-sxm",
        "power=650 W/accelerator",
        "--catalogs",
        str(folder / "catalogs"),
    ]
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    assert main(given) == 2
    assert f"h100-sxm.toml: cannot be written: {os.strerror(reason)}" in capsys.readouterr().err
    assert (folder / "catalogs" / "accelerators" / "h100-sxm.toml").read_text() == OWN


def test_of_two_processes_that_edit_one_entry_the_second_is_refused(folder):
    program = """
    from planner import paths
    from planner.catalog import authoring
    from planner.catalog.catalog import Catalog
    catalog = Catalog([paths.shipped("catalogs"), folder / "catalogs"])
    said = authoring.Provenance()
    draft = authoring.edit(catalog, catalog.entry("accelerators", "h100-sxm"), {"power": sys.argv[2]}, said)
    print("read", flush=True)
    input()
    from planner.errors import InputError
    try:
        draft.write()
    except InputError as error:
        sys.exit(str(error))
    """
    first, second = (child(program, folder, f"{watts} W/accelerator") for watts in (650, 600))
    assert [process.stdout.readline() for process in (first, second)] == ["read\n", "read\n"]
    first.communicate("\n", timeout=60)
    _, said = second.communicate("\n", timeout=60)
    assert (first.returncode, second.returncode) == (0, 1)
    assert "was changed by someone else meanwhile; nothing was written. Load it again" in said
    assert "650 W/accelerator" in (folder / "catalogs" / "accelerators" / "h100-sxm.toml").read_text()


def test_of_two_processes_that_write_within_the_same_instant_one_is_refused(folder):
    """Both have read the entry, both have their new file ready; each waits a moment before it puts it in place."""
    program = """
    import time
    real = os.fsync
    os.fsync = lambda descriptor: (real(descriptor), time.sleep(0.5))
    print("ready", flush=True)
    input()
    sys.exit(main(["catalog", "edit", "accelerators/h100-sxm", f"{sys.argv[2]}={sys.argv[3]}", "--catalogs", own]))
    """
    changes = (("power", "650 W/accelerator"), ("memory_bandwidth", "3 TB/s/accelerator"))
    both = [child(program, folder, *change) for change in changes]
    assert [process.stdout.readline() for process in both] == ["ready\n", "ready\n"]
    for process in both:
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 2], said
    (refused,) = [words for process, words in zip(both, said, strict=True) if process.returncode]
    assert "was changed by someone else meanwhile; nothing was written. Load it again" in refused
    text = (folder / "catalogs" / "accelerators" / "h100-sxm.toml").read_text()
    assert [value in text for _, value in changes].count(True) == 1
    assert [path.name for path in (folder / "catalogs" / "accelerators").iterdir()] == ["h100-sxm.toml"]


@pytest.mark.parametrize("renames", [1, 2, 4, 5], ids=["the record", "the first part", "the last part", "the whole"])
def test_a_sweep_killed_on_the_way_goes_on_to_the_same_bytes(tmp_path, renames):
    """Killed right before a part, or the whole file, is put in place; what was in place before stays."""
    program = """
    from planner.studies.sweep import engine
    engine.ROWS = 2
    real, done = os.replace, []
    def replace(*names):
        done.append(names)
        if len(done) == int(sys.argv[2]):
            die()
        real(*names)
    os.replace = replace
    vary = ["--vary", "pue=1.1,1.2,1.3,1.4,1.5,1.6", "--watch", "tco,facility_power"]
    sys.exit(main(["sweep", "enterprise-8-gpu", *vary, "--jobs", "1", "-o", str(folder / sys.argv[3])]))
    """
    output = tmp_path / "out.csv"
    output.write_text("what was here before")
    process = child(program, tmp_path, renames, "out.csv")
    _, said = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, said
    assert output.read_text() == "what was here before"
    for name in ("out.csv", "whole.csv"):
        process = child(program, tmp_path, 0, name)
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert output.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "whole.csv"]


def test_a_catalog_directory_that_may_not_be_written_is_said(folder):
    """As anyone but the superuser, to whom every directory is open."""
    if os.getuid() == 0 and not all(path.stat().st_mode & 0o005 for path in ROOT.parents):
        pytest.skip("nobody but the superuser may read this checkout")
    program = """
    import pwd
    # What is imported late is imported before the rights are gone.
    change = ["catalog", "edit", "accelerators/h100-sxm", "power=650 W/accelerator", "--catalogs", own]
    assert main([*change, "--dry-run"]) == 0
    own_directory = folder / "catalogs" / "accelerators"
    own_directory.chmod(0o555)
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(pwd.getpwnam("nobody").pw_gid)
        os.setuid(pwd.getpwnam("nobody").pw_uid)
    try:
        status = main(change)
    finally:
        print(sorted(path.name for path in own_directory.iterdir()), flush=True)
    sys.exit(status)
    """
    for path in [folder, *folder.parents]:
        if path.stat().st_uid == os.getuid() and path != Path(tempfile.gettempdir()):
            path.chmod(path.stat().st_mode | 0o555)
    process = child(program, folder)
    printed, said = process.communicate(timeout=60)
    assert process.returncode == 2, said
    assert "h100-sxm.toml: cannot be written: Permission denied" in said
    assert printed.splitlines()[-1] == "['h100-sxm.toml']"


def test_a_scenario_changed_under_an_edit_keeps_the_other_change(folder, monkeypatch):
    path = folder / "mine.toml"
    whole = files.edited

    def meanwhile(*given):
        path.write_text(path.read_text() + 'pue = "1.2"\n')
        return whole(*given)

    monkeypatch.setattr(files, "edited", meanwhile)
    with pytest.raises(InputError, match="Load it again"):
        files.set_in_file(path, {("set", "accelerators"): "8 accelerator"})
    assert scenario_file.load(path).set == {"accelerators": "64 accelerator", "pue": "1.2"}


def test_a_linked_entry_is_read_and_written_through_its_link(folder):
    """A catalog directory may be made of links (a shared disk, kept settings): the person who made them meant them."""
    own, elsewhere = folder / "catalogs", folder / "shared.toml"
    link = own / "accelerators" / "h100-sxm.toml"
    link.rename(elsewhere)
    link.symlink_to(elsewhere)
    catalog = Catalog([paths.shipped("catalogs"), own])
    entry = catalog.entry("accelerators", "h100-sxm")
    assert entry.facts["power"].value == 700
    authoring.edit(catalog, entry, {"power": "650 W/accelerator"}, authoring.Provenance()).write()
    assert link.is_symlink() and "650 W/accelerator" in elsewhere.read_text()


@pytest.mark.parametrize("target", ["nowhere.toml", "itself.toml", "/dev/zero", "."])
def test_a_link_to_no_file_is_an_unknown_entry(folder, target):
    link = folder / "catalogs" / "accelerators" / "itself.toml"
    link.symlink_to(target)
    catalog = Catalog([folder / "catalogs"])
    with pytest.raises(InputError, match="unknown entry 'itself'"):
        catalog.entry("accelerators", "itself")
    assert catalog.entry("accelerators", "h100-sxm").facts["power"].value == 700
    assert any("itself" in str(problem) for problem in catalog.problems())
