"""How the statements of the report on the network with one hidden layer are headed, and what hypotheses say."""

from __future__ import annotations

from symland.report.headings import Heading, Headings

MINIMIZERS: dict[str, Heading] = {
    "lower-bound": ("Proposition", "Lower bound"),
    "residual": ("Proposition", "The value 0 says that the residual vanishes"),
    "value": ("Proposition", "A residual that vanishes gives the value 0"),
    "stationary-1": ("Proposition", "Interpolating points are stationary in $W_1$"),
    "stationary-2": ("Proposition", "Interpolating points are stationary in $W_2$"),
    "attained": ("Theorem", "For independent columns of $X$, some $s(T)$ of full column rank gives the value 0"),
    "rank": ("Lemma", "Two values of $s$ give $T$ with $s(T)$ of full column rank"),
    "rescaling": ("Proposition", "Rescaling hidden units does not change the outputs"),
    "closed-form": ("Proposition", "The values $T$ in closed form"),
    "family": ("Theorem", "A family of minimizers"),
    "fit": ("Proposition", "A minimizer of value 0 interpolates"),
    "form": ("Theorem", "Every $W_1$ has the form of the family, with $T = W_1 X$"),
    "hidden": ("Proposition", "Where $E = 0$, an invertible $W_2$ determines $s(W_1 X)$"),
    "unique": ("Theorem", "For injective $s$ and $E = 0$, an invertible $W_2$ determines $W_1 X$"),
    "family-m-d": ("Theorem", "A family of minimizers for invertible $X$"),
    "form-m-d": ("Proposition", "For invertible $X$ every $W_1$ has the form of that family, with $T = W_1 X$"),
    "inverse-m-d": ("Lemma", "For $E = 0$ and invertible $Y$, a right inverse of $W_2$"),
    "invertible-m-d": ("Theorem", "For $E = 0$ and invertible $Y$, $W_2$ is invertible"),
    "range": ("Proposition", "For positive values of $s$ and $E = 0$, an invertible $W_2$ needs $r$ with $r^T Y > 0$"),
    "positive": ("Lemma", "The values of $s$ are positive"),
}
HESSIAN: dict[str, Heading] = {
    **{
        f"hessian-hessian-{i}-{j}": ("Theorem", f"The block of $W_{i}$ and $W_{j}$ where the residual vanishes")
        for i in (1, 2) for j in (1, 2)
    },
    **{
        f"hessian-{name}-{i}-{j}": (kind, f"The block of $W_{i}$ and $W_{j}$: {title}")
        for i, j in ((1, 1), (1, 2), (2, 1))
        for name, kind, title in (
            ("split", "Lemma", "$J_l^T J_k$ and a term with the residual"),
            ("exactly", "Proposition", "$J_l^T J_k$ where that term vanishes"),
            ("units", "Proposition", "what it means that the term vanishes"),
        )
    },
    "hessian-only": ("Theorem", "For independent columns of $X$ and $s' != 0$, that term vanishes only for $E = 0$"),
    "hessian-image": ("Lemma", "What $H$ does to a direction $(V_1, V_2)$"),
    "hessian-semidefinite": ("Theorem", "The quadratic form of $H^T H$ is not negative"),
    "hessian-range-1": ("Proposition", "$H$ is onto for invertible $W_2$, independent columns of $X$ and $s' != 0$"),
    "hessian-range-2": ("Proposition", "$H$ is onto where $s(W_1 X)$ has full column rank"),
    "hessian-kernel-m-d": ("Theorem", "For invertible $X$, $W_2$ and $s' != 0$: the form of the kernel of $H$"),
    "hessian-kernel-converse-m-d": ("Theorem", "Directions of that form are in the kernel of $H$"),
    "hessian-kernel-vector-m-d": ("Theorem", "A direction in the kernel of $H$ that is not zero, $V_2 = I$"),
    "hessian-rescaling": ("Theorem", "Rescaling hidden units: a direction in the kernel of $H$"),
    "hessian-spectrum": ("Proposition", "$H H^T$ for a multiple of an orthogonal $W_2$ and equal slopes"),
}  # fmt: skip

HYPOTHESES = {
    "minimum": "the loss is zero",
    "interpolation": "the network interpolates the data",
    "A3": "the columns of $X$ are independent",
    "values": "$T$ stands for $W_1 X$: the outputs for it are $Y$",
    "fit": "the network interpolates the data, with $S$ for $s(W_1 X)$",
    "interpolation at M": "the network interpolates with $M$ for $W_1$, too",
}

HIDDEN = Headings({**MINIMIZERS, **HESSIAN}, HYPOTHESES)
