"""The command line: calls the library, prints, and turns errors into exit codes. `arguments` says what it takes.

Exit status: 0 passed; 1 refuted, trace rejected, not a minimizer; 2 usage or unreadable input; 3 undecided or no rule;
4 an external tool is missing; 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symland.arguments import read_arguments
from symland.errors import (
    CheckFailed,
    NoRule,
    NotAMinimizer,
    ParseError,
    ReportError,
    StepRejected,
    SymlandError,
    Undecided,
    UsageError,
)

if TYPE_CHECKING:
    from symland.evidence import Evidence
    from symland.landscape.candidates.candidate import Candidate
    from symland.language.nodes import Node

PASSED, REFUTED, USAGE, UNDECIDED, NO_TOOL, INTERRUPTED = 0, 1, 2, 3, 4, 130
STATUS: dict[type[SymlandError], int] = {
    StepRejected: REFUTED,
    CheckFailed: REFUTED,
    NotAMinimizer: REFUTED,
    NoRule: UNDECIDED,
    Undecided: UNDECIDED,
    ParseError: USAGE,
    UsageError: USAGE,
}

# What is taken for the name of a file that does not exist, and not for a loss.
FILE_NAME = re.compile(r"(~|\.{0,2})/.*|[^()*^']*\.[A-Za-z]{2,}|.*\.(json|txt)", re.DOTALL)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    args = read_arguments(argv)
    try:
        status = COMMANDS[args.command](args)
        sys.stdout.flush()
        return status
    except SymlandError as e:
        print(f"symland: {e}", file=sys.stderr)
        if isinstance(e, ReportError):
            return NO_TOOL if e.tool else USAGE
        return next((code for cls, code in STATUS.items() if isinstance(e, cls)), USAGE)
    except KeyboardInterrupt:
        print("symland: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return PASSED
    except OSError as e:
        print(f"symland: input or output failed: {e.strerror or e}", file=sys.stderr)
        stdout = sys.__stdout__
        if stdout is not None and sys.stdout is stdout:  # what is still buffered cannot be written either
            os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())
        return USAGE


# -- commands --------------------------------------------------------------------------------------------------
def _list(args: argparse.Namespace) -> int:
    from symland.landscape.library import NETWORKS

    if args.status is not None:
        from symland.report.status import board, status

        if not args.status.is_dir():
            raise UsageError(f"there is no folder {args.status}", hint="symland list --status derivations")
        entries = status(args.status)
        for e in entries:
            print(f"{e.name:40} {e.status}{': ' + e.reason if e.reason else ''}")
        print(board(entries))
        return PASSED
    for name, title in NETWORKS.items():
        print(f"{name:10} {title}")
    return PASSED


def _derive(args: argparse.Namespace) -> int:
    from symland.landscape.hidden.network import HiddenDerivatives
    from symland.landscape.library import NETWORKS, derivatives

    if args.name not in NETWORKS:
        if args.activation is not None:
            raise UsageError("--activation is for the network with a hidden layer", hint="symland derive hidden")
        return _derive_loss(args)
    _refuse_loss_arguments(args)
    if args.form != "vectorized" or args.jacobian:
        option = "--jacobian" if args.jacobian else f"--form {args.form}"
        raise UsageError(f"{option} is for losses in text, and {args.name} is a network", hint="leave it out")
    made = derivatives(args.name, args.layers, rectangular=args.rectangular, activation=args.activation)
    if isinstance(made, HiddenDerivatives):
        return _derive_hidden(args, made)
    if args.json:
        from symland.write.json import to_json

        symbolic = args.layers is None
        trace = made.proof if args.hessian else made.gradient.trace if symbolic else made.gradients_proof
        sys.stdout.write(to_json(trace))
        return PASSED
    if args.latex:
        from symland.report.paste import derivation_latex

        sys.stdout.write(derivation_latex(made, args.layers, args.hessian))
        return PASSED
    from symland.report.plain import CLOSING, derivation_text, result_text

    problem = made.network.problem
    print(f"{made.general.problem.name}: h = {_show(made.general.loss, {})}")
    print(f"  E := {_show(made.general.residual, {})}")
    print(f"  {made.general.reading}")
    for d in [made.gradient, *(made.blocks.values() if args.hessian else ())]:
        print("\n" + derivation_text(d))
    if args.layers is not None:
        print(f"\n{problem.name}, as an instance: E := {_show(problem.definitions['E'], {})}")
        for d in [*made.gradients, *(made.hessian.blocks.values() if args.hessian else ())]:
            print("\n".join(result_text(d)))
    print("\n" + CLOSING)
    return PASSED


def _derive_hidden(args: argparse.Namespace, made: Any) -> int:
    """The network with a hidden layer: in the form of its theorem as text, as any loss in the other forms."""
    from symland.report.plain import CLOSING, definitions_text, derivation_text

    if args.json or args.latex:
        from symland.inputs import derivatives

        return _print_loss(args, derivatives(made.problem.loss, made.problem.letters, args.hessian))
    print(f"{made.problem.name}: g = {_show(made.problem.loss, {})}")
    print("\n".join(definitions_text(made.problem.definitions)))
    for d in [*made.gradients, *(made.blocks.values() if args.hessian else ())]:
        print("\n" + derivation_text(d))
    print("\n" + CLOSING)
    return PASSED


def _refuse_loss_arguments(args: argparse.Namespace) -> None:
    """A network or a problem file says itself what these options would say."""
    if args.wrt or any(value is not None for value in (args.declare, args.assume, args.at)):
        hint = "--wrt, --declare, --assume and --at are for losses in text"
        raise UsageError(f"{args.name} has its own letters", hint=hint)


def _problem_texts(args: argparse.Namespace) -> Any:
    """The problem in a file, or in the arguments."""
    from symland.landscape.library import NETWORKS
    from symland.read.problem_file import ProblemTexts, read_problem_file

    if _exists(args.name):
        _refuse_loss_arguments(args)
        return read_problem_file(args.name)
    if args.name.isidentifier():
        hint = "one of " + ", ".join(NETWORKS) + ", a loss, or a problem file"
        raise UsageError(f"there is no problem {args.name!r}", hint=hint)
    if FILE_NAME.fullmatch(args.name):
        raise UsageError(f"there is no file {args.name}", hint="give the path of a problem file, or a loss")
    return ProblemTexts(args.name, tuple(args.wrt), args.declare, tuple(args.assume or ()), args.at)


def _exists(text: str) -> bool:
    """Whether the text is the path of something; what no path can be, as a loss of 300 letters, is none."""
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False


def _show(node: Node, names: Mapping[Node, str]) -> str:
    from symland.language.notation import show

    return show(node, names)


def _derive_loss(args: argparse.Namespace) -> int:
    from symland.inputs import derivatives

    if args.layers is not None or args.rectangular:
        raise UsageError("--layers and --rectangular are for networks", hint="`symland list` names them")
    texts = _problem_texts(args)
    if args.jacobian:
        return _derive_jacobian(args, texts)
    if texts.at is not None:
        return _derive_at(args, texts)
    if args.form != "vectorized" and not args.hessian:
        raise UsageError(f"--form {args.form} is a form of the Hessian", hint="add --hessian")
    progress = _Meter()
    made = derivatives(
        texts.loss, texts.wrt, args.hessian, args.form, list(texts.assume), texts.declare,
        budget_s=args.budget, progress=progress,
    )  # fmt: skip
    progress.close()
    return _print_loss(args, made)


def _print_loss(args: argparse.Namespace, made: Any) -> int:
    if args.json:
        from symland.write.json import to_json

        sys.stdout.write(to_json(made.trace))
    elif args.latex:
        from symland.report.paste import loss_latex

        sys.stdout.write(loss_latex(made))
    else:
        from symland.report.plain import loss_text

        print(loss_text(made))
    return PASSED


def _derive_at(args: argparse.Namespace, texts: Any) -> int:
    """Gradient and Hessian, and then the claims about the point: what is derived is printed before a claim fails, and
    a Hessian that no rule covers is missed last."""
    from symland.inputs import derivatives
    from symland.proposals import propose
    from symland.report.claims import claims_text
    from symland.write.json import to_json

    if args.latex or args.form != "vectorized":
        raise UsageError("claims about a point are printed as text or --json", hint="symland report writes LaTeX")
    assuming = list(texts.assume)
    given, candidate = propose(texts.loss, texts.wrt, texts.at, assuming, texts.declare, budget_s=args.budget)
    if args.json:
        sys.stdout.write(to_json(candidate.trace))
        return _judged(candidate)
    missing = None
    try:
        made = derivatives(given, candidate.letters, True, assuming=assuming, budget_s=args.budget)
    except NoRule as e:
        made = derivatives(given, candidate.letters, False, assuming=assuming, budget_s=args.budget)
        missing = e
    _print_loss(args, made)
    sys.stdout.flush()
    print("\n" + claims_text(candidate, candidate.abbreviations), flush=True)
    candidate.check()
    if missing is not None:
        raise missing
    return _judged(candidate)


def _judged(candidate: Candidate) -> int:
    """The status of a point that is a global minimizer and whose Hessian was found. Raises NotAMinimizer if a claim is
    refuted, Undecided for any other point."""
    from symland.evidence import Label
    from symland.landscape.candidates.candidate import HESSIAN

    candidate.check()
    undecided = {c.name: c.evidence.details for c in candidate.claims if c.evidence.label is Label.UNDECIDED}
    if candidate.label is not Label.PROVED or HESSIAN in undecided:
        reasons = "".join(f"\n  {name}: {why}" for name, why in undecided.items())
        raise Undecided(f"not all claims about {candidate} were decided{reasons}")
    return PASSED


def _derive_jacobian(args: argparse.Namespace, texts: Any) -> int:
    from symland.inputs import as_input, jacobian
    from symland.report.plain import CLOSING, derivation_text, input_text
    from symland.write.json import to_json

    if len(texts.wrt) != 1 or args.hessian or args.latex:
        raise UsageError("a Jacobian is derived with respect to one letter, as text or --json", hint="--wrt W")
    if texts.at is not None or args.form != "vectorized":
        raise UsageError("a Jacobian is vectorized, and derived everywhere", hint="leave --form and --at out")
    made = jacobian(texts.loss, texts.wrt[0], texts.assume, shapes=texts.declare)
    if args.json:
        sys.stdout.write(to_json(made.trace))
        return PASSED
    print(input_text("F", as_input(texts.loss, texts.declare)))
    print("\n" + derivation_text(replace(made, notes=())) + "\n\n" + CLOSING)
    return PASSED


def _report(args: argparse.Namespace) -> int:
    from symland.landscape.candidates.candidate import Candidate
    from symland.landscape.library import NETWORKS, REPORTS
    from symland.proposals import judged, problem_of
    from symland.report.build import report

    if args.all == bool(args.name):
        raise UsageError("name one problem, or say --all", hint="symland report linear")
    progress = _silent if args.quiet else _Meter()
    formats = tuple(f.strip() for f in args.formats.split(",") if f.strip())
    status = PASSED
    for name in REPORTS if args.all else [args.name]:
        if name in NETWORKS:
            _refuse_loss_arguments(args)
        problem = name if name in NETWORKS else judged(problem_of(_problem_texts(args)))
        paths = report(
            problem, args.out, formats=formats, dim=args.dim, samples=args.samples, layers=args.layers,
            progress=progress,
            **({} if args.activation is None else {"activation": args.activation}),
        )  # fmt: skip
        if isinstance(progress, _Meter):
            progress.close()
        for path in paths:
            print(path, flush=True)
        if not isinstance(problem, str) and isinstance(problem.minimizers, Candidate):
            status = _judged(problem.minimizers)
    return status


def _silent(stage: str, done: int, total: int, message: str = "") -> None:
    return None


class _Meter:
    """Progress on stderr: a line that renews itself on a terminal, elsewhere a plain line every few seconds."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.last = time.monotonic()

    def __call__(self, stage: str, done: int, total: int, message: str = "") -> None:
        now = time.monotonic()
        if now - self.last < (0.1 if self.live else 5) and not message.startswith("no "):
            return
        self.last = now
        text = f"{stage}: {done}/{total} {message}".rstrip()
        print(f"\r\033[K{text}" if self.live else text, end="" if self.live else "\n", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Clears the line."""
        if self.live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _check(args: argparse.Namespace) -> int:
    from symland.interface import check

    progress = _silent if args.quiet else _Meter()
    if not _is_loss(args.file):
        options = ("at", "wrt", "hessian", "declare", "assume")
        given = [name for name in options if getattr(args, name) not in (None, [], False)]
        if given:
            raise UsageError(f"--{given[0]} is for a loss in text, and {args.file} is a file")
        evidence = check(args.file, methods=("kernel", "steps"), budget_s=args.budget, progress=progress)
        who = ["kernel", "second checker"]
    elif args.at is not None:
        evidence, who = _check_at(args, progress)
    else:
        from symland.inputs import derivatives
        from symland.interface import check_derivatives

        made = derivatives(args.file, args.wrt, args.hessian, assuming=args.assume, shapes=args.declare)
        evidence = check_derivatives(made, budget_s=args.budget, progress=progress)
        who = ["kernel", "second checker", *(p.method for p in evidence.parts[2:])]
    if isinstance(progress, _Meter):
        progress.close()
    return _verdict(args, evidence, who)


def _is_loss(text: str) -> bool:
    """Whether this is a loss in text, and not the name of a file."""
    return not _exists(text) and not FILE_NAME.fullmatch(text) and not text.isidentifier()


def _check_at(args: argparse.Namespace, progress: Any) -> tuple[Evidence, list[str]]:
    from symland.checks.data import check_data, load_npz
    from symland.inputs import derivatives
    from symland.read.text import declare

    arrays = load_npz(args.at)
    kinds = {name: ("scalar", "vector", "matrix")[a.ndim] for name, a in arrays.items()}
    shapes = {**kinds, **(declare(args.declare).shapes if args.declare is not None else {})}
    made = derivatives(args.file, args.wrt, args.hessian, assuming=args.assume, shapes=shapes)
    blocks = made.hessian.blocks.values() if made.hessian is not None else ()
    evidence = check_data(
        made.given.term,
        {d.theorem.statement.args[1]: d.result for d in made.gradients},
        {(b.theorem.statement.args[1], b.theorem.statement.args[2]): b.result for b in blocks},
        arrays,
        progress=progress,
    )
    return replace(evidence, parts=(evidence,)), [f"at {args.at}"]


def _verdict(args: argparse.Namespace, evidence: Evidence, who: Sequence[str]) -> int:
    """Prints the evidence; the status says whether all that was asked passed."""
    from symland.evidence import Label

    if args.json:
        print(json.dumps(evidence.to_json(), indent=1))
    elif args.quiet:
        print(evidence.label.value)
    else:
        for part, name in zip(evidence.parts, who, strict=True):
            _print_evidence(part, name)
    labels = [p.label for p in evidence.parts]
    if Label.REFUTED in labels and Label.PROVED in labels:
        print("symland: the checkers disagree: this is a defect, please report it", file=sys.stderr)
    refused = who[0] == "kernel" and labels[0] is not Label.PROVED
    if Label.REFUTED in labels or refused:
        return REFUTED
    return UNDECIDED if Label.UNDECIDED in labels else PASSED


def _print_evidence(e: Evidence, who: str) -> None:
    scope = f" ({e.scope})" if e.scope else ""
    print(f"{who}: {e.label.value}{scope}")
    for claim in e.claim.split("; "):
        print(f"  {claim}")
    for title, items in (("assuming", e.hypotheses), ("resting on cited analysis facts", e.analysis)):
        if items:
            print(f"  {title}:")
            for item in items:
                print(f"    {item}")
    for text in (e.details, f"model of the hypotheses: {e.model}" if e.model else ""):
        if text:
            print("  " + text.replace("\n", "\n  "))
    if e.witness is not None:
        w = e.witness
        print(f"  counterexample at {dict(w.dims)}: left {w.left}, right {w.right} {w.note}")
        for name, value in w.point.items():
            print(f"    {name} = {str(value).replace(chr(10), ' ')}")
    print(f"  how to read it: {e.label.meaning}")


def _explain(args: argparse.Namespace) -> int:
    from symland.report.rules import rule_text

    print(rule_text(args.rule))
    return PASSED


def _doctor(args: argparse.Namespace) -> int:
    from shutil import which

    print(f"symland {metadata.version('symland')} on Python {sys.version.split()[0]}")
    missing = False
    for package, purpose in (
        ("python-flint", "exact arithmetic"), ("sympy", "explicit matrices"), ("mpmath", "high precision"),
        ("jinja2", "reports"),
    ):  # fmt: skip
        try:
            print(f"  {package:13} {metadata.version(package):10} {purpose}")
        except metadata.PackageNotFoundError:
            missing = True
            print(f"  {package:13} {'MISSING':10} {purpose}: pip install {package}")
    tex = which("latexmk") and which("pdflatex")
    how = "PDF reports" if tex else "PDF reports: install a TeX distribution with latexmk; .tex and HTML work without"
    print(f"  {'latexmk':13} {'found' if tex else 'missing':10} {how}")
    return NO_TOOL if missing else PASSED


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "list": _list, "derive": _derive, "report": _report, "check": _check, "explain": _explain, "doctor": _doctor,
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
