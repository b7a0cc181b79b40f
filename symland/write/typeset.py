"""Nodes, index expressions and dimensions as layouts.

A part that binds more weakly than its place demands is put in parentheses, so what is printed can be read in one way.
"""

from __future__ import annotations

from collections.abc import Mapping

from symland.language.index import Dim, Index
from symland.language.nodes import Node
from symland.language.notation import names_in
from symland.write import set_entrywise, set_statements, set_terms
from symland.write.layout import Layout
from symland.write.typesetter import RELATION, Names, Typesetter

RULES = (set_terms, set_entrywise, set_statements)  # the modules that register rules for nodes


def typeset(node: Node, abbreviations: Mapping[Node, str] | None = None, names: Names | None = None) -> Layout:
    """The layout of a node. `abbreviations` names sub-expressions; `names` says how a name is set, as a layout or as
    another name: `{"Ws": "W*"}`.

    Raises NoRule for a class of node without a rule.

    >>> from symland.language.terms import matrix
    >>> typeset(matrix("W", "d", "d").T)
    Script(base=Letter(text='W', upright=False), sub=None, sup=Sign(text='⊤'))
    """
    names = dict(names or {})
    if "s" in {*names_in(node), *(abbreviations or {}).values()}:  # the letter s, which the function sigma is set as
        names.setdefault("sigma", "sigma")
    return Typesetter(abbreviations or {}, names).at(node, RELATION)


def set_index(e: Index) -> Layout:
    """The layout of an index expression.

    >>> set_index(Index.var("l") - 1).parts
    (Letter(text='l', upright=False), Sign(text='−'), Numeral(text='1'))
    """
    return Typesetter({}, {}).index(e).layout


def set_dim(d: Dim) -> Layout:
    """The layout of a dimension.

    >>> set_dim(Dim.of("d") * Dim.of("d"))
    Script(base=Letter(text='d', upright=False), sub=None, sup=Numeral(text='2'))
    """
    return Typesetter({}, {}).dim(d).layout
