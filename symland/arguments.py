"""The arguments of the command line: the commands, what each takes, and the help texts."""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

_MINUS = re.compile(r"-(?!-|h\Z).", re.DOTALL)


def read_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The arguments of one command, those of the process if none are given. What begins with one minus sign is a loss
    or a number, as only -h is an option: with a space before it argparse takes it so."""
    given = sys.argv[1:] if argv is None else argv
    args = parser().parse_args([f" {a}" if _MINUS.match(a) else a for a in given])
    for name, value in vars(args).items():
        setattr(args, name, [_as_given(v) for v in value] if isinstance(value, list) else _as_given(value))
    return args


def _as_given(value: Any) -> Any:
    """A text without the space that was put before its minus sign."""
    return value[1:] if isinstance(value, str) and value[:1] == " " and _MINUS.match(value[1:]) else value


def parser() -> argparse.ArgumentParser:
    """The argument parser of all commands."""
    top = argparse.ArgumentParser(prog="symland", description="Derive, prove, check and typeset landscape conditions.")
    top.add_argument("--version", action="version", version=f"symland {metadata.version('symland')}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, help: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help, description=help)

    listing = command("list", "list the problems by name")
    listing.add_argument("--status", type=Path, metavar="DIR", help="the status board of a folder of derivations")

    derive = command("derive", "derive gradient and Hessian, step by step, each step checked")
    derive.add_argument("name", metavar="NAME|LOSS|FILE", help="a problem of `symland list`, a loss, or a problem file")
    _loss_arguments(derive)
    derive.add_argument("--at", metavar="POINT", help='judge a minimizer: "W1 = C, W2 = M*inv(C)"')
    derive.add_argument("--activation", metavar="S", help="of the hidden layer: tanh, leaky_relu, ... (generic s)")
    derive.add_argument("--layers", type=int, metavar="N", help="an explicit depth; symbolic if left out")
    derive.add_argument("--jacobian", action="store_true", help="the vectorized Jacobian of a matrix, for one letter")
    derive.add_argument("--budget", type=_seconds, default=120, metavar="S", help="seconds for a loss in text (120)")
    derive.add_argument("--form", choices=("vectorized", "bilinear"), default="vectorized", help="of the Hessian")
    derive.add_argument("--rectangular", action="store_true", help="layers of different widths n[l] x n[l-1]")
    form = derive.add_mutually_exclusive_group()
    form.add_argument("--latex", action="store_true", help="print LaTeX, steps as an align environment")
    form.add_argument("--json", action="store_true", help="print the trace, for `symland check`")

    report = command("report", "write a report: LaTeX, HTML and, where TeX is installed, PDF")
    report.add_argument("name", nargs="?", metavar="NAME|LOSS|FILE", help="a problem, a loss, or a problem file")
    _loss_arguments(report, derivatives=False)
    report.add_argument("--at", metavar="POINT", help='a proposed minimizer: "W1 = C, W2 = M*inv(C)"')
    report.add_argument("--activation", metavar="S", help="of the hidden layer: tanh, leaky_relu, ... (generic s)")
    report.add_argument("--all", action="store_true", help="the reports of all problems")
    report.add_argument("--layers", type=int, metavar="N", help="write out the formulas for N layers")
    report.add_argument("--dim", type=int, default=2, metavar="D", help="dimension of the explicit matrices (2)")
    report.add_argument("--samples", type=int, default=3, metavar="K", help="samples of the numeric tables (3)")
    report.add_argument("--out", default="reports", metavar="DIR", help="output folder (reports)")
    report.add_argument("--formats", default="tex,html,pdf", help="comma-separated: tex, html, pdf")
    report.add_argument("--quiet", action="store_true", help="no progress")

    check = command("check", "judge a trace file, or the derivatives of a loss")
    check.add_argument("file", metavar="FILE|LOSS", help="a trace file of `symland derive --json`, or a loss in text")
    check.add_argument("--at", type=Path, metavar="NPZ", help="spot-check the formulas of a loss at a person's data")
    _loss_arguments(check)
    check.add_argument("--json", action="store_true", help="print the evidence as JSON")
    check.add_argument("--quiet", action="store_true", help="print the verdict only")
    check.add_argument("--budget", type=_seconds, default=60, metavar="S", help="seconds for the second checker (60)")

    explain = command("explain", "explain a rule: what it says, when it applies, where it comes from")
    explain.add_argument("rule", help="the name of a rule, as steps print it; `all` lists them")

    command("doctor", "say what is installed and what is missing, and what for")
    return top


def _seconds(text: str) -> float:
    """A number of seconds that is not negative."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not value >= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return value


def _loss_arguments(sub: argparse.ArgumentParser, derivatives: bool = True) -> None:
    sub.add_argument("--wrt", nargs="+", default=[], metavar="LETTER", help="the letters (all of the loss)")
    if derivatives:
        sub.add_argument("--hessian", action="store_true", help="the Hessian blocks too")
    sub.add_argument("--declare", metavar="TEXT", help='shapes and facts: "X: d x m, w: n, S: n x n symmetric"')
    sub.add_argument("--assume", action="append", metavar="STATEMENT", help='a hypothesis: "invertible(A)", "0 < s"')
