"""MathML of nodes and layouts: expected elements written by hand, and the shape that MathML demands."""

from xml.etree import ElementTree

import pytest

from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.write import layout as B
from symland.write.mathml import NAMESPACE, to_mathml

d = Dim.of("d")
L, l = Index.var("L"), Index.var("l")
A, C = T.matrix("A", "d", "d"), T.matrix("C", "d", "d")
W = T.family("W", "d", "d")
OPEN = '<mo fence="true" form="prefix" stretchy="{}" lspace="0" rspace="0">{}</mo>'
CLOSE = '<mo fence="true" form="postfix" stretchy="{}" lspace="0" rspace="0">{}</mo>'
PRODUCT = "<mrow><mi>A</mi><mo>\u2062</mo><mi>C</mi></mrow>"
TOP = '<mi mathvariant="normal">⊤</mi>'


def fenced(body, pair="()", stretchy="false"):
    return f"<mrow>{OPEN.format(stretchy, pair[0])}{body}{CLOSE.format(stretchy, pair[1])}</mrow>"


BODIES = [
    (A, "<mi>A</mi>"),
    (A + C, "<mrow><mi>A</mi><mo>+</mo><mi>C</mi></mrow>"),
    (A * C, PRODUCT),
    (A.T, f"<msup><mi>A</mi>{TOP}</msup>"),
    (W[l].T, f"<msubsup><mi>W</mi><mi>l</mi>{TOP}</msubsup>"),
    (
        T.Chain(W, L, l + 1),
        '<msub><mi>W</mi><mrow><mi>L</mi><mo lspace="0" rspace="0">:</mo><mi>l</mi>'
        '<mo lspace="0" rspace="0">+</mo><mn>1</mn></mrow></msub>',
    ),
    ((A * C).T, f"<msup>{fenced(PRODUCT)}{TOP}</msup>"),
    (T.Trace(A), f'<mrow><mi mathvariant="normal">tr</mi><mo>\u2061</mo>{fenced("<mi>A</mi>")}</mrow>'),
    (
        T.Commutation(d, d) * T.Vec(C),
        '<mrow><msub><mi>K</mi><mrow><mi>d</mi><mo lspace="0" rspace="0">,</mo><mi>d</mi></mrow></msub><mo>\u2062</mo>'
        '<mspace width="0.167em"/><mi mathvariant="normal">vec</mi><mo>\u2061</mo>'
        f"{fenced('<mi>C</mi>')}</mrow>",
    ),
    (T.hadamard(A, C), "<mrow><mi>A</mi><mo>⊙</mo><mi>C</mi></mrow>"),
    (T.hadamard(A, T.Elementwise("reciprocal", C)), "<mrow><mi>A</mi><mo>⊘</mo><mi>C</mi></mrow>"),
    (
        T.HadamardPower(A, l),
        '<msup><mi>A</mi><mrow><mo lspace="0" rspace="0">⊙</mo><mi>l</mi></mrow></msup>',
    ),
    (
        T.Elementwise("sigma'", A),
        f'<mrow><msup><mi>s</mi><mi mathvariant="normal">′</mi></msup><mo>\u2061</mo>{fenced("<mi>A</mi>")}</mrow>',
    ),
    (T.Ones(d, Dim.of(1)), "<msub><mn>𝟏</mn><mi>d</mi></msub>"),
    (T.entry(A, l, L), "<msub><mi>A</mi><mrow><mi>l</mi><mi>L</mi></mrow></msub>"),
    (
        T.Scale(T.scalar("a"), T.Elementwise("leaky_relu", A, T.scalar("b"))),
        '<mrow><mi>a</mi><mo>\u2062</mo><mspace width="0.167em"/><msub><mi mathvariant="normal">lrelu</mi><mi>b</mi>'
        f"</msub><mo>\u2061</mo>{fenced('<mi>A</mi>')}</mrow>",
    ),
    (
        T.LogDeterminant(A),
        '<mrow><mi mathvariant="normal">log</mi><mo>\u2061</mo>'
        + fenced('<mrow><mi mathvariant="normal">det</mi><mo>\u2061</mo><mi>A</mi></mrow>', "||")
        + "</mrow>",
    ),
    (T.SquaredNorm(A), f"<msubsup>{fenced('<mi>A</mi>', '‖‖')}<mi>F</mi><mn>2</mn></msubsup>"),
    (T.number(-1, 2), '<mrow><mo>−</mo><mfrac displaystyle="false"><mn>1</mn><mn>2</mn></mfrac></mrow>'),
    (S.Lt(T.scalar("tau"), T.scalar("Sigma")), '<mrow><mi>τ</mi><mo>&lt;</mo><mi mathvariant="normal">Σ</mi></mrow>'),
    (S.Invertible(A), "<mrow><mi>A</mi><mtext>\u00a0invertible</mtext></mrow>"),
    (
        T.D(A, W[l], C),
        '<mrow><msub><mi mathvariant="normal">D</mi><msub><mi>W</mi><mi>l</mi></msub></msub><mi>A</mi>'
        f'<mspace width="0.167em"/>{fenced("<mi>C</mi>", "[]")}</mrow>',
    ),
    (
        T.BoundedSum.over("i", 1, L, T.scalar("a")),
        '<mrow><munderover><mo>∑</mo><mrow><mi>i</mi><mo lspace="0" rspace="0">=</mo><mn>1</mn></mrow><mi>L</mi>'
        "</munderover><mi>a</mi></mrow>",
    ),
    (
        T.block([[A, C]]),
        fenced("<mtable><mtr><mtd><mi>A</mi></mtd><mtd><mi>C</mi></mtd></mtr></mtable>", stretchy="true"),
    ),
    (
        B.Root(B.Accent("bar", B.name("x"))),
        '<msqrt><mover accent="true"><mi>x</mi><mo stretchy="false">¯</mo></mover></msqrt>',
    ),
    (B.fence(B.frac(1, "a"), "<>"), fenced("<mfrac><mn>1</mn><mi>a</mi></mfrac>", "⟨⟩", "true")),
    (B.name("Ws"), '<mi mathvariant="normal">Ws</mi>'),
]


@pytest.mark.parametrize(("item", "expected"), BODIES, ids=lambda value: repr(value))
def test_mathml(item, expected):
    assert to_mathml(item) == f'<math xmlns="{NAMESPACE}" display="inline">{expected}</math>'


def test_abbreviations_names_and_display():
    star = T.matrix("Ws", "d", "d")
    expected = '<mi>E</mi><mo>+</mo><msup><mi>W</mi><mi mathvariant="normal">∗</mi></msup>'
    found = to_mathml(A * C + star, {A * C: "E"}, {"Ws": "W*"}, display=True)
    assert found == f'<math xmlns="{NAMESPACE}" display="block"><mrow>{expected}</mrow></math>'


def test_every_sign_letter_and_fence_is_well_formed():
    signs = B.row(*(B.Sign(s) for s in B.SIGNS), *(B.Letter(g) for g in B.GREEK), B.Words("a < b & c"))
    for layout in [signs, *(B.fence(signs, kind) for kind in B.FENCES)]:
        ElementTree.fromstring(to_mathml(layout))
