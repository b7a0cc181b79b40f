"""What the report on the deep linear network says in words."""

from __future__ import annotations

from symland.report.document import Block, Display, Note, Paragraph, Parts
from symland.report.markup import marked, note, prose
from symland.write.layout import Layout, Letter, relation, sub, sup

TITLE = "The loss landscape of deep linear networks"
CASES: dict[str, tuple[str, Parts]] = {
    "l > k": ("hessian-lower", marked("Hessian block, $l > k$")),
    "l = k": ("hessian-diagonal", marked("Hessian block, $l = k$")),
    "l < k": ("hessian-upper", marked("Hessian block, $l < k$")),
}

HEADINGS = {
    "lower_bound": ("Proposition", "Lower bound", "lower-bound"),
    "attained": ("Proposition", "The bound is attained", "attained"),
    "value": ("Proposition", "The normal equation suffices", "value"),
    "normal": ("Proposition", "The normal equation is necessary", "normal"),
    "product": ("Proposition", "Form of the product at a minimizer", "product"),
    "product_converse": ("Proposition", "Every product of that form is one of a minimizer", "product-converse"),
    "stationary": ("Proposition", "Minimizers are stationary", "stationary"),
    "family": ("Proposition", "A family of minimizers", "family"),
    "hessian l > k": ("Theorem", "Hessian block at a global minimizer, $l > k$", "hessian-at-lower"),
    "hessian l = k": ("Theorem", "Hessian block at a global minimizer, $l = k$", "hessian-at-diagonal"),
    "hessian l < k": ("Theorem", "Hessian block at a global minimizer, $l < k$", "hessian-at-upper"),
    "inequality, singular values": ("Lemma", "Gradient dominance on a region, before division", "region-inequality"),
    "dominance, singular values": ("Theorem", "Gradient dominance on a region", "region"),
    "inequality, ball": ("Lemma", "Gradient dominance near a point, before division", "ball-inequality"),
    "dominance, ball": ("Theorem", "Gradient dominance near a point", "ball"),
    "inequality, half ball": ("Lemma", "The classical constant, before division", "half-ball-inequality"),
    "dominance, half ball": ("Theorem", "Gradient dominance with the classical constant", "half-ball"),
}

WORDS = {
    "first layer": "the first layer is the least-squares solution of smallest norm",
    "other layers": "every other layer is the identity",
    "normal equation": "the product of the layers solves the least-squares problem",
    "minimum": "the loss has its least value",
    "form of the product": "the product is a least-squares solution, $Z$ arbitrary",
    "start": "the partial products $C_l$ begin with the identity",
    "end": "they end with $M$",
    "links": "each layer takes one partial product to the next",
    "M solves": "$M$ solves the least-squares problem",
    "layers": "$t_i$ bounds the singular values of layer $i$ from below",
    "data": "$s$ is at most the smallest nonzero singular value of $X$",
    "center": "the layers of the center $W^*$ have singular values bounded below",
    "ball": "every layer is near that of the center, in the spectral norm",
    "radius >= 0": "the radii are not negative",
    "radius <= tau": "the radii are at most the bounds at the center",
    "positive": "the constant is finite",
    "tau > 0": "the layers of the center are invertible",
    "s > 0": "$X$ is not zero, and $s$ is a positive bound",
}


def heading(name: str) -> tuple[str, Parts, str]:
    """Kind, title and label of the result with this name."""
    kind, title, label = HEADINGS[name]
    return kind, marked(title), label


def in_words(name: str) -> Parts:
    """What the hypothesis with this name says."""
    return marked(WORDS.get(name, ""))


def abstract(loss: Layout) -> Parts:
    """What the report says."""
    return marked(
        "For the loss {loss} with square layers, for every depth $L$, width $d$ and number $m$ of samples: the "
        "gradient and every block of the vectorized Hessian, derived step by step; the minimum and the global "
        "minimizers; the Hessian there; gradient dominance with explicit constants. A kernel replayed the proof of "
        "each theorem, and a second checker, which shares no code with it, evaluated every step; the label beside a "
        "statement says what was done. The subject is that of Zhou and Liang, arXiv:1710.06910.",
        loss=loss,
    )


def conventions() -> tuple[Parts, ...]:
    """The conventions of this report."""
    return (
        marked(
            "$W_{b:a} = W_b W_{b-1} ⋯ W_a$ is the product of the layers $a$ to $b$, that nearest to the data on the "
            "right; for $b = a - 1$ it is the identity."
        ),
        marked(
            "$B_l = W_{L:l+1}$ is what stands on the left of $W_l$, and $U_l = W_{l-1:1} X$ what it acts on: "
            "$W_{L:1} X = B_l W_l U_l$."
        ),
        marked(
            "$Delta_l$ is an arbitrary change of $W_l$, the direction of a differential; {D} is the differential with "
            "respect to $W_l$.",
            D=sub(Letter("D", upright=True), sub("W", "l")),
        ),
    )


def problem(formula: Layout) -> tuple[Block, ...]:
    """The problem, and where its hypotheses stand."""
    return (
        prose("Minimize, over layers $W_1, ..., W_L in RR^{d×d}$ and for data $X, Y in RR^{d×m}$,"),
        Display(formula),
        prose(
            "The depth $L >= 1$, the width $d$ and the number $m$ of samples are arbitrary. Nothing is assumed of $X$ "
            "and $Y$ unless a statement says so: $X$ may be rank deficient, and the least loss may be positive. These "
            "are the hypotheses that statements name; each statement repeats those it rests on."
        ),
    )


def gradient_intro() -> Paragraph:
    return prose(
        "The differential in the direction $Delta_l$, written $Delta$, is pushed through the loss to the letters; the "
        "factors around it then move to the other side of the inner product."
    )


def hessian_intro() -> Paragraph:
    return prose(
        "The first differential of [gradient] is differentiated again, in the direction $Delta_k$, and turned into a "
        "form in the vecs of both directions. There are three cases: layer $k$ stands on the right of layer $l$, is "
        "the same, or stands on its left. Where they are the same, the directions are $Delta$ and $Delta'$."
    )


def hessian_note() -> Note:
    return note(
        "Symmetry",
        "[hessian-lower] and [hessian-upper] are transposes of each other with $l$ and $k$ exchanged; each is derived "
        "on its own. The commutation matrix stands on the left where $l > k$ and on the right where $l < k$.",
    )


def instances_intro(layers: int, residual: Layout) -> Paragraph:
    """How the instances come about."""
    return prose(
        f"The theorems above at depth {layers}, with every product written out, and {{residual}}. Each formula is a "
        "theorem of its own, an instance that the kernel replayed.",
        residual=residual,
    )


def minimizers_intro(value: Layout) -> Paragraph:
    return prose(
        "The least value of the loss is {value}, and the layers attain it exactly where their product solves the "
        "normal equation. $X^+$ is the Moore–Penrose inverse.",
        value=relation(sup("h", "∗"), "=", value),
    )


def minimizers_note() -> Note:
    return note(
        "Global minimizers",
        "By [lower-bound], [value] and [normal], the layers are a global minimizer exactly where the normal equation "
        "holds, and [attained] says that there is one. By [product] and [product-converse] the products that occur "
        "are those of the form *form of the product*.",
    )


def hessian_at_intro(factor: Layout) -> Paragraph:
    return prose(
        "At a global minimizer the terms with the residual vanish, whether the residual is zero or not. With "
        "{factor}, the derivative of the prediction with respect to layer $l$, every block is $H_l^T H_k$.",
        factor=factor,
    )


def hessian_at_note() -> Note:
    return note(
        "The whole Hessian",
        "Side by side, the factors make one matrix $H = [H_1, ..., H_L]$, and the Hessian is $H^T H$. It is positive "
        "semidefinite, with the kernel of $H$; it need not be positive definite, as [not-definite] shows.",
    )


def dominance_intro() -> Paragraph:
    return prose(
        "Bounds are squared: no square root and no singular value has to be computed. The sum on the right is the "
        "squared norm of the gradient, $B_i^T E U_i^T$ being the gradient with respect to layer $i$ by [gradient]. No "
        "minimizer and no rank condition enters."
    )


def dominance_notes() -> tuple[Note, Note, Note]:
    return (
        note(
            "The constant",
            "The product runs over all layers but one: the squared bounds of the layers above layer $i$ and below it. "
            "One singular layer is allowed, two are not: then the constant is infinite.",
        ),
        note(
            "The center",
            "$W^*$ need not be a minimizer. Singular values move by at most the norm of the change, so a layer in the "
            "ball has singular values of at least $tau_i - r_i$.",
        ),
        note(
            "The classical constant",
            "With $s$ the smallest singular value of $X$, and $tau$ the smallest of all layers of a minimizer, this "
            "is the constant of the literature. The radius is $tau/2$, in the spectral norm of each layer.",
        ),
    )
