"""PDF through latexmk, for whoever has TeX."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from symland.errors import ReportError

TIME_LIMIT = 180.0  # seconds
EPOCH = "946684800"  # the only date TeX gets to know: 1 January 2000, so that the same source gives the same bytes
HOW_TO_GET_PDF = "install TeX (on Debian: texlive-latex-recommended, latexmk, lmodern), or compile the .tex elsewhere"

_FAULT = re.compile(r"^(?:\./)?(?P<file>[^:\n]+\.tex):(?P<line>\d+): (?P<what>.*)$", re.MULTILINE)
_OVERFULL = re.compile(r"^Overfull \\hbox \((?P<points>[\d.]+)pt too wide\).* lines? (?P<line>\d+)", re.MULTILINE)


def has_latexmk() -> bool:
    """Whether a PDF can be made here."""
    return shutil.which("latexmk") is not None


def need_latexmk() -> str:
    """The path of latexmk. Raises ReportError where there is none."""
    found = shutil.which("latexmk")
    if found is None:
        raise ReportError("latexmk was not found, so there is no PDF", tool="latexmk", hint=HOW_TO_GET_PDF)
    return found


def to_pdf(source: str, time_limit: float = TIME_LIMIT) -> bytes:
    """The bytes of the PDF that latexmk makes of this LaTeX source. TeX runs in a folder of its own, without shell
    escape and without personal configuration. Raises ReportError, with the line that TeX refused."""
    return compile_tex(source, time_limit)[0]


def compile_tex(source: str, time_limit: float = TIME_LIMIT) -> tuple[bytes, str]:
    """The PDF and the log of TeX."""
    latexmk = need_latexmk()
    with tempfile.TemporaryDirectory(prefix="symland-") as folder:
        path = Path(folder) / "report.tex"
        path.write_text(source, encoding="utf-8")
        output = _run([latexmk, *_OPTIONS, path.name], folder, time_limit)
        log = path.with_suffix(".log")
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else output
        pdf = path.with_suffix(".pdf")
        fault = _FAULT.search(text)
        if fault or not pdf.exists():
            raise _error(fault, source, text)
        return pdf.read_bytes(), text


_OPTIONS = (
    "-norc", "-pdf", "-silent", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error",
    "-latexoption=-no-shell-escape",
)  # fmt: skip


def overfull(log: str, tolerance: float = 1.0) -> list[tuple[float, int]]:
    """The lines that stick out by more than `tolerance` points: how far, and the line of the source."""
    found = ((float(m["points"]), int(m["line"])) for m in _OVERFULL.finditer(log))
    return [(points, line) for points, line in found if points > tolerance]


def _run(command: list[str], folder: str, time_limit: float) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TEXINPUTS", "LATEXMK"))}
    environment |= {"SOURCE_DATE_EPOCH": EPOCH, "FORCE_SOURCE_DATE": "1", "TZ": "UTC", "max_print_line": "1000"}
    environment |= {"openin_any": "a", "openout_any": "p", "shell_escape": "f"}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace", start_new_session=True,
    )  # fmt: skip
    try:
        return process.communicate(timeout=time_limit)[0]
    except subprocess.TimeoutExpired:
        raise ReportError(
            f"TeX did not finish in {time_limit:g} seconds",
            tool="latexmk",
            hint="compile the .tex by hand and see where it stops",
        ) from None
    finally:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def _error(fault: re.Match[str] | None, source: str, log: str) -> ReportError:
    if fault is None:
        last = [line for line in log.splitlines() if line.startswith("!")] or ["latexmk made no PDF and named no line"]
        return ReportError(f"TeX failed: {last[0].lstrip('! ')}", tool="latexmk")
    number = int(fault["line"])
    lines = source.splitlines()
    snippet = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return ReportError(
        f"TeX refused line {number} of the report: {fault['what']}",
        tool="latexmk",
        file=fault["file"],
        line=number,
        snippet=snippet,
    )
