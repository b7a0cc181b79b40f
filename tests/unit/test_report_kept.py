"""`reports/linear.tex`, which is kept, is what `make report` writes: byte for byte, with the samples of a report."""

from pathlib import Path

from symland.report.linear import linear_report
from symland.report.tex import to_tex

KEPT = Path(__file__).parents[2] / "reports" / "linear.tex"


def test_the_kept_report_is_what_is_written_now():
    assert to_tex(linear_report()) == KEPT.read_text(encoding="utf-8")
