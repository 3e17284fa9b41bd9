"""planner calibrate"""

from pathlib import Path

from planner.commands.arguments import Arguments, Parser
from planner.commands.output import Answer
from planner.commands.validate import add_cases


def configure(parser: Parser) -> None:
    add_cases(parser, "training", "serving")
    parser.add_argument("-o", "--output", dest="calibration", type=Path, help="write the fitted calibration file here")


def run(args: Arguments) -> Answer:
    from planner.evidence.calibration import serving, training
    from planner.evidence.validation import validation

    fit = training if args.kind == "training" else serving
    summary = fit.calibrate(args.catalog, args.cases, args.calibration)
    return Answer(text=lambda: validation.text(summary), data=lambda: summary)
