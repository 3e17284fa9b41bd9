"""planner scenario list | show | new"""

from pathlib import Path

from planner.commands.arguments import WORKLOADS, Arguments, Parser, add_common
from planner.commands.output import Answer, add_file, add_table, add_text


def configure(parser: Parser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="shipped scenarios and your own")
    add_common(listing)
    add_table(listing)
    show = actions.add_parser("show", help="print a scenario file")
    add_common(show)
    show.add_argument("name", metavar="NAME")
    add_file(show, (".toml", ".json"), "scenarios", "write the scenario to a .toml or a .json")
    new = actions.add_parser("new", help="write a commented scenario to start from")
    add_common(new)
    new.add_argument("file", metavar="FILE", type=Path)
    new.add_argument("--from", dest="source", metavar="NAME", help="start from a shipped scenario")
    new.add_argument("--workload", choices=WORKLOADS, default="training")
    add_text(new)


def run(args: Arguments) -> Answer:
    return {"list": _list, "show": _show, "new": _new}[args.action](args)


def _list(args: Arguments) -> Answer:
    from planner.scenario import scenario_file
    from planner.tables import Table

    shipped = scenario_file.shipped_names(args.catalog)
    scenarios = {name: scenario_file.load(path, args.catalog) for name, path in sorted(shipped.items())}
    rows = [[name, scenario.workload, scenario.name] for name, scenario in scenarios.items()]
    return Answer(
        table=lambda: Table(["name", "workload", "title"], rows),
        data=lambda: [{"name": name, "title": title, "workload": workload} for name, workload, title in rows],
    )


def _show(args: Arguments) -> Answer:
    import tomllib

    from planner.scenario import scenario_file

    path = scenario_file.load(args.name, args.catalog).path
    text = path.read_text(encoding="utf-8") if path is not None else ""
    return Answer(text=lambda: text, data=lambda: tomllib.loads(text))


def _new(args: Arguments) -> Answer:
    from planner.errors import one
    from planner.files import write_atomically
    from planner.scenario import scenario_file

    if args.file.exists():
        raise one(str(args.file), "", "exists already; nothing was written")
    if args.source:
        path = scenario_file.load(args.source, args.catalog).path
        text = path.read_text(encoding="utf-8") if path else ""
    else:
        text = scenario_file.template(args.file.stem.replace("-", " "), args.workload)
    write_atomically(args.file, text, expected="")
    return Answer(data=lambda: {"file": str(args.file)}, notes=[f"wrote {args.file}; next: planner plan {args.file}"])
