"""What the report on the network with one hidden layer says in words."""

from __future__ import annotations

from symland.landscape.hidden.activations import Activation
from symland.language import terms as T
from symland.report.document import Block, Display, Note, Paragraph, Parts
from symland.report.markup import formula, marked, note, prose
from symland.write.layout import Layout, Letter, relation, sub
from symland.write.typeset import typeset

TITLE = "The loss landscape of networks with one hidden layer"
BLOCKS: dict[tuple[int, int], tuple[str, Parts]] = {
    (1, 1): ("hessian-1-1", marked("Hessian block of $W_1$")),
    (2, 1): ("hessian-2-1", marked("Hessian block of $W_2$ and $W_1$")),
    (1, 2): ("hessian-1-2", marked("Hessian block of $W_1$ and $W_2$")),
    (2, 2): ("hessian-2-2", marked("Hessian block of $W_2$")),
}
FORMULAS = {
    "sigma": "s(z)",
    "leaky_relu": "s(z) = max(z, 0) + a min(z, 0)",
    "tanh": "s(z) = tanh(z)",
    "sinh": "s(z) = sinh(z)",
    "softplus": "s(z) = log(1 + exp(z))",
    "sigmoid": "s(z) = 1/{1 + exp(-z)}",
    "cubic": "s(z) = z + z^3",
    "leaky softplus": "s(z) = a z + (1 - a) log(1 + exp(z))",
}


def activation_formula(a: Activation) -> Layout:
    """The activation as a formula, s(z) where it is not chosen."""
    return formula(FORMULAS[a.name])


def title(a: Activation) -> str:
    """The title, with the name of an activation that is chosen."""
    return TITLE if a.name == "sigma" else f"{TITLE}: {a.name.replace('_', ' ')}"


def abstract(loss: Layout, a: Activation) -> Parts:
    """What the report says."""
    which = "every twice differentiable $s$" if a.name == "sigma" else "{s}"
    return marked(
        f"For the loss {{loss}} with square layers and {which}, acting entry by entry, for every width $d$ and number "
        "$m$ of samples: the gradient and every block of the vectorized Hessian, derived step by step; the global "
        "minimizers where the network can interpolate the data; the Hessian there, and exactly when it is $H^T H$. A "
        "kernel replayed the proof of each theorem, and a second checker, which shares no code with it, evaluated "
        "its steps at samples; the label beside a statement says what was done. The subject is that of Zhou and Liang, "
        "arXiv:1710.06910.",
        loss=loss, s=activation_formula(a),
    )  # fmt: skip


def conventions() -> tuple[Parts, ...]:
    """The conventions of the report."""
    leaky = typeset(T.Elementwise("leaky_relu", T.scalar("z"), T.scalar("c")))
    return (
        marked(
            "$Z = W_1 X$ is what enters the hidden units and $S_Z = s(Z)$ what leaves them; $D = s'(Z)$ and $D_2 = "
            "s''(Z)$. Functions act entry by entry; {odot} is the entrywise product and {oslash} the entrywise "
            "quotient.",
            odot=formula("⊙"), oslash=formula("⊘"),
        ),
        marked("$E = W_2 S_Z - Y$ is the residual."),
        marked(
            "{j1} and $J_2 = S_Z^T (x) I_d$ are the derivatives of the prediction $W_2 S_Z$ with respect to the vecs "
            "of $W_1$ and $W_2$, and $H = [J_1, J_2]$ is its Jacobian. For a direction $(V_1, V_2)$, a matrix for each "
            "layer, $H$ takes its vec to $J_1 vec(V_1) + J_2 vec(V_2)$; the kernel of $H$ is where this is 0, and $H$ "
            "is onto if every vec is of this form.",
            j1=formula("J_1 = (I_m (x) W_2) Diag(vec(D)) (X^T (x) I_d)"),
        ),
        marked(
            "$Delta_{W_1}$ and $Delta_{W_2}$ are arbitrary changes of $W_1$ and $W_2$, the directions of a "
            "differential; where there is one letter they are written $Delta$ and $Delta'$. {d1} and {d2} are the "
            "differentials with respect to $W_1$ and $W_2$.",
            d1=_differential("W_1"), d2=_differential("W_2"),
        ),
        marked(
            "Leaky ReLU with the slope $c$ for negative numbers is {lrelu}.",
            lrelu=relation(leaky, "=", formula("max(z, 0) + c min(z, 0)")),
        ),
    )  # fmt: skip


def _differential(letter: str) -> Layout:
    """How the differential with respect to a letter is written."""
    return sub(Letter("D", upright=True), formula(letter))


def problem(problem: Layout, a: Activation) -> tuple[Block, ...]:
    """The problem, and what is assumed."""
    smooth = "twice differentiable" if a.is_smooth else "differentiable away from its kink"
    says = f"The activation is {{s}}, {smooth}." if a.name != "sigma" else f"The activation $s$ is {smooth}."
    if a.conditions:
        conditions = " and ".join(f"${c}$" for c in a.conditions)
        says += f" What is proved names the conditions on $a$ that it needs; what is cited is meant for {conditions}."
    return (
        prose("Minimize, over $W_1, W_2 in RR^{d×d}$ and for data $X, Y in RR^{d×m}$,"),
        Display(problem),
        prose(
            says + " The width $d$ and the number $m$ of samples are arbitrary. Nothing is assumed of $X$ and $Y$ "
            "unless a statement says so; each statement repeats the hypotheses it rests on.",
            s=activation_formula(a),
        ),
    )  # fmt: skip


def gradient_intro() -> Paragraph:
    return prose(
        "The differential of the loss is pushed to the letters: through $s$ by the derivative $s'$, entry by entry. "
        "The factors around the change then move to the other side of the inner product."
    )


def hessian_intro() -> Paragraph:
    return prose(
        "The first differential is differentiated again and turned into a form in the vecs of both directions. Each "
        "block is $J_l^T J_k$ and a term that carries the residual $E$; that of $W_2$ has none, because the "
        "prediction is linear in $W_2$."
    )


def hessian_note(a: Activation) -> Note:
    curvature = (
        "The block of $W_1$ has $s''$ in its second term" if a.curvature is not None
        else "The block of $W_1$ has no second term, because $s'' = 0$ away from the kink"
    )  # fmt: skip
    return note(
        "Gauss–Newton terms",
        f"{curvature}; the first is $J_1^T J_1$ with Kronecker products next to each other multiplied. Where $E = 0$ "
        "the Hessian is $H^T H$ for $H = [J_1, J_2]$.",
    )


def minimizers_intro() -> Paragraph:
    return prose(
        "The loss is not negative, and it is zero exactly where the network interpolates the data. Whether it can be "
        "zero depends on $s$, $X$ and $Y$: for a strictly increasing $s$ and independent columns of $X$ it can for "
        "every $Y$."
    )


def hessian_at_intro() -> Paragraph:
    return prose(
        "Where the network interpolates, $E = 0$, every block of the Hessian is $J_l^T J_k$, and the Hessian is "
        "$H^T H$ for $H = [J_1, J_2]$. For a residual other than zero it is not, in general: by [hessian-only] not "
        "where the columns of $X$ are independent and the slopes $s'$ are not 0. What is proved of $H$ holds whatever "
        "the residual; it speaks of the Hessian where $E = 0$. There the Hessian is positive semidefinite, and not "
        "definite where $H$ has a kernel, as in [hessian-kernel-vector-m-d]. The block above the diagonal is the "
        "transpose of that below."
    )


def explicit_letters(a: Activation) -> Paragraph:
    """What the entries of explicit matrices are written in."""
    curvature = "" if a.curvature is not None else " Here $s'' = 0$ away from the kink."
    return prose(
        "The entries are written in those of $X = (x_{ij})$, $W_2 = (w_{ij})$ and $E = (e_{ij})$, of $W_2^T W_2 = "
        "(b_{ij})$ and $W_2^T E = (r_{ij})$, and in {s}, {s1}, {s2}, the values of $s$, $s'$, $s''$ at the entries of "
        "$Z$: derivatives at a point depend on $s$ through these alone. So the identity with the entrywise derivatives "
        f"is decided for every $s$.{curvature} Rows and columns are in the order of vec; the block above the diagonal "
        "is the transpose of that below.",
        s=formula("s_{ij}"), s1=formula("s_{ij}'"), s2=formula("s_{ij}''"),
    )  # fmt: skip


def explicit_there() -> Paragraph:
    """What vanishes where the network interpolates."""
    return prose("Where the network interpolates, $E = 0$, and what remains is:")
