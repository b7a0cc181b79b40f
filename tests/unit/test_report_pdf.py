"""latexmk: what it refuses, and what happens without it."""

import subprocess
import sys

import pytest

from symland.errors import ReportError
from symland.report import pdf

GOOD = r"\documentclass{article}\begin{document}x\end{document}"


@pytest.mark.tex
@pytest.mark.parametrize(
    ("body", "message", "line"),
    [
        (r"\undefinedcommand", "Undefined control sequence", 3),
        (r"$x", "Missing \\$ inserted", 3),
        (r"\input{/nowhere/at/all}", "Emergency stop", 3),
    ],
)
def test_an_error_names_the_line_and_shows_it(body, message, line):
    source = "\\documentclass{article}\n\\begin{document}\n" + body + "\n\\end{document}\n"
    with pytest.raises(ReportError, match=message) as caught:
        pdf.to_pdf(source)
    assert caught.value.tool == "latexmk"
    assert (caught.value.line, caught.value.snippet) in ((line, body), (line + 1, r"\end{document}"))


@pytest.mark.tex
def test_tex_may_not_run_programs(tmp_path):
    target = tmp_path / "touched"
    pdf.to_pdf(rf"\documentclass{{article}}\begin{{document}}\immediate\write18{{touch {target}}}x\end{{document}}")
    assert not target.exists()


@pytest.mark.tex
def test_tex_may_not_write_elsewhere(tmp_path):
    target = tmp_path / "out.txt"
    code = rf"\newwrite\f\immediate\openout\f={target}\immediate\write\f{{x}}\immediate\closeout\f"
    with pytest.raises(ReportError):
        pdf.to_pdf(rf"\documentclass{{article}}\begin{{document}}{code}x\end{{document}}")
    assert not target.exists()


@pytest.mark.tex
def test_a_time_limit_stops_tex():
    with pytest.raises(ReportError, match="did not finish"):
        pdf.to_pdf(r"\documentclass{article}\begin{document}\def\x{\x}\x\end{document}", time_limit=2)


def test_without_latexmk_the_message_says_what_to_do(monkeypatch):
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    assert not pdf.has_latexmk()
    with pytest.raises(ReportError, match="latexmk was not found") as caught:
        pdf.to_pdf(GOOD)
    assert "install" in caught.value.hint


def test_overfull_lines_of_a_log():
    log = (
        "Overfull \\hbox (12.5pt too wide) in paragraph at lines 3--4\n"
        "Overfull \\hbox (0.2pt too wide) in paragraph at lines 7--8\n"
        "Overfull \\hbox (3.0pt too wide) detected at line 9\n"
    )
    assert pdf.overfull(log) == [(12.5, 3), (3.0, 9)]


def test_nothing_heavy_is_loaded_by_the_package():
    code = "import sys, symland.report; print(*(m for m in ('sympy', 'jinja2', 'flint') if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
