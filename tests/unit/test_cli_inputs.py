"""What the command line takes for a loss, a file or an option: nothing is ignored, and messages show what was typed."""

import pytest

from tests.command_line import run

LONG = " + ".join(f"norm2(A{i}*x - b{i})^2" for i in range(20))
assert len(LONG) > 255 and "/" not in LONG


# -- a loss or a file ------------------------------------------------------------------------------------------------
def test_a_loss_that_is_too_long_for_a_file_name(capsys, tmp_path):
    status, out, _ = run(capsys, "derive", LONG, "--wrt", "x")
    assert status == 0 and "2*A0'*(A0*x - b0)" in out
    name = "x" * 300
    assert run(capsys, "check", f"norm2({name})^2", "--quiet")[:2] == (0, "PROVED\n")
    status, _, err = run(
        capsys, "report", f"norm2({name})^2", "--formats", "tex", "--out", tmp_path, "--quiet", "--dim", "1"
    )
    assert (status, err) == (0, "") and (tmp_path / "loss.tex").exists()


@pytest.mark.parametrize("command", ["derive", "report", "check"])
@pytest.mark.parametrize(
    "name", ["missing.prob", "folder/missing.txt", "/no/such/file", "../missing", "my problem.txt"]
)
def test_a_file_that_does_not_exist(capsys, tmp_path, monkeypatch, command, name):
    """Not read as a loss."""
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, command, name)
    assert (status, out) == (2, "") and name in err
    assert "there is no file" in err or "No such file" in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("loss", ["norm2(W.T)^2", "norm2(2.x)^2", "A.T", "\\|A\\|^2"])
def test_a_loss_with_a_dot_is_a_loss(capsys, loss):
    status, _, err = run(capsys, "derive", loss)
    assert status == 2 and "^" in err and "file" not in err


@pytest.mark.parametrize("loss", ["-norm2(W)^2", "-h*norm2(W)^2"])
def test_a_loss_with_a_minus_sign_in_front(capsys, loss):
    status, out, err = run(capsys, "derive", loss, "--declare", "h: scalar")
    assert (status, err) == (0, "") and f"f = {loss}\n" in out
    assert run(capsys, "check", loss, "--quiet")[:2] == (0, "PROVED\n")
    assert "    -norm2(W\n          ^" in run(capsys, "derive", "-norm2(W")[2]
    assert run(capsys, "derive", "-h")[1].startswith("usage: symland derive")


def test_a_constant_has_no_letters(capsys):
    for args in ((), ("--wrt", "W"), ("--at", "W = 0"), ("--at", "W = A")):
        status, _, err = run(capsys, "derive", "3", *args)
        assert status == 2 and "constant" in err and "one of \n" not in err


# -- options that say nothing ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("option", "expected"),
    [("--at", "W1 = C"), ("--assume", "a = b"), ("--declare", "X: d x m")],
)
@pytest.mark.parametrize("command", ["derive", "report"])
def test_an_empty_option_is_refused_with_what_is_expected(capsys, tmp_path, command, option, expected):
    more = ("--out", tmp_path / "out") if command == "report" else ()
    status, out, err = run(capsys, command, "norm2(W)^2", option, "", *more)
    assert (status, out) == (2, "") and expected in err
    assert not list(tmp_path.iterdir())


def test_an_output_folder_without_a_name(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, "report", "norm2(W)^2", "--formats", "tex", "--out", "")
    assert (status, out) == (2, "") and "folder" in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["linear", "residual", "hidden"])
@pytest.mark.parametrize(
    "options", [("--form", "bilinear"), ("--jacobian",), ("--at", ""), ("--hessian", "--jacobian")]
)
def test_options_that_a_network_does_not_have(capsys, name, options):
    status, out, err = run(capsys, "derive", name, *options)
    assert (status, out) == (2, "") and "losses in text" in err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("norm2(W)^2", "--form", "bilinear"), "add --hessian"),
        (("A*W", "--jacobian", "--wrt", "W", "--at", "W = 0"), "--at"),
        (("A*W", "--jacobian", "--wrt", "W", "--form", "bilinear"), "--form"),
    ],
    ids=str,
)
def test_options_that_do_not_go_together(capsys, args, message):
    status, out, err = run(capsys, "derive", *args)
    assert (status, out) == (2, "") and message in err


def test_the_jacobian_of_a_file(capsys, tmp_path):
    file = tmp_path / "map.prob"
    file.write_text("loss: A*W*B\nwrt: W\n")
    status, out, _ = run(capsys, "derive", file, "--jacobian")
    assert status == 0 and "B' (x) A" in out


@pytest.mark.parametrize("option", ["--dim", "--samples"])
@pytest.mark.parametrize("value", ["0", "-1", "99"])
def test_sizes_of_the_report_on_a_loss(capsys, tmp_path, option, value):
    status, out, err = run(capsys, "report", "norm2(W)^2", "--formats", "tex", "--out", tmp_path, option, value)
    assert (status, out) == (2, "") and option[2:] in err
    assert not list(tmp_path.iterdir())


# -- messages quote what was typed -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("option", "text", "marks"),
    [
        ("--at", "W = cos(pi)*N", "        ^^"),
        ("--at", "W = N\n + pi*N", None),
        ("--assume", "invertible(X*pi)", "             ^^"),
        ("--assume", "Y*X' = pi*M", "       ^^"),
        ("--assume", "invertible(norm2(X))", "           ^^^^^^^^"),
        ("--assume", "norm2(X = 0", "     ^"),
        ("--assume", "Y*X'=", "    ^"),
        ("--assume", "invertible(X) and nonzero(Y)", "^" * 28),
        ("--at", "W = N + norm2(N", "             ^"),
        ("--at", "W = N + ", None),
    ],
    ids=str,
)
def test_the_marker_stands_in_the_text_that_was_typed(capsys, option, text, marks):
    args = (option, text) if option == "--at" else ("--at", "W = 0", option, text)
    status, out, err = run(capsys, "derive", "norm2(W*X - Y)^2", "--wrt", "W", *args)
    assert (status, out) == (2, "")
    assert not any(made in err for made in ("norm2((", "tr(", ") - ("))
    if marks is not None:
        assert f"    {text}\n    {marks}\n" in err + "\n"


def test_shapes_that_do_not_fit_are_marked_in_the_point(capsys):
    declared = ("--declare", "X: d x m, W: d x d")
    err = run(capsys, "derive", "norm2(W*X - Y)^2", "--at", "W = X + Y", *declared, "--wrt", "W")[2]
    assert "    W = X + Y\n    ^   ^^^^^\n" in err and "X + Y  is d x m" in err


FILE = """\
# least squares
name: fit
loss: norm2(W*X - Y)^2
wrt: W
declare: X: d x m,
         M: n x d
assume: Y*X' = M*X*X'
at: W = M
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "marked"),
    [
        ("W*X - Y", "W*X - Y*pi", 3, "pi"),
        ("M: n x d", "M: n x d x d", 6, "M: n x d x d"),
        ("Y*X' = M*X*X'", "invertible(X*pi)", 7, "pi"),
        ("Y*X' = M*X*X'", "Y*X' =", 7, "="),
        ("W = M", "W =\n   M*inf", 9, "inf"),
        ("W = M", "W = M, W = M", 8, "W = M"),
        ("W = M", "W = M*pi  # not here", 8, "pi"),
        ("name: fit", "nam: fit", 2, "nam: fit"),
    ],
    ids=str,
)
def test_errors_in_a_problem_file_name_its_line(capsys, tmp_path, old, new, line, marked):
    file = tmp_path / "fit.prob"
    file.write_text(FILE.replace(old, new))
    status, out, err = run(capsys, "derive", file)
    assert (status, out) == (2, "") and f"({file}, line {line}, column " in err
    typed = file.read_text().splitlines()[line - 1]
    at = err.splitlines().index(f"    {typed}")
    marks = err.splitlines()[at + 1]
    assert typed[marks.index("^") - 4 : marks.rindex("^") - 3] in (marked, f" {marked}")


def test_a_byte_order_mark(capsys, tmp_path):
    file = tmp_path / "fit.prob"
    file.write_bytes(b"\xef\xbb\xbf" + FILE.replace("# least squares\nname: fit\n", "").encode())
    status, out, err = run(capsys, "derive", file)
    assert (status, err) == (0, "") and "PROVED: W = M is a global minimizer" in out
