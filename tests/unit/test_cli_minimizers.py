"""Proposed minimizers on the command line, problem files, and the network with a hidden layer."""

import json
import os
import subprocess
import sys

import pytest

from tests.command_line import run

LOSS = "1/2*norm2(W2*W1*X - Y)^2"
AT, NORMAL = ("--at", "W1 = C, W2 = M*inv(C)"), ("--assume", "Y*X' = M*X*X'")
FILE = """\
# the two-layer linear network
name: two linear layers
loss: 1/2*norm2(W2*W1*X - Y)^2   # 12.1
wrt: W1 W2
declare: X: d x m
assume: Y*X' = M*X*X'
at: W1 = C,
    W2 = M*inv(C)
source: Baldi and Hornik 1989
"""


def test_a_minimizer(capsys):
    status, out, err = run(capsys, "derive", LOSS, "--wrt", "W1", "W2", *AT, *NORMAL)
    assert (status, err) == (0, "")
    assert "gradient with respect to W1:\n      W2'*E*X'" in out
    assert "At W1 = C, W2 = M*inv(C), assuming Y*X' = M*X*X', invertible(C) (verified at 6 instances):" in out
    assert "  stationary: PROVED (dims: all): the gradient is zero" in out
    assert "  value: PROVED (dims: all): the loss is 1/2*norm2(M*X - Y)^2" in out
    assert "  global minimum: PROVED (dims: all)" in out
    assert "      H = [X' (x) (M*inv(C)), (X'*C') (x) I(m)]" in out
    assert "  curvature: CERTIFIED (6 instances): the Hessian is positive semidefinite at these instances" in out
    assert "PROVED: W1 = C, W2 = M*inv(C) is a global minimizer" in out
    assert "the kernel replayed a proof" in out


@pytest.mark.parametrize(
    ("args", "why"),
    [
        ((LOSS, *AT), "descent direction"),  # the assumption dropped
        ((LOSS, "--at", "W1 = C, W2 = M", *NORMAL), "descent direction"),
        ((LOSS, "--at", "W1 = 0, W2 = 0"), "negative curvature"),
        (("1/2*norm2(W3*W2*W1*X - Y)^2", "--at", "W1 = 0, W2 = 0, W3 = 0"), "smaller loss"),
    ],
    ids=["dropped", "wrong", "saddle", "deep saddle"],
)
def test_not_a_minimizer(capsys, args, why):
    """Exit status 1; gradient and Hessian are printed all the same."""
    status, out, err = run(capsys, "derive", *args)
    assert status == 1
    assert why in err and "is not a minimizer" in err
    assert "Hessian block of W2, W1:" in out and "REFUTED: " in out and "instance with" in out


def test_the_same_bytes_each_time():
    """Instances and witnesses do not depend on the hashes of the process."""
    command = [sys.executable, "-m", "symland.cli", "derive", LOSS, "--at", "W1 = 0, W2 = 0"]
    runs = [
        subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}, check=False)
        for seed in ("1", "2")
    ]
    assert runs[0].returncode == 1 and b"REFUTED" in runs[0].stdout
    assert (runs[0].stdout, runs[0].stderr) == (runs[1].stdout, runs[1].stderr)


def test_what_derivatives_need_is_said(capsys):
    loss, fit = "norm2(W2*leaky_relu(W1*X, a) - Y)^2", "M*leaky_relu(C*X, a) = Y"
    status, out, _ = run(capsys, "derive", loss, "--wrt", "W1", "W2", "--at", "W1 = C, W2 = M", "--assume", fit)
    stationary = out[out.index("  stationary:") : out.index("  value:")]
    assert status == 0 and "      where nonzero(W1*X)" in stationary


OVER_SYMMETRIC = ("norm2(S + A)^2", "--declare", "S: n x n symmetric, A: n x n symmetric", "--at", "S = -A")


def test_a_hessian_that_no_rule_covers(capsys, tmp_path):
    """The gradient is printed, then the claims, then why there is no Hessian; the status is 3 in every form."""
    status, out, err = run(capsys, "derive", *OVER_SYMMETRIC)
    assert status == 3 and "the Hessian over symmetric S is not covered" in err
    places = [out.index(x) for x in ("gradient with respect to S:", "  stationary: PROVED", "  value: PROVED")]
    assert places == sorted(places) and "  Hessian: UNDECIDED" in out
    status, out, err = run(capsys, "derive", *OVER_SYMMETRIC, "--json")
    assert status == 3 and "value" in json.loads(out)["theorems"] and "Hessian over symmetric S" in err
    status, out, err = run(capsys, "report", *OVER_SYMMETRIC, "--formats", "tex", "--out", tmp_path, "--quiet")
    text = (tmp_path / "loss.tex").read_text()
    assert status == 3 and "Hessian over symmetric S" in err
    assert "No Hessian: the Hessian over symmetric S is not covered" in text and "claim-stationary-1" in text
    assert "The gradient of the loss" in text and "vectorized Hessian of" not in text
    assert run(capsys, "report", *OVER_SYMMETRIC[:3], "--wrt", "S", "--out", tmp_path / "new", "--quiet")[0] == 3
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("form", ["options", "file"])
@pytest.mark.parametrize(
    ("at", "status", "label"),
    [("W1 = C, W2 = M*inv(C)", 0, "proved"), ("W1 = C, W2 = M", 1, "refuted")],
)
def test_the_report_on_a_point_has_its_claims(capsys, tmp_path, form, at, status, label):
    """Every claim with its label, and the status of `derive --at`; the report is written in any case."""
    file = tmp_path / "loss.prob"
    file.write_text(f"loss: {LOSS}\nwrt: W1 W2\nassume: {NORMAL[1]}\nat: {at}\n")
    given = (file,) if form == "file" else (LOSS, "--wrt", "W1", "W2", "--at", at, *NORMAL)
    found, out, err = run(capsys, "report", *given, "--formats", "tex,html", "--out", tmp_path / "out", "--quiet")
    assert found == run(capsys, "derive", *given)[0] == status
    assert out.split() == [str(tmp_path / "out" / f"loss.{ending}") for ending in ("tex", "html")]
    assert ("is not a minimizer" in err) == (status == 1)
    text = (tmp_path / "out" / "loss.tex").read_text()
    assert f"As a global minimizer the point is \\badge{{{label}}}" in text
    assert "claim-stationary" in text and "claim-value-1" in text and "claim-global-minimum" in text


def test_the_report_on_an_undecided_point(capsys, tmp_path):
    loss = "sum(log(1 + exp(A*x))) - b'*A*x"
    point = ("--wrt", "x", "--at", "x = v", "--assume", "A'*sigmoid(A*v) = A'*b")
    status, _, err = run(capsys, "report", loss, *point, "--formats", "tex", "--out", tmp_path, "--quiet")
    assert status == 3 and "global minimum: " in err
    assert "As a global minimizer the point is \\badge{undecided}" in (tmp_path / "loss.tex").read_text()


def test_a_problem_that_is_named_like_a_network(capsys, tmp_path):
    """It does not replace the network's report."""
    (tmp_path / "linear.tex").write_text("mine")
    file = tmp_path / "problem.txt"
    file.write_text("name: linear\nloss: norm2(A*x - b)^2\nwrt: x\n")
    status, out, _ = run(capsys, "report", file, "--formats", "tex", "--out", tmp_path, "--quiet")
    assert (status, out) == (0, f"{tmp_path / 'problem-linear.tex'}\n")
    assert (tmp_path / "linear.tex").read_text() == "mine"


def test_undecided(capsys):
    loss = "sum(log(1 + exp(A*x))) - b'*A*x"
    status, out, _ = run(capsys, "derive", loss, "--wrt", "x", "--at", "x = v", "--assume", "A'*sigmoid(A*v) = A'*b")
    assert status == 3 and "  global minimum: UNDECIDED" in out and "UNDECIDED: x = v is a global minimizer" in out


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (("--at", "W1 = C, W2 = inv(C"), "^"),
        (("--at", "W1 = C, W1 = C"), "set twice"),
        (("--at", "W1 = C"), "does not say what W2 is"),
        (("--at", "W1 = C, W2 = W1"), "depends on the variable W1"),
        ((*AT, *NORMAL, "--assume", "C = 0"), "contradict each other"),
        ((*AT, "--latex"), "text or --json"),
    ],
    ids=str,
)
def test_bad_points(capsys, args, text):
    status, _, err = run(capsys, "derive", LOSS, "--wrt", "W1", "W2", *args)
    assert status == 2 and text in err


def test_the_trace_of_the_claims_is_checked(capsys, tmp_path):
    file = tmp_path / "claims.json"
    file.write_text(run(capsys, "derive", LOSS, "--wrt", "W1", "W2", *AT, *NORMAL, "--json")[1])
    status, out, _ = run(capsys, "check", file, "--json", "--budget", "5")
    assert status == 0
    assert [p["label"] for p in json.loads(out)["parts"]] == ["PROVED", "CERTIFIED"]


def test_a_problem_file(capsys, tmp_path):
    file = tmp_path / "problem.txt"
    file.write_text(FILE)
    status, out, _ = run(capsys, "derive", file)
    assert status == 0 and "X: d x m" in out and "PROVED: W1 = C, W2 = M*inv(C) is a global minimizer" in out
    file.write_text(FILE.replace("M*inv(C)", "M"))
    assert run(capsys, "derive", file)[0] == 1
    assert run(capsys, "derive", file, "--wrt", "W1")[0] == 2
    status, out, _ = run(capsys, "report", file, "--formats", "tex", "--out", tmp_path / "out", "--quiet")
    assert status == 1 and (tmp_path / "out" / "two-linear-layers.tex").exists()


def test_a_report_on_a_loss(capsys, tmp_path):
    status, _, _ = run(
        capsys, "report", "norm2(A*x - b)^2", "--wrt", "x", "--formats", "tex", "--out", tmp_path, "--quiet"
    )
    assert status == 0 and (tmp_path / "loss.tex").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wrt: W1\n", "the file has no loss"),
        ("loss norm2(A)^2\n", "a line is a key"),
        ("loss: norm2(A)^2\nlos: 1\n", "problem.txt, line 2, column 1"),
        ("loss: norm2(A)^2\nloss: 1\n", "given twice"),
        ("loss:\n", "loss has no value"),
        ("loss: norm2(A^2\n", "^"),
        ("x" * 200_001, "at most 200000 characters"),
    ],
    ids=str,
)
def test_bad_problem_files(capsys, tmp_path, text, message):
    file = tmp_path / "problem.txt"
    file.write_text(text)
    status, out, err = run(capsys, "derive", file)
    assert (status, out) == (2, "") and message in err
    file.write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in run(capsys, "derive", file)[2]


def test_the_hidden_layer(capsys):
    status, out, _ = run(capsys, "derive", "hidden", "--activation", "tanh", "--hessian")
    assert status == 0 and "1/2*norm2(W2*tanh(W1*X) - Y)^2" in out and out.count("Hessian block of") >= 4
    status, out, _ = run(capsys, "derive", "hidden", "--json")
    assert status == 0 and json.loads(out)["theorems"].keys() == {"gradient 1", "gradient 2"}
    assert run(capsys, "derive", "hidden", "--latex")[0] == 0
    assert "activation" in run(capsys, "derive", "hidden", "--activation", "tahn")[2]
    assert run(capsys, "derive", "linear", "--activation", "tanh")[0] == 2
    assert "hidden layer" in run(capsys, "derive", LOSS, "--activation", "tanh")[2]
