"""The command line: one subcommand a module of planner.commands; nothing heavy is imported before one runs."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Collection

from planner import __version__
from planner.commands import output
from planner.commands.arguments import Arguments, Parser, add_common

# Command -> its one-line help. The module of the same name configures and runs it.
COMMANDS = {
    "plan": "size, cost, performance, checks and the binding constraint of a scenario",
    "explain": "how a number comes about, down to catalog facts and their sources",
    "phases": "a site of several pools by month: what is in service, what binds, which limit is passed when",
    "demand": "demand over time against what is in service: shortfall, when to buy next, build or rent",
    "place": "which pool goes to which site, at the least cost within every limit",
    "compare": "scenarios side by side, and which inputs cause the differences",
    "strategies": "the parallel strategies of a training scenario ranked, and why others fail",
    "scaling": "training speed against the number of accelerators, with the knee",
    "sweep": "every combination of varied quantities and choices, to a table or a file",
    "solve": "the value of an input at which a result meets a condition",
    "optimize": "the best choices under constraints, and what each constraint costs",
    "rank": "every accelerator of the catalog by what it serves: in all, per watt, per dollar and by its peak",
    "edge": "where a model may stand within a latency budget: device, site, city or region, with edge platforms",
    "risk": "how sure the figures are, what makes them unsure, and whether owning beats renting",
    "materials": "bill of materials of a scenario: systems, racks, fabric, optics, cables, power and cooling plant",
    "schedule": "from the decision to service: the critical path as a Gantt table, and megawatts by phase",
    "rules": "export control, residency and grid rules: what is allowed, and why the rest is not",
    "ledger": "the cash-flow ledger by month, what follows from it, and the audit workbook",
    "offers": "the catalog's cloud offers ranked for a scenario, with their age",
    "catalog": "browse, search, edit and check the hardware, model, site and cloud entries",
    "scenario": "list, show and start scenarios",
    "report": "one document to forward: decision, figures, pictures, sources, derivations",
    "docs": "the reference documentation as a static site",
    "validate": "replay published measurements and print the errors",
    "calibrate": "refit the calibration parameters to the published measurements",
    "claims": "what the source documents claim, recomputed: said, computed, verdict, reason",
    "market": "market sizes, growth and shares by axis and source, never blended",
    "check": "check units, catalogs, sources and scenarios",
    "tui": "the terminal app",
    "serve": "the terminal app in a browser, for this machine alone unless told otherwise",
}
# They draw and serve instead of printing.
APPS = ("tui", "serve")
DONE, FAILED_CHECK, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def parser(configured: Collection[str] = tuple(COMMANDS)) -> Parser:
    """The command line with the arguments of these commands; the others are there by name and help alone."""
    top = Parser(
        prog="planner",
        description="Capacity and total cost of AI accelerator clusters, with units, sources and error bars.",
        epilog="Without a command: the terminal app. A FILE may be the name of a shipped scenario.",
    )
    top.add_argument("--version", action="version", version=f"planner {__version__}")
    top.set_defaults(catalogs=None, json=False, csv=False, output=None, whole=parser)
    subparsers = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for name, text in COMMANDS.items():
        command = subparsers.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if name in configured:
            add_common(command, json=name not in APPS)
            importlib.import_module(f"planner.commands.{name}").configure(command)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status says 0 done, 1 a check failed, 2 bad input, 130 interrupted."""
    given = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    top = parser([word for word in given if not word.startswith("-")][:1])
    args, rest = top.parse_known_args(given, Arguments())
    # argparse takes FIELD=VALUE words only before the options; people also write them after.
    if rest and hasattr(args, "changes") and not any(word.startswith("-") for word in rest):
        args.changes += rest
    elif rest:
        top.error(f"unrecognized arguments: {' '.join(rest)}")
    if args.command is None:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            top.print_help()
            return DONE
        args = parser(["tui"]).parse_args(["tui"], Arguments())
    return run(args)


def run(args: Arguments) -> int:
    """Run the parsed command and give out its answer; problems on standard error."""
    command = importlib.import_module(f"planner.commands.{args.command}")
    try:
        args.check()
        status = output.put(command.run(args), args)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        print("planner: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (planner plan | head); keep the interpreter from complaining while it closes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        # A full disk, a name that is too long, a directory that may not be read: the system says which.
        print(f"planner: {error.filename or 'file system'}: {error.strerror or error}", file=sys.stderr)
        return BAD_INPUT
    except ValueError as error:
        from planner.errors import InputError
        from planner.glossary import GlossaryError

        if isinstance(error, GlossaryError):
            print(f"planner: {error}", file=sys.stderr)
            return FAILED_CHECK
        if not isinstance(error, InputError):
            raise
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return BAD_INPUT
