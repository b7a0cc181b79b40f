"""All rule rows, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from symland.proof.rules import (
    algebra,
    differential,
    entries,
    functions,
    invertible,
    positive,
    powers,
    spectral,
    vectorize,
)
from symland.proof.rules.row import Row

TABLES: Mapping[str, Mapping[str, Row]] = MappingProxyType(
    {
        "algebra": algebra.TABLE,
        "differential": differential.TABLE,
        "functions": functions.TABLE,
        "entries": entries.TABLE,
        "vectorize": vectorize.TABLE,
        "invertible": invertible.TABLE,
        "positive": positive.TABLE,
        "powers": powers.TABLE,
        "spectral": spectral.TABLE,
    }
)
ROWS: Mapping[str, Row] = MappingProxyType({name: row for table in TABLES.values() for name, row in table.items()})
if len(ROWS) != sum(len(t) for t in TABLES.values()):
    raise ValueError("two rule rows have one name")
