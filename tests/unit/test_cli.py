"""The command line: what it prints, its exit status; bad input never shows a traceback or leaves files behind."""

import json
import subprocess
import sys

import pytest

from symland.write.json import content_hash
from tests.command_line import run


def test_list(capsys):
    linear = "linear     deep linear network, 1/2 |W_L ... W_1 X - Y|_F^2\n"
    residual = "residual   residual network, 1/2 |(I + A_L) ... (I + A_1) X - Y|_F^2\n"
    hidden = "hidden     network with one hidden layer, 1/2 |W_2 s(W_1 X) - Y|_F^2\n"
    assert run(capsys, "list")[:2] == (0, linear + residual + hidden)


def test_derive_symbolic_depth(capsys):
    status, out, _ = run(capsys, "derive", "linear", "--hessian")
    assert status == 0
    assert "gradient with respect to W[l]:\n      W[L..l+1]'*E*X'*W[l-1..1]'" in out
    assert "(W[l-1..1]*X*X'*W[k-1..1]') (x) (W[L..l+1]'*W[L..k+1])" in out
    assert out.count("read off the Hessian block") == 3


def test_derive_explicit_depth(capsys):
    status, out, _ = run(capsys, "derive", "linear", "--layers", "3", "--hessian")
    assert status == 0
    assert "gradient with respect to W2:\n      W3'*E*X'*W1'" in out
    assert "Hessian block of W3, W1:\n      (W2*W1*X*X') (x) (W3*W2) + K(d, d)*((E*X') (x) W2)" in out


def test_derive_rectangular(capsys):
    out = run(capsys, "derive", "linear", "--layers", "2", "--rectangular", "--hessian")[1]
    assert "K(n[1], n[2])" in out


def test_derive_latex(capsys):
    status, out, _ = run(capsys, "derive", "linear", "--latex")
    assert status == 0
    assert r"\nabla_{W_{l}} h &= B_{l}^{\top} E U_{l}^{\top}" in out
    assert r"B_{l} = W_{L:l+1}" in out and r"U_{l} = W_{l-1:1} X" in out
    assert out.count(r"\begin{align*}") == out.count(r"\end{align*}") > 0


@pytest.mark.parametrize("options", [(), ("--layers", "2"), ("--hessian",), ("--layers", "2", "--hessian")], ids=str)
def test_derived_traces_pass(capsys, tmp_path, options):
    file = tmp_path / "proof.json"
    file.write_text(run(capsys, "derive", "linear", *options, "--json")[1])
    status, out, _ = run(capsys, "check", file, "--json", "--budget", "2")
    found = json.loads(out)
    assert status == 0
    assert [p["label"] for p in found["parts"]] == ["PROVED", "CERTIFIED"]


def tampered(capsys, change):
    """A trace file whose gradient is changed, with its hash made right again."""
    data = json.loads(run(capsys, "derive", "linear", "--json")[1])
    change(data)
    data["sha256"] = content_hash(data)
    return data


def test_a_false_proof_is_rejected(capsys, tmp_path):
    def drop_last_ring(data):
        step = next(s for s in data["steps"] if s["by"] == "identify")
        node = data["nodes"][step["out"]]
        data["nodes"].append([*node[:3], node[2]])  # the gradient is the layer itself
        step["out"] = len(data["nodes"]) - 1

    file = tmp_path / "false.json"
    file.write_text(json.dumps(tampered(capsys, drop_last_ring)))
    status, out, _ = run(capsys, "check", file)
    assert status == 1
    assert "kernel: UNDECIDED" in out and "the result is not the stated one" in out
    assert "second checker: REFUTED" in out and "counterexample" in out
    assert run(capsys, "check", file, "--quiet")[:2] == (1, "REFUTED\n")


BAD_FILES = {
    "cut off": lambda text: text[: len(text) // 2],
    "edited": lambda text: text.replace('"gradient"', '"hessian"'),
    "not JSON": lambda text: "grad h = 0",
    "another JSON": lambda text: '{"a": 1}',
    "a list": lambda text: "[]",
    "empty": lambda text: "",
    "deep": lambda text: "[" * 100_000,
    "a huge number": lambda text: text.replace('"version": 1', '"version": ' + "9" * 10_000),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_bad_trace_files(capsys, tmp_path, kind):
    file = tmp_path / "bad.json"
    file.write_text(BAD_FILES[kind](run(capsys, "derive", "linear", "--json")[1]))
    status, out, err = run(capsys, "check", file)
    assert (status, out) == (2, "")
    assert err.startswith("symland: ")


def test_huge_and_missing_and_binary_files(capsys, tmp_path):
    huge = tmp_path / "huge.json"
    with huge.open("wb") as f:
        f.truncate(65 * 2**20)
    binary = tmp_path / "binary.json"
    binary.write_bytes(bytes(range(128, 256)))
    for file, why in (
        (huge, "too large"),
        (binary, "not a text file"),
        (tmp_path / "none.json", "No such file"),
        (tmp_path, ""),
    ):
        status, _, err = run(capsys, "check", file)
        assert status == 2 and why in err


BAD_ARGUMENTS = {
    ("derive", "linear", "--layers", "0"): "at least one layer",
    ("derive", "linear", "--layers", "-2"): "at least one layer",
    ("derive", "linear", "--layers", "100000"): "cannot be written out",
    ("derive", "quadratic"): "there is no problem 'quadratic'",
    ("report", "quadratic"): "quadratic",
    ("report",): "name one problem",
    ("report", "linear", "--all"): "name one problem",
    ("report", "linear", "--layers", "0"): "layers",
    ("report", "linear", "--dim", "0"): "dim",
    ("report", "linear", "--dim", "-1"): "dim",
    ("report", "linear", "--samples", "0"): "samples",
    ("report", "linear", "--formats", "doc"): "doc",
    ("explain", "lb_transpos"): "lb_transpose",
    ("prove", "linear"): "invalid choice",
    (): "required",
}


@pytest.mark.parametrize("args", BAD_ARGUMENTS, ids=" ".join)
def test_bad_arguments(capsys, tmp_path, monkeypatch, args):
    monkeypatch.chdir(tmp_path)
    status, _, err = run(capsys, *args)
    assert status == 2
    assert BAD_ARGUMENTS[args] in err
    assert not list(tmp_path.iterdir())


def test_output_that_is_no_folder(capsys, tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    status, _, err = run(capsys, "report", "linear", "--out", file)
    assert status == 2 and "not a folder" in err
    assert file.read_text() == "mine" and list(tmp_path.iterdir()) == [file]


def test_explain(capsys):
    status, out, _ = run(capsys, "explain", "lb_transpose")
    assert status == 0 and "LB(A', I(p), c)" in out and "if         LB(A, I(p), c)" in out
    assert "w does not occur in A" in run(capsys, "explain", "d_constant")[1]
    assert run(capsys, "explain", "identify")[1].startswith("step kind identify")
    assert "chain_split" in run(capsys, "explain", "all")[1]


def test_doctor(capsys):
    status, out, _ = run(capsys, "doctor")
    assert status == 0
    assert all(word in out for word in ("python-flint", "sympy", "mpmath", "jinja2", "latexmk"))


def test_interrupt(capsys, monkeypatch):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("symland.landscape.library.derivatives", interrupted)
    assert run(capsys, "derive", "linear")[0] == 130


def test_as_a_process(tmp_path):
    """The exit status reaches the shell, and a closed pipe is no error."""
    done = subprocess.run([sys.executable, "-m", "symland.cli", "derive", "nothing"], capture_output=True, text=True)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    helped = subprocess.run([sys.executable, "-m", "symland.cli", "--help"], capture_output=True, text=True)
    assert helped.returncode == 0 and "derive" in helped.stdout
