"""Marked text, formulas in text, reasons."""

import pytest

from symland.errors import UsageError
from symland.proof.rules.registry import ROWS
from symland.report.document import Code, Emphasis, Ref, is_layout
from symland.report.headings import label_of
from symland.report.hidden_headings import HIDDEN
from symland.report.markup import formula, marked
from symland.report.notation import with_signs
from symland.report.product_headings import PRODUCT
from symland.report.reasons import reason
from symland.report.sections import CONVENTIONS
from symland.write.latex import to_latex

FORMULAS = [
    ("W_{b:a} = W_b W_{b-1} ⋯ W_a", r"W_{b:a} = W_{b} W_{b-1} \cdots W_{a}"),
    ("<<x - x^*, grad f>> >= ||x||^2", r"\langle x - x^{\ast}, \nabla f \rangle \ge \lVert x \rVert^{2}"),
    ("D(D f[V])[U]", r"D \bigl(D f [V]\bigr) [U]"),
    ("vec(V)^T grad^2 f", r"\operatorname{vec}(V)^{\top} \nabla^{2} f"),
    ("vec A", r"\operatorname{vec}(A)"),
    ("lambda = 1/{2 mu}", r"\lambda = \frac{1}{2 \mu}"),
    ("sigma_{min} > 0", r"\sigma_{\min} > 0"),
    ("X in RR^{d×m}", r"X \in \mathbb{R}^{d\times m}"),
    ("Y X^+ + Z'", r"Y X^{\dagger} + Z^{\prime}"),
    ("A (x) B", r"A \otimes B"),
    ("H = [H_1, ..., H_L]", r"H = [H_{1}, \dots, H_{L}]"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "latex"), FORMULAS)
def test_formulas(text, latex):
    assert to_latex(formula(text)) == latex


@pytest.mark.parametrize("text", ["(a", "a)", "<<A, B", "{a"])
def test_brackets_must_match(text):
    with pytest.raises(UsageError):
        formula(text)


def test_marked_text():
    made = marked("see [a-b], `x_y`, *word* and $x$ or {y}", y=formula("z"))
    assert made == (
        "see ",
        Ref("a-b"),
        ", ",
        Code("x_y"),
        ", ",
        Emphasis("word"),
        " and ",
        formula("x"),
        " or ",
        formula("z"),
    )


def spelled(parts):
    return "".join(f"${to_latex(p)}$" if is_layout(p) else p for p in parts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("differential of a squared norm", "differential of a squared norm"),
        ("Weyl: singular values move", "Weyl: singular values move"),
        ("vec(AXB) = (B^T (x) A) vec X", r"$\operatorname{vec}(A X B) = (B^{\top} \otimes A) \operatorname{vec}(X)$"),
        ("K_{n,m} inverts K_{m,n}", "$K_{n,m}$ inverts $K_{m,n}$"),
        ("vec(<B, X> A) = vec A", r"$\operatorname{vec}(\langle B, X \rangle A) = \operatorname{vec}(A)$"),
        ("one: A = B, C = E", "one: $A = B$, $C = E$"),
    ],
)
def test_reasons(text, expected):
    assert spelled(reason(text)) == expected


def test_letters_of_a_reason_can_be_set_otherwise():
    assert spelled(reason("an inner product with V", {"V": formula("Delta")})) == r"an inner product with $\Delta$"


def test_every_reason_of_the_rules_can_be_read():
    for row in ROWS.values():
        assert reason(row.reason)


def test_signs_in_evidence():
    assert spelled(with_signs("dims <= 3; error <= 2^-116")) == r"dims $\le$ 3; error $\le$ $2^{-116}$"


def test_all_texts_can_be_read():
    for headings in (PRODUCT, HIDDEN):
        assert all(marked(title) for _, title in headings.results.values())
        assert all(headings.in_words(name) for name in headings.hypotheses)
        assert all(label == label_of(label) for label in headings.results)
    assert all(marked(text) for text in CONVENTIONS)
