"""Writing reports: formats, folders, and nothing half-written."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from symland.errors import ReportError, UsageError
from symland.landscape.library import network
from symland.language import terms as T
from symland.language.problem import Problem
from symland.report import build, pdf
from symland.report.network import check_sizes
from tests.report_sample import sample

A, B = T.matrix("A", "p", "n"), T.matrix("B", "p", "n")
PROBLEM = Problem("A small Loss (1)", T.SquaredNorm(A - B), (A,), data=(B,))


def write(folder, formats=("tex", "html"), **options):
    return build.write(sample(), folder, "sample", formats, **options)


def test_files_are_written_and_listed(tmp_path):
    paths = write(tmp_path / "new" / "folder")
    assert [p.name for p in paths] == ["sample.tex", "sample.html"]
    assert sorted(p.name for p in (tmp_path / "new" / "folder").iterdir()) == ["sample.html", "sample.tex"]
    assert all(p.stat().st_mode & 0o777 == 0o644 for p in paths)


def test_an_old_file_is_replaced(tmp_path):
    (tmp_path / "sample.tex").write_text("old")
    write(tmp_path)
    assert "old" not in (tmp_path / "sample.tex").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("given", "expected"),
    [("html", ("html",)), (["pdf", "tex"], ("tex", "pdf")), (("tex", "tex"), ("tex",)), (build.FORMATS, build.FORMATS)],
)
def test_formats(given, expected):
    assert build.check_formats(given) == expected


@pytest.mark.parametrize("given", ["docx", ["tex", "word"], [], ""])
def test_unknown_formats_are_refused(given):
    with pytest.raises(UsageError, match="format"):
        build.check_formats(given)


@pytest.mark.parametrize("sizes", [{"dim": 0}, {"dim": -1}, {"samples": 0}, {"samples": -1}, {"dim": 1.5}])
def test_sizes_of_the_report_on_a_problem(tmp_path, sizes):
    with pytest.raises(UsageError, match=f"a report with {next(iter(sizes))}"):
        build.report(PROBLEM, tmp_path / "new", ("tex",), **sizes)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("first", ["", "import symland.report.build", "from symland.report import loss"])
def test_report_is_the_function_whatever_was_imported(first):
    """The package of this name never takes its place."""
    code = f"{first}\nimport symland as sl\nfound = [sl.report, sl.report]\nimport symland.report.html\n"
    code += "from symland.report import build\nassert found == [build.report] * 2 and sl.report is build.report"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_folder_needs_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no name"):
        build.report(PROBLEM, "", ("tex",))
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="not a folder"):
        build.check_folder(tmp_path / "file")
    with pytest.raises(ReportError, match="cannot be written to"):
        build.check_folder(tmp_path / "file" / "below")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is unwritable for root")
def test_an_unwritable_folder_is_refused_before_any_work(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ReportError, match="cannot be written to"):
        build.report("linear", tmp_path / "new")


def test_nothing_is_left_behind_where_writing_fails(tmp_path, monkeypatch):
    (tmp_path / "sample.tex").write_text("old")

    def fail(source, target):
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(build.os, "replace", fail)
    with pytest.raises(ReportError, match="No space left"):
        write(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["sample.tex"]
    assert (tmp_path / "sample.tex").read_text() == "old"
    with pytest.raises(ReportError):
        write(tmp_path / "new" / "folder")
    assert not (tmp_path / "new").exists()


def test_nothing_is_left_behind_where_a_format_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "has_latexmk", lambda: True)

    def fail(source):
        raise ReportError("TeX refused", tool="latexmk")

    monkeypatch.setattr(pdf, "to_pdf", fail)
    with pytest.raises(ReportError, match="TeX refused"):
        write(tmp_path / "new", build.FORMATS)
    assert not (tmp_path / "new").exists()


def test_an_interrupt_leaves_nothing_behind(tmp_path, monkeypatch):
    def stop(source, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(build.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_without_latexmk_the_others_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "has_latexmk", lambda: False)
    messages = []
    paths = write(tmp_path, build.FORMATS, progress=lambda stage, done, total, message="": messages.append(message))
    assert [p.suffix for p in paths] == [".tex", ".html"]
    assert [m for m in messages if m.startswith("no PDF") and "install TeX" in m]


def test_pdf_alone_needs_latexmk(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    with pytest.raises(ReportError, match="latexmk was not found"):
        write(tmp_path, ("pdf",))
    with pytest.raises(ReportError, match="latexmk was not found"):
        build.report("linear", tmp_path, ("pdf",), progress=never)
    assert list(tmp_path.iterdir()) == []


def never(stage, done, total, message=""):
    raise AssertionError("work was begun")


@pytest.mark.parametrize(
    ("problem", "name"),
    [
        ("linear", "linear"),
        (network("linear"), "linear"),
        (network("residual", 2), "residual"),
        (network("hidden"), "hidden"),
        (network("hidden", activation="tanh"), "hidden-tanh"),
        (PROBLEM, "a-small-loss-1"),
        (replace(PROBLEM, name="linear"), "problem-linear"),
        (replace(PROBLEM, name="Hidden (tanh)"), "problem-hidden-tanh"),
        (replace(PROBLEM, name="linear regression"), "linear-regression"),
        (replace(PROBLEM, name="long " * 100), "-".join(["long"] * 20)),
    ],
)
def test_names_of_files(problem, name):
    assert build.name_of(problem) == name


def test_the_activation_is_in_the_name():
    assert build.name_of("hidden", "leaky_relu") == "hidden-leaky-relu"


@pytest.mark.parametrize(
    "options", [{"layers": 0}, {"layers": 99}, {"dim": 0}, {"dim": 4}, {"samples": 0}, {"dim": True}]
)
def test_sizes_that_cannot_be_printed(options):
    with pytest.raises(UsageError, match="cannot be written"):
        check_sizes(**{"layers": None, "dim": 2, "samples": 3, **options})


@pytest.mark.parametrize(
    ("problem", "options", "message"),
    [
        ("deep", {}, "there is no network"),
        ("hidden", {"activation": "relu6"}, "activation"),
        ("linear", {"activation": "tanh"}, "activation"),
        (network("hidden"), {"activation": "tanh"}, "activation"),
        ("hidden", {"layers": 2}, "layers"),
        (network("linear", rectangular=True), {}, "square"),
        (network("hidden", rectangular=True), {}, "square"),
        (PROBLEM, {"layers": 2}, "layers"),
        ("linear", {"layers": 0}, "layers = 0"),
        (network("linear", 59), {}, "layers = 59"),
    ],
)
def test_what_has_no_report(problem, options, message, tmp_path):
    with pytest.raises(UsageError, match=message):
        build.report(problem, tmp_path / "new", ("html",), **options)
    assert not (tmp_path / "new").exists()
