"""Reports as files."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from symland.errors import ReportError, UsageError
from symland.language.problem import Problem
from symland.progress import Progress, silent
from symland.report.document import Document

if TYPE_CHECKING:
    from symland.landscape.networks import LinearNetwork

FORMATS = ("tex", "html", "pdf")


def report(
    problem: Problem | str,
    out: str | os.PathLike[str],
    formats: Iterable[str] = FORMATS,
    dim: int = 2,
    samples: int = 3,
    layers: int | None = None,
    progress: Progress = silent,
) -> list[Path]:
    """Writes the report on a network ("linear") or a problem into the folder `out`; returns the paths.

    The theorems are for every depth and dimension; `layers` adds the formulas for that depth, `dim` and `samples` are
    the sizes of explicit matrices and checks. Where latexmk is missing and "pdf" is not the only format, the others are
    written and `progress` says how to get the PDF. Nothing half-written stays behind. Raises UsageError for input that
    makes no sense, ReportError for what cannot be written.
    """
    from symland.report.pdf import need_latexmk

    chosen = check_formats(formats)
    folder = check_folder(out)
    if chosen == ("pdf",):
        need_latexmk()
    document = document_of(problem, dim, samples, layers, progress)
    return write(document, folder, name_of(problem), chosen, progress)


def check_formats(formats: Iterable[str]) -> tuple[str, ...]:
    """The formats, each once, in the order in which they are written."""
    given = [formats] if isinstance(formats, str) else list(formats)
    for f in given:
        if f not in FORMATS:
            raise UsageError(f"there is no report format {f!r}", hint="the formats are: " + ", ".join(FORMATS))
    if not given:
        raise UsageError("a report needs at least one format", hint="the formats are: " + ", ".join(FORMATS))
    return tuple(f for f in FORMATS if f in given)


def check_folder(out: str | os.PathLike[str]) -> Path:
    """The folder, if files can be written into it or it can be made."""
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder", hint="name a folder, new or existing")
    nearest = folder
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    try:
        tempfile.TemporaryFile(dir=nearest).close()
    except OSError as e:
        why = f"{folder} cannot be written to: {e.strerror or e}"
        raise ReportError(why, file=str(folder), hint="choose another folder with --out") from None
    return folder


def name_of(problem: Problem | str) -> str:
    """The name of the files, without ending."""
    text = problem if isinstance(problem, str) else "linear" if _linear(problem) else problem.name
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "report"


def document_of(
    problem: Problem | str, dim: int = 2, samples: int = 3, layers: int | None = None, progress: Progress = silent
) -> Document:
    """The document that reports on a network or a problem."""
    from symland.report.linear import linear_report
    from symland.report.loss import loss_report

    if isinstance(problem, str):
        from symland.landscape.library import REPORTS, network

        problem, layers = (network(problem), layers) if problem in REPORTS else (network(problem, layers), None)
    linear = _linear(problem)
    if linear is None:
        if layers is not None:
            raise UsageError(f"{problem.name!r} has no number of layers to choose", hint="leave the layers out")
        return loss_report(problem, dim, progress)
    if linear.rectangular:
        raise UsageError("the report on the deep linear network is for square layers", hint="leave `rectangular` out")
    return linear_report(linear.depth.value if layers is None else layers, dim, samples, progress)


def _linear(problem: Problem) -> LinearNetwork | None:
    """The deep linear network behind a problem made by `network`."""
    from symland.landscape.minimizers import ProductMinimizers

    known = problem.minimizers
    return known.network if isinstance(known, ProductMinimizers) else None


def write(
    document: Document, folder: Path, name: str, formats: tuple[str, ...] = FORMATS, progress: Progress = silent
) -> list[Path]:
    """Writes the document in these formats; all of them are made before the first file is put in its place."""
    from symland.report.html import to_html
    from symland.report.pdf import HOW_TO_GET_PDF, has_latexmk, to_pdf
    from symland.report.tex import to_tex

    source = to_tex(document) if "tex" in formats or "pdf" in formats else ""
    makers: Mapping[str, Callable[[], bytes]] = {
        "tex": source.encode,
        "html": lambda: to_html(document).encode(),
        "pdf": lambda: to_pdf(source),
    }
    if "pdf" in formats and len(formats) > 1 and not has_latexmk():
        progress("write", 0, len(formats), f"no PDF, because latexmk was not found: {HOW_TO_GET_PDF}")
        formats = tuple(f for f in formats if f != "pdf")
    made = {}
    for k, f in enumerate(formats):
        progress("write", k, len(formats), f)
        made[folder / f"{name}.{f}"] = makers[f]()
    _put(folder, made)
    progress("write", len(formats), len(formats), "done")
    return list(made)


def _put(folder: Path, files: Mapping[Path, bytes]) -> None:
    """Writes the files under temporary names, then renames them."""
    waiting: list[tuple[Path, Path]] = []
    missing = [f for f in (folder, *folder.parents) if not f.exists()]
    done = False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=folder)
            waiting.append((Path(temporary), path))
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(temporary, 0o644)
        for temporary_path, path in waiting:
            os.replace(temporary_path, path)
        done = True
    except OSError as e:
        raise ReportError(
            f"the report cannot be written: {e.strerror or e}",
            file=str(e.filename or folder),
            hint="choose another folder with --out",
        ) from None
    finally:
        for temporary_path, _ in waiting:
            with contextlib.suppress(OSError):
                temporary_path.unlink(missing_ok=True)
        for made in () if done else missing:
            with contextlib.suppress(OSError):
                made.rmdir()
