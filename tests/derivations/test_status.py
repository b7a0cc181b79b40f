"""The status board: computed, counted, and no entry does worse than it did."""

from pathlib import Path

import pytest

import symland as sl
from symland.language import terms as T
from symland.report import status as board
from symland.report.status import DERIVED, PROVED, REFUSED, UNCOVERED, WRONG, Claim, Entry, Row

FOLDER = Path(__file__).parents[2] / "derivations"
COOKBOOK = board.load(FOLDER / "cookbook.py")

# Equations that the kernel does not prove; every other one is proved.
EXPECTED = {
    UNCOVERED: {45, 67, 68, 89, 96, 128, 133, 134, 135, 136, 137, 138, 143, 144},
    DERIVED: {58},
}


@pytest.fixture(scope="module")
def entries():
    return board.status(FOLDER)


def test_the_table_has_every_equation_once():
    assert [row.number for row in COOKBOOK.TABLE] == list(range(33, 145))
    for row in COOKBOOK.TABLE:
        assert bool(row.claims) != bool(row.uncovered)


def test_no_equation_is_worse_than_it_was(entries):
    found = {e.name: e for e in entries if e.group == COOKBOOK.TITLE}
    assert len(found) == 112
    for number in range(33, 145):
        known = next((s for s, numbers in EXPECTED.items() if number in numbers), PROVED)
        e = found[f"({number})"]
        assert board.ORDER.index(e.status) <= board.ORDER.index(known), e


def test_every_problem_is_proved(entries):
    problems = [e for e in entries if e.group == board.PROBLEMS]
    assert len(problems) == len(list(FOLDER.glob("[!_]*.py"))) - 1 > 35
    assert [e for e in problems if e.status != PROVED] == []


def test_a_line_for_each_group(entries):
    """The board counts what the entries say."""
    lines = board.board(entries).splitlines()
    assert len(lines) == 2
    assert all(f"{sum(e.status == PROVED and line.startswith(e.group) for e in entries)} of" in line for line in lines)


def test_the_readme_has_the_board(entries):
    """`symland list --status derivations` ends with the lines that README shows."""
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    assert [line for line in board.board(entries).splitlines() if line not in readme] == []


W, A = sl.matrix("W", "n", "n"), sl.matrix("A", "n", "n")
KNOWN = [
    (Claim("gradient", sl.norm2(W), (W,), 2 * W), PROVED),
    (Claim("gradient", sl.norm2(W), (W,), 3 * W), WRONG),
    (Claim("gradient", T.Trace(A * W), (W,), A), WRONG),
    (Claim("gradient", T.OperatorNorm(W), (W,), W), REFUSED),
    (Claim("jacobian", W * A, (W,), T.Kronecker(A.T, T.Identity(sl.Dim.of("n")))), PROVED),
    (Claim("jacobian", W * A, (W,), T.Kronecker(T.Identity(sl.Dim.of("n")), A.T)), WRONG),
    (Claim("hessian", sl.norm2(W), (W, W), 2 * T.Identity(sl.Dim.of("n") * sl.Dim.of("n"))), PROVED),
    (Claim("gradient", T.LogDeterminant(W) + T.Trace(A), (W,), T.Inverse(W)), WRONG),
    (Claim("gradient", T.LogDeterminant(W), (W,), (T.Inverse(W) * W * T.Inverse(W)).T), DERIVED),  # needs W inv(W) = I
]


@pytest.mark.parametrize(("claim", "status"), KNOWN, ids=lambda x: x if isinstance(x, str) else x.text)
def test_status_of_a_claim(claim, status):
    found, reason = board.status_of(claim)
    assert found == status
    assert bool(reason) == (status != PROVED)


def test_the_worst_claim_counts():
    good, wrong = KNOWN[0][0], KNOWN[1][0]
    assert board.entry("g", "e", Row(1, (good, good))).status == PROVED
    assert board.entry("g", "e", Row(1, (good, wrong))).status == WRONG
    assert board.entry("g", "e", Row(1, (), uncovered="why")) == Entry("g", "e", UNCOVERED, "why")


def test_counts():
    some = [Entry("g", "a", PROVED), Entry("g", "b", WRONG, "r"), Entry("h", "c", PROVED)]
    assert board.board(some) == "g: 1 of 2 proved (1 wrong)\nh: 1 of 1 proved"


def test_a_reason_is_one_line():
    for claim, _ in KNOWN:
        assert "\n" not in board.status_of(claim)[1]
