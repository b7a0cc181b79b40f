"""Documents: numbers, references, labels."""

import pytest

from symland.errors import UsageError
from symland.evidence import Evidence, Label
from symland.report.document import Document, Ref, Section, Statement, Table, paragraph
from symland.report.listings import column_groups, ledger, shares


def statement(label, kind="Theorem", earned=Label.PROVED, **fields):
    return Statement(kind, ("T",), label, (paragraph("x"),), Evidence(earned, "c", "m", **fields))


def document(*blocks, label="s"):
    return Document("t", (), (Section("S", label, blocks),))


def test_numbers_count_statements_within_sections():
    made = Document(
        "t", (), (Section("A", "a", (statement("x"), statement("y", "Lemma"))), Section("B", "b", (statement("z"),)))
    )
    assert made.numbers == {
        "a": "Section 1",
        "x": "Theorem 1.1",
        "y": "Lemma 1.2",
        "b": "Section 2",
        "z": "Theorem 2.1",
    }
    assert [s.label for s in made.statements] == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("blocks", "label", "message"),
    [
        ((statement("x"), statement("x")), "s", "labeled 'x'"),
        ((statement("s"),), "s", "labeled 's'"),
        ((paragraph(Ref("nowhere")),), "s", "'nowhere'"),
        ((), "Not A Label", "not a label"),
    ],
)
def test_labels_and_references_are_checked(blocks, label, message):
    with pytest.raises(UsageError, match=message):
        document(*blocks, label=label)


def test_a_reference_inside_a_proof_is_checked():
    bad = Statement("Theorem", (), "x", (), Evidence(Label.PROVED, "c", "m"), proof=(paragraph(Ref("gone")),))
    with pytest.raises(UsageError, match="gone"):
        document(bad)


def test_labels_are_those_that_occur_in_their_order():
    made = document(statement("x", earned=Label.NUMERIC), statement("y"))
    assert made.labels == (Label.PROVED, Label.NUMERIC)


@pytest.mark.parametrize("columns", ["l", "lx", "lll"])
def test_a_table_has_one_cell_for_each_column(columns):
    with pytest.raises(UsageError, match="columns"):
        Table((("a",), ("b",)), (), columns)


def test_the_ledger_shows_each_statement_with_the_label_it_was_given():
    made = document(*(statement(f"l{k}", earned=label) for k, label in enumerate(Label)))
    rows = ledger(made).rows
    assert [cells[1][0].label for cells in rows] == list(Label)
    assert [cells[0][0].label for cells in rows] == [f"l{k}" for k in range(len(Label))]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "m."),
        ({"details": "more."}, "m. more."),
        ({"hypotheses": ("A",)}, "m. Hypotheses not known to be satisfiable."),
        ({"hypotheses": ("A",), "model": "verified at 3 samples"}, "m. Hypotheses: verified at 3 samples."),
    ],
)
def test_how_a_statement_was_earned(fields, text):
    assert ledger(document(statement("x", **fields))).rows[0][4] == (text,)


def test_the_ledger_names_hypotheses_and_analysis_facts():
    cells = ledger(document(statement("x", hypotheses=("A", "B"), analysis=("weyl",)))).rows[0]
    assert cells[2] == ("A", "; ", "B")
    assert [getattr(p, "text", p) for p in cells[3]] == ["weyl"]


@pytest.mark.parametrize(
    ("widths", "room", "groups"),
    [([1, 1, 1], 10, [(0, 3)]), ([4, 4, 4], 9, [(0, 2), (2, 3)]), ([4, 4], 4, [(0, 1), (1, 2)]), ([11, 1], 10, [])],
)
def test_column_groups(widths, room, groups):
    assert column_groups(widths, room, 1) == groups


def test_shares_fill_the_room_and_keep_words_whole():
    table = Table((("a",), ("b",), ("c",)), ((("x",), ("word " * 50,), ("extraordinarily",)),), "lpp")
    widths = shares(table, 40)
    assert widths[0] == 0
    assert sum(widths) <= 40
    assert widths[2] >= 0.46 * len("extraordinarily")


def test_kinds_of_statements_are_known():
    with pytest.raises(UsageError, match="kind of statement"):
        statement("x", "Hunch")
