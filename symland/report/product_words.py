"""What the reports on the linear and the residual network say in words."""

from __future__ import annotations

from dataclasses import dataclass

from symland.report.document import Block, Display, Note, Paragraph, Parts
from symland.report.markup import marked, note, prose
from symland.write.layout import Layout, Letter, relation, sub, sup

CASES: dict[str, tuple[str, Parts]] = {
    "l > k": ("hessian-lower", marked("Hessian block, $l > k$")),
    "l = k": ("hessian-diagonal", marked("Hessian block, $l = k$")),
    "l < k": ("hessian-upper", marked("Hessian block, $l < k$")),
}


@dataclass(frozen=True)
class ProductWords:
    """The words of a network whose prediction is a product of factors times X: `layer` is the letter of its layers,
    `product` that of its products, `factor` the factor of layer l, `noun` what a factor is called, `loss` the letter
    of the loss."""

    title: str
    loss: str
    layer: str
    product: str
    factor: str
    noun: str

    def factor_at(self, index: str) -> str:
        """The factor of the layer with this index."""
        return self.factor.replace("_l", f"_{index}")

    def abstract(self, loss: Layout) -> Parts:
        """What the report says."""
        return marked(
            "For the loss {loss} with square layers, for every depth $L$, width $d$ and number $m$ of samples: the "
            "gradient and every block of the vectorized Hessian, derived step by step; the minimum and the global "
            "minimizers; the Hessian there; gradient dominance with explicit constants. A kernel replayed the proof "
            "of each theorem, and a second checker, which shares no code with it, evaluated its steps at samples; the "
            "label beside a statement says what was done. The subject is that of Zhou and Liang, arXiv:1710.06910.",
            loss=loss,
        )

    def conventions(self) -> tuple[Parts, ...]:
        """The conventions of the report."""
        w, p = self.layer, self.product
        return (
            marked(
                f"${p}_{{b:a}} = {self.factor_at('b')} {self.factor_at('{b-1}')} ⋯ {self.factor_at('a')}$ is the "
                f"product of the {self.noun}s $a$ to $b$, that nearest to the data on the right; for $b = a - 1$ it "
                "is the identity."
            ),
            marked(
                f"$B_l = {p}_{{L:l+1}}$ is what stands on the left of ${self.factor}$, and $U_l = {p}_{{l-1:1}} X$ "
                f"what it acts on: ${p}_{{L:1}} X = B_l {self.factor} U_l$."
            ),
            marked(
                f"$Delta_l$ is an arbitrary change of ${w}_l$, the direction of a differential; {{D}} is the "
                f"differential with respect to ${w}_l$.",
                D=sub(Letter("D", upright=True), sub(w, "l")),
            ),
            marked(
                f"A direction $V = (V_1, ..., V_L)$ has a matrix for each layer; ${p}^t_{{b:a}}$ is the product at the "
                f"point with the layers ${w}_i + t V_i$. A second point has the layers ${w}^*_i$ and the products "
                f"${p}^*_{{b:a}}$."
            ),
        )

    def problem(self, formula: Layout) -> tuple[Block, ...]:
        """The problem, and where its hypotheses stand."""
        w = self.layer
        return (
            prose(f"Minimize, over layers ${w}_1, ..., {w}_L in RR^{{d×d}}$ and for data $X, Y in RR^{{d×m}}$,"),
            Display(formula),
            prose(
                "The depth $L >= 1$, the width $d$ and the number $m$ of samples are arbitrary. Nothing is assumed of "
                "$X$ and $Y$ unless a statement says so: $X$ may be rank deficient, and the least loss may be "
                "positive. These are hypotheses that many statements name; each statement repeats those it rests on."
            ),
        )

    def gradient_intro(self) -> Paragraph:
        return prose(
            "The differential in the direction $Delta_l$, written $Delta$, is pushed through the loss to the letters; "
            "the factors around it then move to the other side of the inner product."
        )

    def hessian_intro(self) -> Paragraph:
        return prose(
            "The first differential of [gradient] is differentiated again, in the direction $Delta_k$, and turned "
            "into a form in the vecs of both directions. There are three cases: layer $k$ stands on the right of "
            "layer $l$, is the same, or stands on its left. Where they are the same, the directions are $Delta$ and "
            "$Delta'$."
        )

    def hessian_note(self) -> Note:
        return note(
            "Symmetry",
            "[hessian-lower] and [hessian-upper] are transposes of each other with $l$ and $k$ exchanged; each is "
            "derived on its own. The commutation matrix stands on the left where $l > k$ and on the right where "
            "$l < k$.",
        )

    def instances_intro(self, layers: int, residual: Layout) -> Paragraph:
        """How the instances come about."""
        return prose(
            f"The theorems above at depth {layers}, with every product written out, and {{residual}}. Each formula "
            "is a theorem of its own, an instance that the kernel replayed.",
            residual=residual,
        )

    def minimizers_intro(self, value: Layout) -> Paragraph:
        return prose(
            f"The least value of the loss is {{value}}, and it is attained exactly where the product of the "
            f"{self.noun}s solves the normal equation. $X^+$ is the Moore–Penrose inverse.",
            value=relation(sup(self.loss, "∗"), "=", value),
        )

    def minimizers_note(self) -> Note:
        return note(
            "Global minimizers",
            "By [lower-bound], [value] and [normal], the layers are a global minimizer exactly where the normal "
            "equation holds, and [attained] says that there is one. By [product] and [product-converse] the products "
            "that occur are those that the hypothesis *form of the product* describes, and no others.",
        )

    def hessian_at_intro(self, factor: Layout) -> Paragraph:
        return prose(
            "At a global minimizer the terms with the residual vanish, whether the residual is zero or not. With "
            "{factor}, the derivative of the prediction with respect to layer $l$, every block is $H_l^T H_k$.",
            factor=factor,
        )

    def curvature_note(self) -> Note:
        return note(
            "The whole Hessian",
            "Side by side, these derivatives make one matrix $H = [H_1, ..., H_L]$, the Jacobian of the prediction, "
            "and the Hessian is $H^T H$. For a direction $V$, $H vec(V)$ is the derivative of the prediction, by "
            "[hessian-jacobian]: $V$ is in the kernel of $H$ where the derivative of the product is 0. What is proved "
            "of $H$ holds at every point; it speaks of the Hessian at a global minimizer, which is positive "
            f"semidefinite. Where all {self.noun}s are invertible and $X$ has full row rank, the kernel consists of "
            "the directions along the orbit of the symmetry. For two layers or more the Hessian is never positive "
            "definite, whatever the ranks, by [hessian-not-definite] and [hessian-not-definite-zero]; for one layer it "
            "is definite exactly if $X$ has full row rank.",
        )

    def balanced_intro(self) -> Paragraph:
        f, g = self.factor_at("{l+1}"), self.factor
        return prose(
            f"A minimizer is *balanced* if ${f}^T {f} = {g} {g}^T$ for neighboring layers. With their "
            "transposes, products are powers there. The spectrum of the Hessian has a closed form if the data are "
            "aligned: if the right singular vectors of the whole product are eigenvectors of $X X^T$. Gradient flow "
            "that starts at a balanced point keeps it balanced."
        )

    def two_layers_intro(self) -> Paragraph:
        return prose(
            "For two layers and $X$ of full row rank it is known at which global minimizers $(M_1, M_2)$ gradient "
            "dominance holds nearby: those where the kernel of $M_2$ lies in the range of $M_1$. At any other there "
            "are vectors with $M_2 b = 0$, $a^T M_1 = 0$, $<<a, b>> != 0$ and nonzero $u$, $w$ with $u^T M_2 = 0$, "
            "$M_1 X X^T w = 0$, and the curve $W_1 = M_1 + t b w^T$, $W_2 = M_2 + t u a^T$ shows that no constant "
            "serves."
        )

    def dominance_intro(self) -> Paragraph:
        return prose(
            "Bounds are squared: no square root and no singular value has to be computed. The sum on the right is the "
            "squared norm of the gradient, $B_i^T E U_i^T$ being the gradient with respect to layer $i$ by "
            "[gradient]. No minimizer and no rank condition enters."
        )

    def dominance_notes(self) -> dict[str, Note]:
        """A note after the theorem on each region."""
        notes = {
            "singular values": note(
                "The constant",
                f"The product runs over all {self.noun}s but one: the squared bounds of those above number $i$ and "
                f"below it. One singular {self.noun} is allowed, two are not: then the constant is infinite.",
            ),
            "ball": note(
                "The center",
                f"${self.layer}^*$ need not be a minimizer. Singular values move by at most the norm of the change, "
                f"so {self.noun} $i$ of a point in the ball has singular values of at least $tau_i - r_i$.",
            ),
            "half ball": note(
                "The classical constant",
                f"With $s$ the smallest singular value of $X$, of full row rank, and $tau$ the smallest one of all "
                f"{self.noun}s of a minimizer, this is the constant of the literature. The radius is $tau/2$, in the "
                "spectral norm of each layer.",
            ),
        }
        if self.noun == "factor":
            notes["small residuals"] = note(
                "Small residuals",
                "No minimizer enters: the region is the same for all data. Where all bounds are below 1, the product "
                "of the factors of a point in it has a positive determinant.",
            )
        return notes

    def explicit_letters(self, letters: str) -> Paragraph:
        """What the entries of explicit matrices are written in; `letters` are those of layers 1, 2, ..."""

        def named(k: int, letter: str) -> str:
            return f"${self.factor_at(str(k))} = ({letter}_{{ij}})$"

        layers = ", ".join(named(k, letter) for k, letter in enumerate(letters, 1))
        return prose(
            "The data enter only through $Xi = X X^T$, a symmetric matrix with entries $xi_{ij}$, and the residual "
            "through $Gamma = E X^T$, with entries $gamma_{ij}$, whatever the number of samples. The "
            f"{self.noun}s are {layers}. "
            "Rows and columns are in the order of vec; blocks above the diagonal are the transposes of those below."
        )

    def explicit_there(self) -> Paragraph:
        """What vanishes at a global minimizer."""
        return prose("At a global minimizer $Gamma = 0$, the normal equation, and what remains is:")


LINEAR = ProductWords("The loss landscape of deep linear networks", "h", "W", "W", "W_l", "layer")
RESIDUAL = ProductWords("The loss landscape of linear residual networks", "f", "A", "P", "(I + A_l)", "factor")
