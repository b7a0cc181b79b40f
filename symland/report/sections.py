"""What every report says: conventions, how to read labels, a derivation as a statement with its steps, the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from symland.calculus.derivation import Derivation, Line as Step
from symland.evidence import Evidence, Label
from symland.language import statements as S
from symland.language.index import Dim
from symland.language.nodes import Node, walk
from symland.language import terms as T
from symland.proof.theorem import Theorem
from symland.report.abbreviate import Abbreviator
from symland.report.document import Align, Badge, Block, Code, Display, Emphasis, Inline, Items, Ledger, Legend, Line, Paragraph, Parts, Section, Statement
from symland.write.layout import Layout, Sign, apply, comma, fence, frac, name, norm, relation, row, sub, sup
from symland.write.typeset import typeset
from symland.write.typesetter import Names
