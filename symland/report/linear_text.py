"""What the report on the deep linear network says in words."""

from __future__ import annotations

from symland.report.document import Block, Display, Emphasis, Note, Paragraph, Parts, Ref
from symland.report.document import paragraph as p
from symland.write.layout import Layout, fence, frac, juxtapose, relation, row, sub, sup

TITLE = "The loss landscape of deep linear networks"
ABOVE, SAME, BELOW = relation("l", ">", "k"), relation("l", "=", "k"), relation("l", "<", "k")
CASES: dict[str, tuple[str, Parts]] = {
    "l > k": ("hessian-lower", ("Hessian block, ", ABOVE)),
    "l = k": ("hessian-diagonal", ("Hessian block, ", SAME)),
    "l < k": ("hessian-upper", ("Hessian block, ", BELOW)),
}

HEADINGS: dict[str, tuple[str, Parts, str]] = {
    "lower_bound": ("Proposition", ("Lower bound",), "lower-bound"),
    "attained": ("Proposition", ("The bound is attained",), "attained"),
    "value": ("Proposition", ("The normal equation suffices",), "value"),
    "normal": ("Proposition", ("The normal equation is necessary",), "normal"),
    "product": ("Proposition", ("Form of the product at a minimizer",), "product"),
    "product_converse": ("Proposition", ("Every product of that form is one of a minimizer",), "product-converse"),
    "stationary": ("Proposition", ("Minimizers are stationary",), "stationary"),
    "family": ("Proposition", ("A family of minimizers",), "family"),
    "hessian l > k": ("Theorem", ("Hessian block at a global minimizer, ", ABOVE), "hessian-at-lower"),
    "hessian l = k": ("Theorem", ("Hessian block at a global minimizer, ", SAME), "hessian-at-diagonal"),
    "hessian l < k": ("Theorem", ("Hessian block at a global minimizer, ", BELOW), "hessian-at-upper"),
    "inequality, singular values": ("Lemma", ("Gradient dominance on a region, before division",), "region-inequality"),
    "dominance, singular values": ("Theorem", ("Gradient dominance on a region",), "region"),
    "inequality, ball": ("Lemma", ("Gradient dominance near a point, before division",), "ball-inequality"),
    "dominance, ball": ("Theorem", ("Gradient dominance near a point",), "ball"),
    "inequality, half ball": ("Lemma", ("The classical constant, before division",), "half-ball-inequality"),
    "dominance, half ball": ("Theorem", ("Gradient dominance with the classical constant",), "half-ball"),
}

WORDS: dict[str, Parts] = {
    "first layer": ("the first layer is the least-squares solution of smallest norm",),
    "other layers": ("every other layer is the identity",),
    "normal equation": ("the product of the layers solves the least-squares problem",),
    "minimum": ("the loss has its least value",),
    "form of the product": ("the product is a least-squares solution, ", row("Z"), " arbitrary"),
    "start": (
        "the partial products ",
        sub("C", "l"),
        " begin with the identity",
    ),
    "end": ("they end with ", row("M")),
    "links": ("each layer takes one partial product to the next",),
    "M solves": (row("M"), " solves the least-squares problem"),
    "layers": (sub("t", "i"), " bounds the singular values of layer ", row("i"), " from below"),
    "data": (row("s"), " is at most the smallest nonzero singular value of ", row("X")),
    "center": ("the layers of the center ", sup("W", "∗"), " have singular values bounded below"),
    "ball": ("every layer is near that of the center, in the spectral norm",),
    "radius >= 0": ("the radii are not negative",),
    "radius <= tau": ("the radii are at most the bounds at the center",),
    "positive": ("the constant is finite",),
    "tau > 0": ("the layers of the center are invertible",),
    "s > 0": (row("X"), " is not zero, and ", row("s"), " is a positive bound"),
}


def heading(name: str) -> tuple[str, Parts, str]:
    """Kind, title and label of the result with this name."""
    return HEADINGS[name]


def in_words(name: str) -> Parts:
    """What the hypothesis with this name says."""
    return WORDS.get(name, ())


def _w(b: Layout | str | int, a: Layout | str | int) -> Layout:
    return sub("W", row(b, ":", a))


def abstract(loss: Layout) -> Parts:
    """The abstract."""
    return (
        "For the loss ", loss, " with square layers, for every depth ", row("L"), ", width ", row("d"), " and number ",
        row("m"), " of samples: the gradient and every block of the vectorized Hessian, derived step by step; the "
        "minimum "
        "and the global minimizers; the Hessian there; gradient dominance with explicit constants. A kernel "
        "replayed the "
        "proof of each theorem, and a second checker, which shares no code with it, evaluated every step; the label "
        "beside a statement says what was done. The subject is that of Zhou and Liang, arXiv:1710.06910.",
    )  # fmt: skip


def conventions() -> tuple[Parts, ...]:
    """The conventions of this report."""
    above, below = row("l", "+", 1), row("l", "-", 1)
    return (
        (
            relation(_w("b", "a"), "=", juxtapose(sub("W", "b"), sub("W", row("b", "-", 1)), row("⋯"), sub("W", "a"))),
            " is the product of the layers ", row("a"), " to ", row("b"),
            ", that nearest to the data on the right; for ", relation("b", "=", row("a", "-", 1)), " it is the "
            "identity.",
        ),
        (
            relation(sub("B", "l"), "=", _w("L", above)), " is what stands on the left of ", sub("W", "l"), " and ",
            relation(sub("U", "l"), "=", juxtapose(_w(below, 1), row("X"))), " what it acts on: ",
            relation(juxtapose(_w("L", 1), row("X")), "=", juxtapose(sub("B", "l"), sub("W", "l"), sub("U", "l"))), ".",
        ),
        (
            sub("Delta", "l"), " is an arbitrary change of ", sub("W", "l"), ", the direction of a differential; ",
            sub(row("D"), sub("W", "l")), " is the differential with respect to ", sub("W", "l"), ".",
        ),
    )  # fmt: skip


def problem(formula: Layout) -> tuple[Block, ...]:
    """The problem, and where its hypotheses stand."""
    layers = relation(row(sub("W", 1), ",", "…", ",", sub("W", "L")), "∈", sup("ℝ", row("d", "×", "d")))
    data = relation(row("X", ",", "Y"), "∈", sup("ℝ", row("d", "×", "m")))
    return (
        p("Minimize, over layers ", layers, " and for data ", data, ","),
        Display(formula),
        p(
            "The depth ", relation("L", ">=", 1), ", the width ", row("d"), " and the number ", row("m"), " of "
            "samples are "
            "arbitrary. Nothing is assumed of ", row("X"), " and ", row("Y"), " unless a statement says so: ",
            row("X"), " may be rank deficient, and the least loss may be positive. These are the hypotheses that "
            "statements name; each statement repeats those it rests on."
        ),
    )  # fmt: skip


def gradient_intro() -> Paragraph:
    return p(
        "The differential in the direction ", sub("Delta", "l"), " is pushed through the loss to the letters; the "
        "factors "
        "around ", sub("Delta", "l"), " then move to the other side of the inner product."
    )  # fmt: skip


def hessian_intro() -> Paragraph:
    return p(
        "The first differential of ", Ref("gradient"), " is differentiated again, in the direction ", sub("Delta", "k"),
        ", and turned into a form in ", row("vec"), " of both directions. There are three cases: layer ", row("k"),
        " stands on the right of layer ", row("l"), ", is the same, or stands on its left."
    )  # fmt: skip


def hessian_note() -> Note:
    return Note(
        "Symmetry",
        (
            Ref("hessian-lower"), " and ", Ref("hessian-upper"), " are transposes of each other with ", row("l"), " "
            "and ",
            row("k"), " exchanged; each is derived on its own. The commutation matrix stands on the left where ",
            relation("l", ">", "k"), " and on the right where ", relation("l", "<", "k"), ".",
        ),
    )  # fmt: skip


def instances_intro(layers: int, residual: Layout) -> Paragraph:
    """How the instances come about."""
    return p(
        f"The theorems above at depth {layers}, with every product written out, and ", residual,
        ". Each formula is a theorem of its own, an instance that the kernel replayed."
    )  # fmt: skip


def minimizers_intro(value: Layout) -> Paragraph:
    return p(
        "The least value of the loss is ", relation(sup("h", "∗"), "=", value),
        ", and the layers attain it exactly where their product solves the normal equation. ", sup("X", "†"),
        " is the Moore–Penrose inverse."
    )  # fmt: skip


def stationary_note() -> Note:
    return Note(
        "Global minimizers",
        (
            "By ", Ref("lower-bound"), ", ", Ref("value"), " and ", Ref("normal"), ", the layers are a global "
            "minimizer "
            "exactly where the normal equation holds, and ", Ref("attained"), " says that there is one. By ",
            Ref("product"), " and ", Ref("product-converse"), " the products that occur are those of the form ",
            Emphasis("form of the product"), ".",
        ),
    )  # fmt: skip


def hessian_at_intro(factor: Layout) -> Paragraph:
    return p(
        "At a global minimizer the terms with the residual vanish, whether the residual is zero or not. With ", factor,
        ", the derivative of the prediction with respect to layer ", row("l"), ", every block is ",
        juxtapose(sup(sub("H", "l"), "⊤"), sub("H", "k")), "."
    )  # fmt: skip


def hessian_at_note() -> Note:
    whole = relation("H", "=", fence(row(sub("H", 1), ",", "…", ",", sub("H", "L")), "[]"))
    return Note(
        "The whole Hessian",
        (
            "Side by side, the factors make one matrix ", whole, ", and the Hessian is ", juxtapose(sup("H", "⊤"),
            row("H")),
            ". It is positive semidefinite, with the kernel of ", row("H"), "; for two layers or more it is not "
            "positive "
            "definite, as ", Ref("not-definite"), " shows.",
        ),
    )  # fmt: skip


def dominance_intro() -> Paragraph:
    return p(
        "Bounds are squared: no square root and no singular value has to be computed. The sum on the right is the "
        "squared "
        "norm of the gradient, ", juxtapose(sup(sub("B", "i"), "⊤"), row("E"), sup(sub("U", "i"), "⊤")),
        " being the gradient with respect to layer ", row("i"), " by ", Ref("gradient"), ". No minimizer and no rank "
        "condition enters."
    )  # fmt: skip


def dominance_notes() -> tuple[Note, Note, Note]:
    tau = frac("tau", 2)
    return (
        Note(
            "The constant",
            ("The product runs over all layers but one: it is the squared product of the bounds above layer ", row("i"),
             " and below it. One singular layer is allowed, two are not: then the constant is infinite."),
        ),
        Note(
            "The center",
            (sup("W", "∗"), " need not be a minimizer. Singular values move by at most the norm of the change, so a "
            "layer "
             "in the ball has singular values of at least ", row(sub("tau", "i"), "-", sub("r", "i")), "."),
        ),
        Note(
            "The classical constant",
            ("With ", row("s"), " the smallest singular value of ", row("X"), " and ", row("tau"), " the smallest "
            "of all "
             "layers of a minimizer this is the constant of the literature. The radius is ", tau,
             " in the spectral norm of each layer."),
        ),
    )  # fmt: skip
