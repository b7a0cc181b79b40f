"""The report of each network with PDF, as the command line writes it: start-up, proofs, second opinions, two runs of
TeX. There is no rival."""

import subprocess
import sys

import pytest

from symland.report.pdf import has_latexmk


@pytest.mark.parametrize("name", ["linear", "residual", "hidden"])
def test_report_with_pdf(benchmark, name, tmp_path):
    if not has_latexmk():
        pytest.skip("latexmk, which makes the PDF, is not installed")
    command = [sys.executable, "-m", "symland.cli", "report", name, "--quiet", "--out", str(tmp_path)]
    benchmark.pedantic(subprocess.run, (command,), {"check": True, "capture_output": True}, rounds=3)
    assert (tmp_path / f"{name}.pdf").read_bytes().startswith(b"%PDF")
