"""The exit status of every command where something outside fails: time, tools, disks, pipes, interrupts, defects."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import symland
from symland.errors import CheckFailed, NoRule, ReportError, ShapeError, Undecided
from symland.write.json import content_hash
from tests.command_line import run

FULL = Path("/dev/full")


@pytest.fixture
def trace(capsys, tmp_path):
    """The file of the gradient's trace."""
    file = tmp_path / "gradient.json"
    file.write_text(run(capsys, "derive", "linear", "--json")[1])
    return file


def test_help_of_every_command(capsys):
    status, out, _ = run(capsys, "--help")
    assert status == 0
    for command in ("list", "derive", "report", "check", "explain", "doctor"):
        assert command in out
        status, text, _ = run(capsys, command, "--help")
        assert status == 0 and text.startswith(f"usage: symland {command}")
    assert run(capsys, "--version")[:2] == (0, f"symland {symland.__version__}\n")


# -- derive, then check ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "names"),
    [
        ((), ["gradient"]),
        (("--hessian",), ["gradient", "l > k", "l = k", "l < k"]),
        (("--rectangular",), ["gradient"]),
        (("--layers", "2"), ["gradient 1", "gradient 2"]),
        (("--layers", "2", "--hessian", "--rectangular"), [f"gradient {i}" for i in (1, 2)] + [
            f"hessian {i} {j}" for i in (1, 2) for j in (1, 2)]),
    ],
    ids=str,
)  # fmt: skip
def test_the_theorems_of_a_derived_trace(capsys, options, names):
    """The file alone holds the proof: replaying it gives these theorems and no others."""
    from symland.proof.kernel import replay
    from symland.read.json import parse_trace

    status, out, _ = run(capsys, "derive", "linear", *options, "--json")
    theorems = replay(parse_trace(out))
    assert status == 0 and sorted(theorems) == sorted(names)
    assert all(t.analysis == () for t in theorems.values())
    assert run(capsys, "derive", "linear", *options, "--json")[1] == out  # the same bytes each time


def test_a_sound_trace(capsys, trace):
    status, out, err = run(capsys, "check", trace)
    assert (status, err) == (0, "")
    assert out.count("how to read it:") == 2 and "kernel: PROVED" in out and "second checker: CERTIFIED" in out
    assert "assuming:" in out and "l >= 1" in out
    status, out, _ = run(capsys, "check", trace, "--json")
    assert status == 0 and [p["method"] for p in json.loads(out)["parts"]][1] == "second checker"
    assert run(capsys, "check", trace, "--quiet") == (0, "PROVED\n", "")


def test_no_time_is_undecided(capsys, trace):
    status, out, _ = run(capsys, "check", trace, "--budget", "0")
    assert status == 3 and "kernel: PROVED" in out and "second checker: UNDECIDED" in out
    assert run(capsys, "check", trace, "--budget", "0", "--quiet")[:2] == (3, "UNDECIDED\n")


@pytest.mark.parametrize("budget", ["nan", "-1", "-inf", "soon"])
def test_a_budget_is_a_number_of_seconds(capsys, trace, budget):
    status, out, err = run(capsys, "check", trace, "--budget", budget)
    assert (status, out) == (2, "") and "budget" in err


def test_a_proof_with_a_hypothesis_lost(capsys, trace):
    """Refused by the kernel: exit status 1 whatever the second checker finds, and nothing is called proved."""
    data = json.loads(trace.read_text())
    data["steps"][-1]["deps"] = data["steps"][-1]["deps"][1:]
    data["sha256"] = content_hash(data)
    trace.write_text(json.dumps(data))
    status, out, _ = run(capsys, "check", trace)
    assert status == 1 and "PROVED" not in out and "rests on other hypotheses than stated" in out
    assert run(capsys, "check", trace, "--quiet")[1] != "PROVED\n"
    assert json.loads(run(capsys, "check", trace, "--json")[1])["label"] != "PROVED"


# -- what fails inside --------------------------------------------------------------------------------------------
ERRORS = [
    (CheckFailed("refuted"), 1),
    (symland.AssumptionMissing("not known"), 1),
    (symland.NotAMinimizer("no minimizer"), 1),
    (NoRule("no rule"), 3),
    (Undecided("out of time"), 3),
    (symland.UsageError("usage"), 2),
    (symland.ParseError("unreadable"), 2),
    (ShapeError("shapes"), 2),
    (ReportError("no folder"), 2),
    (ReportError("no tool", tool="latexmk"), 4),
    (KeyboardInterrupt(), 130),
]


@pytest.mark.parametrize(
    ("error", "expected"), ERRORS, ids=lambda x: type(x).__name__ if isinstance(x, BaseException) else x
)
def test_the_status_of_every_error(capsys, monkeypatch, error, expected):
    def fails(*args, **kwargs):
        raise error

    monkeypatch.setattr("symland.landscape.library.derivatives", fails)
    status, out, err = run(capsys, "derive", "linear")
    assert (status, out) == (expected, "") and err.startswith("symland: ")


def test_the_hint_is_printed(capsys):
    err = run(capsys, "derive", "lineal")[2]
    assert "there is no problem 'lineal'" in err and "try:" in err and "linear" in err


def test_a_missing_tool(capsys, monkeypatch, tmp_path):
    """A PDF alone needs latexmk: exit status 4, and no file."""
    monkeypatch.setenv("PATH", str(tmp_path))
    status, out, err = run(capsys, "report", "linear", "--formats", "pdf", "--out", tmp_path / "out", "--quiet")
    assert (status, out) == (4, "") and "latexmk" in err
    assert not (tmp_path / "out").exists()


def test_a_missing_package(capsys, monkeypatch):
    from importlib import metadata

    known = metadata.version

    def version(name):
        if name == "mpmath":
            raise metadata.PackageNotFoundError(name)
        return known(name)

    monkeypatch.setattr("symland.cli.metadata.version", version)
    status, out, _ = run(capsys, "doctor")
    assert status == 4 and "MISSING" in out and "pip install mpmath" in out


# -- as a process -------------------------------------------------------------------------------------------------
def process(*args, **options):
    return subprocess.run([sys.executable, "-m", "symland.cli", *args], stderr=subprocess.PIPE, timeout=60, **options)


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize("args", [("list",), ("derive", "linear", "--json")], ids=" ".join)
def test_a_full_disk(args):
    """The output is not there, so the status is not 0, nor that of a refuted statement, and no traceback is shown."""
    with FULL.open("w") as full:
        done = process(*args, stdout=full)
    err = done.stderr.decode()
    assert done.returncode not in (0, 1) and "Traceback" not in err and err.startswith("symland: ")


def test_a_closed_pipe():
    """`symland derive linear | head -1` ends quietly."""
    with subprocess.Popen(
        [sys.executable, "-m", "symland.cli", "derive", "linear", "--hessian"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as child:  # fmt: skip
        child.stdout.close()
        err = child.stderr.read().decode()
        assert child.wait(60) in (0, 141) and "Traceback" not in err
