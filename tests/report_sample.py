"""A small document with every kind of block, for the tests of the writers."""

from symland.evidence import Evidence, Label
from symland.report.document import (
    Align,
    Badge,
    Code,
    Display,
    Document,
    Emphasis,
    Formulas,
    Items,
    Ledger,
    Legend,
    Line,
    MatrixBlock,
    Note,
    Paragraph,
    Ref,
    Section,
    Statement,
    Step,
    Steps,
    Table,
)
from symland.report.markup import formula, marked, prose
from symland.write.layout import matrix, relation, row

NASTY = r"50 % of #1 & {x_y} ~ ^ \ $ < > \" ' -- é ≤ λ ☃ end"


def evidence(label: Label, **fields: object) -> Evidence:
    return Evidence(label, "a claim", "a method", **fields)  # type: ignore[arg-type]


def sample() -> Document:
    """Every block, hostile text, a formula that breaks, a matrix that is wide."""
    long = relation(formula("h"), "=", row("M", *(x for k in range(30) for x in ("+", formula(f"A_{k} B_{k}")))))
    wide = matrix([[formula(f"a_{{{i}{j}}} b_{{{i}{j}}} + c_{{{i}{j}}}") for j in range(12)] for i in range(2)])
    theorem = Statement(
        "Theorem",
        marked("A title with $x^2$"),
        "first",
        (Display(formula("grad f = A^T B")),),
        evidence(
            Label.PROVED, scope="dims: all", hypotheses=("l >= 1",), analysis=("weyl",), model="verified at 9 samples"
        ),
        (marked("$l >= 1$"), ("named: ", formula("||A||_2 <= r"))),
        (
            Align(
                formula("D f[V]"),
                (
                    Line("=", formula("1/2 tr(A^T V)"), ("because",)),
                    Line("=", formula("<<A, V>>"), marked("by $A = A^T$")),
                ),
            ),
            Steps((Step(formula("A = B"), ("given",)), Step(formula("A C = B C"), ("by (1)",)))),
        ),
    )
    second = Statement(
        "Example", (NASTY,), "second", (prose("Text first."),), evidence(Label.NUMERIC, scope="50 digits")
    )
    first_section = Section(
        "Blocks & more",
        "blocks",
        (
            Paragraph((NASTY, Code("--flag_x"), Emphasis("set off"), Ref("first"), Badge(Label.EXACT, "d = 2"))),
            Display(long),
            Formulas((formula("A = B"), formula("A B <= C"))),
            MatrixBlock(formula("H"), matrix([[1, 0], [0, 1]])),
            MatrixBlock(formula("H"), wide),
            Items((("one",), (formula("x"), " two"))),
            Items((("first",),), ordered=True),
            Table((("Name",), ("Value",)), ((("a",), ("1.5",)), (("b",), ("20",))), "lr", ("A caption",)),
            Table((("Name",), ("Text",)), ((("a",), ("many words " * 12,)),), "lp", small=True),
            Note("Remark", ("A note, see ", Ref("second"), ".")),
            Legend(),
        ),
    )
    return Document(
        "Sample",
        ("An abstract with ", formula("x_1"), "."),
        (first_section, Section("Statements", "statements", (theorem, second, Ledger()))),
    )
