"""Rules of the kernel as plain text, for `symland explain`."""

from __future__ import annotations

from difflib import get_close_matches

from symland.errors import UsageError
from symland.language.notation import show
from symland.proof.kernel import __doc__ as kinds
from symland.proof.rules.registry import ROWS, TABLES
from symland.proof.rules.row import Free, Row


def rule_text(name: str) -> str:
    """What a rule or a kind of step says, when it applies and where it comes from; for `all` the names of the rules.

    >>> print(rule_text("kron_transpose"))
    kron_transpose  (algebra): transpose of a Kronecker product
      then       (A (x) B)' = A' (x) B'
      source     Magnus and Neudecker, Matrix Differential Calculus, ch. 2 and 3
      letters stand for all matrices and scalars of fitting shape
    """
    if name == "all":
        return "\n".join(f"{title}: {', '.join(table)}" for title, table in TABLES.items())
    if name in ROWS:
        return "\n".join(_lines(ROWS[name]))
    for line in (kinds or "").splitlines():
        if line.strip().startswith(name + " "):
            return f"step kind {line.strip()}"
    near = get_close_matches(name, ROWS)
    raise UsageError(f"there is no rule {name!r}", hint=", ".join(near) or "`symland explain all` lists them")


def _lines(row: Row) -> list[str]:
    """The row line by line."""
    out = [f"{row.name}  ({row.kind}): {row.reason}", *(f"  if         {show(p)}" for p in row.premises)]
    for s in row.side:
        free = f"{s.letter!r} does not occur in {s.term!r}" if isinstance(s, Free) else repr(s)
        out.append(f"  provided   {free}")
    out.append(f"  then       {show(row.conclusion)}")
    out += [f"  source     {row.citation}"] if row.citation else []
    return [*out, "  letters stand for all matrices and scalars of fitting shape"]
