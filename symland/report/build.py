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
    from symland.landscape.hidden.network import HiddenNetwork
    from symland.landscape.products.networks import Network

FORMATS = ("tex", "html", "pdf")
LONGEST_NAME = 100  # characters of a problem's name in the names of files


def report(
    problem: Problem | str,
    out: str | os.PathLike[str],
    formats: Iterable[str] = FORMATS,
    dim: int = 2,
    samples: int = 3,
    layers: int | None = None,
    activation: str | None = None,
    progress: Progress = silent,
) -> list[Path]:
    """Writes the report on a network ("linear", "residual" or "hidden") or a problem into the folder `out`; returns the
    paths. The report on a problem whose minimizers are a point, a `PointFamily` or a `Candidate`, has the claims about
    it.

    The theorems are for every depth and dimension; `layers` adds the formulas for that depth, `activation` is that of
    the hidden layer, `dim` and `samples` are the sizes of explicit matrices and checks. Where latexmk is missing and
    "pdf" is not the only format, the others are written and `progress` says how to get the PDF. Nothing half-written
    stays behind. Raises UsageError for input that makes no sense, ReportError for what cannot be written.
    """
    from symland.report.pdf import need_latexmk

    chosen = check_formats(formats)
    folder = check_folder(out)
    if chosen == ("pdf",):
        need_latexmk()
    document = document_of(problem, dim, samples, layers, activation, progress)
    return write(document, folder, name_of(problem, activation), chosen, progress)


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
    if not os.fspath(out):
        raise UsageError("the output folder has no name", hint='name a folder, "." for the current one')
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


def name_of(problem: Problem | str, activation: str | None = None) -> str:
    """The name of the files, without ending; that of a network has its activation in it, if one is chosen. No other
    problem gets the name of a network's report."""
    from symland.landscape.library import NETWORKS

    if isinstance(problem, str):
        return _slug(problem, activation)
    text, activation = _network_name(problem)
    name = _slug(text, activation)
    if _network(problem) is None and (name in NETWORKS or name.startswith("hidden-")):
        return f"problem-{name}"
    return name


def _slug(text: str, activation: str | None) -> str:
    """Lower-case letters, digits and hyphens that a file can be called."""
    words = re.sub(r"[^a-z0-9]+", "-", f"{text[:LONGEST_NAME]} {activation or ''}".lower())
    return words.strip("-") or "report"


def document_of(
    problem: Problem | str, dim: int = 2, samples: int = 3, layers: int | None = None, activation: str | None = None,
    progress: Progress = silent,
) -> Document:  # fmt: skip
    """The document that reports on a network or a problem."""
    from symland.landscape.hidden.network import HiddenNetwork
    from symland.landscape.library import network
    from symland.report.hidden import hidden_report
    from symland.report.loss import loss_report
    from symland.report.network import check_sizes
    from symland.report.products import product_report

    if isinstance(problem, str):
        problem = network(problem, activation=activation)
    elif activation is not None:
        raise UsageError(f"{problem.name!r} has no activation to choose", hint="leave the activation out")
    net = _network(problem)
    if layers is not None and (net is None or isinstance(net, HiddenNetwork)):
        raise UsageError(f"{problem.name!r} has no number of layers to choose", hint="leave the layers out")
    if net is None:
        check_sizes(None, dim, samples)
        return loss_report(problem, dim, progress)
    if net.rectangular if isinstance(net, HiddenNetwork) else not net.square:
        raise UsageError(f"the report on the {net.title} is for square layers", hint="leave `rectangular` out")
    if isinstance(net, HiddenNetwork):
        return hidden_report(net, dim, samples, progress)
    return product_report(net.general, net.depth.value if layers is None else layers, dim, samples, progress)


def _network_name(problem: Problem) -> tuple[str, str | None]:
    """The name of a network, as `network` takes it, and of its activation; of another problem its own name."""
    from symland.landscape.hidden.network import HiddenNetwork
    from symland.landscape.products.networks import ResidualNetwork

    net = _network(problem)
    if isinstance(net, HiddenNetwork):
        return "hidden", None if net.activation.name == "sigma" else net.activation.name
    return problem.name if net is None else "residual" if isinstance(net, ResidualNetwork) else "linear", None


def _network(problem: Problem) -> Network | HiddenNetwork | None:
    """The network behind a problem made by `network`."""
    from symland.landscape.hidden.minimizers import HiddenMinimizers
    from symland.landscape.products.minimizers import ProductMinimizers

    known = problem.minimizers
    return known.network if isinstance(known, (ProductMinimizers, HiddenMinimizers)) else None


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
