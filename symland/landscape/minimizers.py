"""The deep linear loss at its global minimizers, for every depth: value, attainment, the normal equation, stationarity.

A minimizer is not substituted: it is the symbol W under hypotheses. Source: Theorem 4.2 of the specification, after
Zhou and Liang; the least-squares facts are the rule NE (Penrose).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from symland.calculus.gradient import gradient_step
from symland.calculus.prover import RIGHT, Prover
from symland.landscape.chains import induct, range_facts
from symland.landscape.minimizer_set import MinimizerSet
from symland.landscape.networks import LinearNetwork
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Node
from symland.language.terms import Term
from symland.language.trace import Assignment
from symland.proof.kernel import replay

ONE, L = Index.of(1), Index.var("L")
HALF, MINUS = T.number(1, 2), T.number(-1)
NORMAL = "normal equation"


@dataclass(frozen=True)
class ProductMinimizers(MinimizerSet):
    """The global minimizers of the deep linear loss.

    `value` is h* = 1/2 |Y X^+ X - Y|_F^2, a lower bound for all widths. For square layers it is attained, and W is a
    global minimizer exactly where `condition`, the normal equation P X X^T = Y X^T for P = W[L..1], holds. For
    rectangular layers the normal equation is sufficient; a bottleneck can make it unsolvable.
    """

    network: LinearNetwork

    @cached_property
    def best(self) -> Term:
        """M = Y X^+, the least-squares solution of smallest norm."""
        return self.network.Y * cast(Term, T.Pseudoinverse(self.network.X))

    @cached_property
    def residual(self) -> Term:
        """R = Y X^+ X - Y, the residual at every global minimizer."""
        return self.network.Y * cast(Term, T.Pseudoinverse(self.network.X)) * self.network.X - self.network.Y

    @cached_property
    def value(self) -> Term:
        """h* = 1/2 |R|_F^2."""
        return HALF * cast(Term, T.SquaredNorm(self.residual))

    @cached_property
    def condition(self) -> S.Statement:
        """P X X^T = Y X^T."""
        n = self.network
        return S.equal(n.product * n.X * n.X.T, n.Y * n.X.T)

    @property
    def points(self) -> str:
        """What the points of the normal equation are called: for rectangular layers there may be other minimizers."""
        return "points of the normal equation" if self.network.rectangular else "global minimizers"

    @cached_property
    def gap(self) -> Term:
        """P - Y X^+."""
        return self.network.product - self.best

    @cached_property
    def abbreviations(self) -> dict[Node, str]:
        return {self.network.residual: "E", self.value: "h*", self.network.loss: "h"}

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """Every statement about the minimizers, each proved on its own."""
        proofs = {
            "lower_bound": ("h* is a lower bound of the loss", "Theorem 4.2.1", self._lower_bound),
            "attained": ("the value h* is attained", "Theorem 4.2.1", self._attained),
            "value": ("the normal equation gives the value h*", "Theorem 4.2.2", self._value),
            "normal": ("the value h* gives the normal equation", "Theorem 4.2.2", self._normal_equation),
            "product": ("the normal equation gives the form of the product", "Theorem 4.2.2", self._product_form),
            "product_converse": ("that form gives the normal equation", "Theorem 4.2.2", self._product_converse),
            "stationary": (f"{self.points} are stationary", "Theorem 4.2.2", self._stationary),
            "family": ("the orbit family attains the value h*", "Theorem 4.2.4", self._family),
        }
        square_only = ("attained", "family")
        return tuple(
            self._result(name, title, source, *proof())
            for name, (title, source, proof) in proofs.items()
            if not (self.network.rectangular and name in square_only)
        )

    def _result(
        self, name: str, title: str, source: str, prover: Prover, theorem: str, model: tuple[Assignment, ...]
    ) -> Result:
        trace = prover.trace({name: theorem}, model)
        return Result(name, title, replay(trace)[name], trace, source, self.abbreviations)

    # -- models ----------------------------------------------------------------------------------------------
    @cached_property
    def solved(self) -> tuple[Assignment, ...]:
        """A model of the normal equation: W and X free, Y := P X + Z (I - X^+ X)."""
        n = self.network
        z = T.matrix("Z", n.width(n.depth), "m")
        pinv = cast(Term, T.Pseudoinverse(n.X))
        free = z - z * pinv * n.X
        return (Assignment("set", n.Y, n.product * n.X + free),)

    # -- proofs ----------------------------------------------------------------------------------------------
    def residual_normal(self, p: Prover) -> str:
        """The step `R X^T = 0`."""
        n = self.network
        outer, right = (p.apply(row, A=n.X) for row in ("penrose_outer", "penrose_right"))
        zero = cast(Term, T.Zero(n.Y.shape[0], n.X.shape[0]))
        return p.ring(
            self.residual * n.X.T, zero,
            [{"eq": outer, "transpose": True, "left": n.Y}, {"eq": right, "left": n.Y, "right": n.X.T, "times": MINUS}],
        )  # fmt: skip

    def _lower_bound(self) -> tuple[Prover, str, tuple[Assignment, ...]]:
        p = Prover({})
        normal = self.residual_normal(p)
        tree = {"product": [{"rational": HALF.args[0]}, {"square": self.gap * self.network.X}]}
        id = p.pos(self.value, self.network.loss, tree, [{"eq": normal, "with": self.gap}])
        return p, id, ()

    def _value(self) -> tuple[Prover, str, tuple[Assignment, ...]]:
        p = Prover({NORMAL: self.condition})
        return p, self.value_step(p, p.hyp(NORMAL)), self.solved

    def value_step(self, p: Prover, condition: str) -> str:
        """The step `h = h*` from a step that says the normal equation."""
        normal = self.residual_normal(p)
        half = {"with": self.gap, "times": HALF}
        return p.ring(self.network.loss, self.value, [{"eq": condition, **half}, {"eq": normal, **half}])

    def _normal_equation(self) -> tuple[Prover, str, tuple[Assignment, ...]]:
        n = self.network
        p = Prover({"minimum": S.equal(n.loss, self.value)})
        least, normal = p.hyp("minimum"), self.residual_normal(p)
        off = self.gap * n.X
        square = p.ring(
            cast(Term, T.SquaredNorm(off)), T.number(0),
            [{"eq": least, "times": T.number(2)}, {"eq": normal, "with": self.gap, "times": T.number(-2)}],
        )  # fmt: skip
        vanishes = p.apply("norm_zero", [square], A=off)
        lhs, rhs = self.condition.args
        id = p.ring(lhs, rhs, [{"eq": vanishes, "right": n.X.T}, {"eq": normal}])
        return p, id, self.solved

    def _product_form(self) -> tuple[Prover, str, tuple[Assignment, ...]]:
        n = self.network
        p = Prover({NORMAL: self.condition})
        x, pinv, prod, y = n.X, cast(Term, T.Pseudoinverse(n.X)), n.product, n.Y
        inner, right = p.apply("penrose_inner", A=x), p.apply("penrose_right", A=x)
        id = p.ring(
            prod, self.best + prod * (T.Identity(x.shape[0]) - x * pinv),
            [
                {"eq": inner, "left": prod * x, "times": MINUS},
                {"eq": right, "left": prod * x, "right": pinv, "times": MINUS},
                {"eq": p.hyp(NORMAL), "right": pinv.T * pinv},
                {"eq": right, "left": y, "right": pinv},
                {"eq": inner, "left": y},
            ],
        )  # fmt: skip
        return p, id, self.solved

    def _product_converse(self) -> tuple[Prover, str, tuple[Assignment, ...]]:
        n = self.network
        x, pinv = n.X, cast(Term, T.Pseudoinverse(n.X))
        z = T.matrix("Z", n.width(n.depth), x.shape[0])
        form = S.equal(n.product, self.best + z * (T.Identity(x.shape[0]) - x * pinv))
        p = Prover({"form of the product": form})
        outer, normal = p.apply("penrose_outer", A=x), self.residual_normal(p)
        lhs, rhs = self.condition.args
        id = p.ring(
            lhs, rhs,
            [
                {"eq": p.hyp("form of the product"), "right": x * x.T},
                {"eq": normal},
                {"eq": outer, "left": z, "right": x.T, "times": MINUS},
            ],
        )  # fmt: skip
        return p, id, (*self.solved, Assignment("set", z, n.product))

    def _stationary(self) -> tuple[Prover, str, tuple[Assignment, ...]]:
        n = self.network
        l = Index.var("l")
        w = n.layer(l)
        p = Prover({NORMAL: self.condition})
        id = gradient_step(p, n.loss, w)
        left, right = n.chain(n.depth, l + 1).T, n.chain(l - 1, ONE).T
        id = p.turn(id, (2,), cast(Term, T.Zero(*w.shape)), [{"eq": p.hyp(NORMAL), "left": left, "right": right}])
        return p, id, self.solved

    def _attained(self) -> tuple[Prover, str, tuple[Assignment, ...]]:
        n = self.network
        first, eye = n.layer(ONE), cast(Term, T.Identity(n.X.shape[0]))
        others = S.ForAll.over("l", 2, n.depth, S.equal(n.layer(Index.var("l")), eye))
        names = {"first layer": S.equal(first, self.best), "other layers": others, **n.order}
        p = Prover(names)
        k = Index.var("n")
        upper = self._identity_chain(p, k, eye)
        top = p.spec(upper, indices={"n": n.depth})
        id = p.refl(n.product)
        id = p.rewrite(id, RIGHT, "chain_bottom", families={"X": n.family}, indices={"b": n.depth, "a": ONE})
        id = p.rewrite_by(id, (1, 0), top)
        id = p.rewrite_by(id, (1, 1), p.hyp("first layer"))
        id = p.turn(id, RIGHT, self.best)
        value = p.rewrite_by(p.refl(n.loss), (1, 1, 0, 0, 0), id)
        model = (
            Assignment("set", first, self.best),
            Assignment("set", n.layer(Index.var("l")), eye, over=("l", Index.of(2), n.depth)),
        )
        return p, value, model

    def _identity_chain(self, p: Prover, k: Index, eye: Term) -> str:
        """`W[n..2] = I` for 1 <= n <= L, by induction."""
        n = self.network
        phi = S.equal(n.chain(k, Index.of(2)), eye)
        low, up, high = range_facts(p, k, ONE, n.depth)
        p.assume("phi", phi)
        base = p.refl(n.chain(ONE, Index.of(2)))
        base = p.rewrite(base, RIGHT, "chain_empty", families={"X": n.family}, indices={"a": Index.of(2)})
        step = p.refl(n.chain(k + 1, Index.of(2)))
        step = p.rewrite(step, RIGHT, "chain_top", families={"X": n.family}, indices={"b": k + 1, "a": Index.of(2)})
        step = p.rewrite_by(step, (1, 0), p.all_at(p.hyp("other layers"), k + 1))
        step = p.rewrite_by(step, (1, 1), p.hyp("phi"))
        step = p.turn(step, RIGHT, eye)
        return induct(p, base, step, "phi", k, ONE, n.depth, (low, up, high))

    def _family(self) -> tuple[Prover, str, tuple[Assignment, ...]]:
        n = self.network
        d = n.X.shape[0]
        c = T.family("C", d, d)
        m = T.matrix("M", d, d)
        k = Index.var("n")
        eye = cast(Term, T.Identity(d))
        links = S.ForAll.over("l", 1, n.depth, S.equal(n.layer(Index.var("l")) * c[Index.var("l") - 1], c["l"]))
        solved = S.equal(m * n.X * n.X.T, n.Y * n.X.T)
        p = Prover(
            {"start": S.equal(c[0], eye), "end": S.equal(c[n.depth], m), "links": links, "M solves": solved, **n.order}
        )
        phi = S.equal(n.chain(k, ONE), c[k])
        low, up, high = range_facts(p, k, Index.of(0), n.depth)
        p.assume("phi", phi)
        base = p.refl(n.chain(Index.of(0), ONE))
        base = p.rewrite(base, RIGHT, "chain_empty", families={"X": n.family}, indices={"a": ONE})
        base = p.rewrite_by(base, RIGHT, p.hyp("start"), reverse=True)
        step = p.refl(n.chain(k + 1, ONE))
        step = p.rewrite(step, RIGHT, "chain_top", families={"X": n.family}, indices={"b": k + 1, "a": ONE})
        step = p.rewrite_by(step, (1, 1), p.hyp("phi"))
        step = p.rewrite_by(step, RIGHT, p.all_at(p.hyp("links"), k + 1))
        every = induct(p, base, step, "phi", k, Index.of(0), n.depth, (low, up, high))
        whole = p.rewrite_by(p.spec(every, indices={"n": n.depth}), RIGHT, p.hyp("end"))
        lhs, rhs = self.condition.args
        normal = p.ring(lhs, rhs, [{"eq": whole, "right": n.X * n.X.T}, {"eq": p.hyp("M solves")}])
        model = self._family_model(c.name, m)
        return p, self.value_step(p, normal), model

    def _family_model(self, name: str, m: Term) -> tuple[Assignment, ...]:
        """C[l] free but for C[0] = I; W[l] := C[l] C[l-1]^{-1}; M := C[L]; Y := M X + Z (I - X^+ X)."""
        n = self.network
        d = n.X.shape[0]
        c, l = T.family(name, d, d), Index.var("l")
        z, pinv = T.matrix("Z", d, "m"), cast(Term, T.Pseudoinverse(n.X))
        return (
            Assignment("set", c[0], cast(Term, T.Identity(d))),
            Assignment("set", n.layer(l), c[l] * cast(Term, T.Inverse(c[l - 1])), over=("l", ONE, n.depth)),
            Assignment("set", m, c[n.depth]),
            Assignment("set", n.Y, m * n.X + (z - z * pinv * n.X)),
        )
