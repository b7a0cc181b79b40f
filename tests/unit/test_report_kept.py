"""The reports that are kept are what `make report` writes: byte for byte, with the samples of a report."""

from pathlib import Path

import pytest

from symland.landscape.library import REPORTS
from symland.report.build import document_of
from symland.report.tex import to_tex

KEPT = Path(__file__).parents[2] / "reports"


@pytest.mark.parametrize("name", REPORTS)
def test_the_kept_report_is_what_is_written_now(name):
    assert to_tex(document_of(name)) == (KEPT / f"{name}.tex").read_text(encoding="utf-8")
