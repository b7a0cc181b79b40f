"""The rules of the source tree: who may import whom, what never appears, how long a file may be.

Everything but the start-up rule reads syntax trees and imports nothing. Imports in functions and under TYPE_CHECKING
count like any other. Each rule is a function over a root directory that returns the faults found, so that each is shown
below to catch a small tree that breaks it.
"""

import ast
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = "symland"

# A module may import its own layer and lower ones.
LAYERS = [
    {"language"},
    {"read", "write", "evaluate", "evidence"},
    {"proof", "checks"},
    {"calculus"},
    {"landscape"},
    {"inputs", "interface", "proposals"},
    {"formal", "report", "teach", "arguments", "cli", "__main__"},
]
LAYER = {part: level for level, parts in enumerate(LAYERS) for part in parts}
TOP = len(LAYERS) - 1
EVERYWHERE = {"errors", "progress"}
BELOW_CHECKS = {"checks", "language", "read", "write", "evaluate", "evidence"} | EVERYWHERE
TRUSTED = ("symland.proof.kernel", "symland.proof.normal_form", "symland.proof.rules")
NO_ASSERT = ("symland.proof", "symland.checks")
HEAVY = ("sympy", "flint", "mpmath", "jinja2", "lark", "numpy", "scipy", "jax")

LONGEST_FILE = 500
LONGEST = {"symland.proof.kernel": 400, "symland.proof.normal_form": 400, "symland.checks.steps": 400}

# Names that turn text into code or objects, by the module that defines them.
UNSAFE = {
    "builtins": {"eval", "exec"},
    "sympy": {"sympify", "parse_expr"},
    "pickle": {"load", "loads", "Unpickler"},
}
UNSAFE_NAMES = {"eval", "exec", "sympify", "parse_expr"}


# --- reading the tree ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Import:
    target: str  # dotted name of a module, ours or foreign; "?" where it is computed
    line: int


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    tree: ast.Module
    lines: int
    imports: tuple[Import, ...]

    @property
    def part(self) -> str:
        """The package or module directly under symland that this belongs to; empty for symland itself."""
        return part_of(self.name)

    def at(self, line: int) -> str:
        return f"{self.name}:{line}"


def part_of(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@cache
def read_tree(root: Path) -> dict[str, Module]:
    """Every module of the package under root, by dotted name."""
    paths = {}
    for path in sorted((root / PACKAGE).rglob("*.py")):
        words = path.relative_to(root).with_suffix("").parts
        paths[".".join(words[:-1] if words[-1] == "__init__" else words)] = path
    modules = {}
    for name, path in paths.items():
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text, str(path))
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        imports = tuple(imports_of(tree, package, paths.keys() | packages_of(paths)))
        modules[name] = Module(name, path, tree, len(text.splitlines()), imports)
    return modules


def packages_of(names: Iterable[str]) -> set[str]:
    return {name[:i] for name in names for i, character in enumerate(name) if character == "."}


def imports_of(tree: ast.Module, package: str, ours: set[str]) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            base = absolute("." * node.level + (node.module or ""), package)
            for alias in node.names:
                member = f"{base}.{alias.name}"
                yield Import(member if member in ours else base, node.lineno)
        elif isinstance(node, ast.Call) and called(node.func) in {"import_module", "__import__"}:
            first = node.args[0] if node.args else None
            literal = isinstance(first, ast.Constant) and isinstance(first.value, str)
            yield Import(absolute(first.value, package) if literal else "?", node.lineno)


def absolute(name: str, package: str) -> str:
    """The absolute form of a dotted name with leading dots, as seen from the package."""
    dots = len(name) - len(name.lstrip("."))
    if not dots:
        return name
    words = package.split(".")
    return ".".join([*words[: len(words) - dots + 1], *name[dots:].split(".")]).rstrip(".")


def called(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def executed_by(target: str) -> Iterator[str]:
    """The modules that importing target runs: its packages, then itself. The lazy symland/__init__ is left out."""
    words = target.split(".")
    for end in range(2 if words[0] == PACKAGE and len(words) > 1 else 1, len(words) + 1):
        yield ".".join(words[:end])


def paths_from(start: Module, modules: dict[str, Module]) -> dict[str, list[str]]:
    """Each module, ours or foreign, that start reaches by imports, with a shortest chain that leads there."""
    chains = {start.name: [start.name]}
    todo = deque([start.name])
    while todo:
        name = todo.popleft()
        if name == PACKAGE or name not in modules:
            continue
        for edge in modules[name].imports:
            for reached in executed_by(edge.target):
                if reached not in chains:
                    chains[reached] = [*chains[name], reached]
                    todo.append(reached)
    return chains


# --- the rules -----------------------------------------------------------------------------------------------------


def layer_faults(root: Path) -> list[str]:
    modules = read_tree(root)
    faults = []
    for module in modules.values():
        if module.name == PACKAGE:
            continue
        if module.part not in LAYER and module.part not in EVERYWHERE:
            faults.append(f"{module.name} belongs to no layer: give it one in LAYERS of {Path(__file__).name}")
            continue
        level = LAYER.get(module.part, TOP)  # of errors and progress: whoever imports them answers for them
        for edge in module.imports:
            if edge.target == "?":
                faults.append(f"{module.at(edge.line)} imports a computed name, which no rule can see")
            if edge.target == PACKAGE and level < TOP:
                faults.append(f"{module.at(edge.line)} imports symland itself: name the module that is meant")
        for reached, chain in paths_from(module, modules).items():
            # A chain over a module with a layer is left to that module: one of the chain's steps goes up.
            own_fault = all(part_of(between) in EVERYWHERE for between in chain[1:-1])
            if own_fault and inside(reached, PACKAGE) and LAYER.get(part_of(reached), -1) > level:
                faults.append(f"upward import: {' -> '.join(chain)}")
    return faults


def checks_faults(root: Path) -> list[str]:
    """What of the package the second opinions reach beyond what they may share with the proofs."""
    modules = read_tree(root)
    return [
        f"shared code: {' -> '.join(chain)}"
        for module in modules.values()
        if module.part == "checks"
        for reached, chain in paths_from(module, modules).items()
        if inside(reached, PACKAGE) and part_of(reached) not in BELOW_CHECKS
    ]


def proof_faults(root: Path) -> list[str]:
    """Imports of the second opinions by proof/, and of SymPy by its trusted part."""
    modules = read_tree(root)
    faults = []
    for module in modules.values():
        if module.part != "proof":
            continue
        trusted = any(inside(module.name, package) for package in TRUSTED)
        for reached, chain in paths_from(module, modules).items():
            if inside(reached, "symland.checks") or (trusted and inside(reached, "sympy")):
                faults.append(f"not for proofs: {' -> '.join(chain)}")
        if not trusted:
            faults += [f"{module.at(i.line)} imports sympy" for i in module.imports if inside(i.target, "sympy")]
    return faults


def assert_faults(root: Path) -> list[str]:
    return [
        f"{module.at(node.lineno)} judges by assert, which python -O removes"
        for module in read_tree(root).values()
        if any(inside(module.name, package) for package in NO_ASSERT)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assert)
    ]


def length_faults(root: Path) -> list[str]:
    faults = []
    for module in read_tree(root).values():
        limit = min((n for package, n in LONGEST.items() if inside(module.name, package)), default=LONGEST_FILE)
        if module.lines > limit:
            faults.append(f"{module.name} has {module.lines} lines, more than {limit}")
    return faults


def unsafe_faults(root: Path) -> list[str]:
    """Uses of what turns text into code or objects, called or not, under its own name or another."""
    faults = []
    for module in read_tree(root).values():
        for node in ast.walk(module.tree):
            found = ""
            if isinstance(node, ast.Name) and node.id in UNSAFE_NAMES:
                found = node.id
            elif isinstance(node, ast.Attribute):
                owner = node.value.id if isinstance(node.value, ast.Name) else ""
                if node.attr in UNSAFE.get(owner, set()) or node.attr in UNSAFE["sympy"]:
                    found = f"{owner}.{node.attr}"
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                unsafe = UNSAFE.get((node.module or "").split(".")[0], set())
                found = ", ".join(alias.name for alias in node.names if alias.name in unsafe)
            elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                found = "allow_pickle"
            if found:
                faults.append(f"{module.at(node.lineno)} uses {found}")
    return faults


def startup_faults(root: Path) -> list[str]:
    """The heavy packages that `import symland` loads, in a new interpreter."""
    code = f"import sys; sys.path.insert(0, {str(root)!r}); import {PACKAGE}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if done.returncode:
        return [f"import {PACKAGE} fails:\n{done.stderr}"]
    return sorted(f"import {PACKAGE} loads {name}" for name in set(done.stdout.split()) & set(HEAVY))


RULES = [layer_faults, checks_faults, proof_faults, assert_faults, length_faults, unsafe_faults, startup_faults]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(rule):
    faults = rule(ROOT)
    assert not faults, "\n".join(["", *faults])


# --- each rule catches what breaks it --------------------------------------------------------------------------------


def plant(root: Path, files: dict[str, str]) -> Path:
    """A tree under root with these files of the package, and an __init__ in each of its folders."""
    for name, text in files.items():
        path = root / PACKAGE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for folder in {root / PACKAGE, *(path.parent for path in (root / PACKAGE).rglob("*.py"))}:
        (folder / "__init__.py").touch()
    return root


FOR_TYPES = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
THROUGH_INIT = {"write/__init__.py": "import sympy", "write/text.py": ""}

BAD = [
    # upward: direct, inside a function, relative, for types only, over errors, through a package's __init__
    (layer_faults, {"language/terms.py": "import symland.proof.kernel", "proof/kernel.py": ""}),
    (layer_faults, {"proof/trace.py": "def f():\n    import symland.landscape.inertia"}),
    (layer_faults, {"calculus/gradient.py": "from ..landscape.inertia import f", "landscape/inertia.py": ""}),
    (layer_faults, {"calculus/gradient.py": "from .. import landscape", "landscape/inertia.py": ""}),
    (layer_faults, {"language/terms.py": FOR_TYPES + "    from symland.report import tex", "report/tex.py": ""}),
    (layer_faults, {"language/a.py": "from ..errors import E", "errors.py": "import symland.evidence"}),
    (layer_faults, {"read/text.py": "from symland import write", "write/__init__.py": "import symland.calculus"}),
    (layer_faults, {"language/a.py": "import symland.read.text", "read/text.py": ""}),
    # through the lazy names of symland itself; by a name in a string; by a computed name; outside every layer
    (layer_faults, {"proof/kernel.py": "import symland as sl"}),
    (layer_faults, {"proof/kernel.py": "from symland import gradient"}),
    (layer_faults, {"proof/a.py": "import importlib\nimportlib.import_module('symland.cli')"}),
    (layer_faults, {"read/a.py": "import_module('..proof.b', __package__)", "proof/b.py": ""}),
    (layer_faults, {"proof/kernel.py": "def f(name):\n    return __import__(name)"}),
    (layer_faults, {"utils.py": ""}),
    # second opinions that share code with the first
    (checks_faults, {"checks/steps.py": "from symland.proof.rules import algebra", "proof/rules/algebra.py": ""}),
    (checks_faults, {"checks/steps.py": "def f():\n    import symland.calculus.gradient"}),
    (checks_faults, {"checks/a.py": "from symland.write import text", "write/text.py": "import symland.proof"}),
    (checks_faults, {"checks/a.py": "import symland"}),
    (proof_faults, {"proof/decide.py": "from symland.checks import modular", "checks/modular.py": ""}),
    (proof_faults, {"proof/decide.py": "import symland.errors", "errors.py": "import symland.checks.steps"}),
    (proof_faults, {"proof/trace.py": "import sympy"}),
    (proof_faults, {"proof/kernel.py": "def f():\n    from sympy.core import Add"}),
    (proof_faults, {"proof/normal_form/words.py": "from symland.write.text import f", **THROUGH_INIT}),
    (proof_faults, {"proof/rules/algebra.py": "from symland.language.a import f", "language/a.py": "import sympy"}),
    # assert
    (assert_faults, {"proof/rules/algebra.py": "def f(x):\n    assert x"}),
    (assert_faults, {"checks/steps.py": "assert True"}),
    # length
    (length_faults, {"teach/slides.py": "\n" * 501}),
    (length_faults, {"proof/kernel.py": "\n" * 401}),
    (length_faults, {"proof/normal_form/words.py": "\n" * 401}),
    (length_faults, {"checks/steps.py": "\n" * 401}),
    # text into code
    (unsafe_faults, {"read/a.py": "eval('1')"}),
    (unsafe_faults, {"read/a.py": "run = exec"}),
    (unsafe_faults, {"read/a.py": "import builtins\nbuiltins.eval('1')"}),
    (unsafe_faults, {"read/a.py": "from sympy import sympify as s"}),
    (unsafe_faults, {"read/a.py": "import sympy as sp\nsp.sympify('1')"}),
    (unsafe_faults, {"read/a.py": "import sympy.parsing.sympy_parser as p\np.parse_expr('1')"}),
    (unsafe_faults, {"read/a.py": "import pickle\npickle.load(open('a'))"}),
    (unsafe_faults, {"read/a.py": "from pickle import loads"}),
    (unsafe_faults, {"read/a.py": "import numpy\nnumpy.load('a', allow_pickle=True)"}),
    # start-up
    *((startup_faults, {"__init__.py": f"import {name}"}) for name in HEAVY),
    (startup_faults, {"__init__.py": "from symland.write import f", "write/__init__.py": "import sympy\nf = 1"}),
    (startup_faults, {"__init__.py": "raise RuntimeError"}),
]


@pytest.mark.parametrize(("rule", "files"), BAD, ids=lambda value: getattr(value, "__name__", ""))
def test_a_broken_rule_is_caught(rule, files, tmp_path):
    assert rule(plant(tmp_path, files))


def test_a_proper_tree_passes(tmp_path):
    files = {
        "__init__.py": "def __getattr__(name):\n    import sympy\n    return sympy",
        "errors.py": "import symland.progress",
        "progress.py": "",
        "evidence.py": "from symland.language import terms",
        "language/terms.py": '"""Never eval( anything."""\nfrom .. import errors\nassert errors',
        "write/sympy.py": "import sympy\nfrom symland.language.terms import errors\nsympy._sympify(1)",
        "write/text.py": "from ..language import terms",
        "read/text.py": "import lark\nfrom symland.write import text\nimport ast\nast.literal_eval('1')",
        "proof/kernel.py": "from symland.language import terms\nimport flint" + "\n" * 399,
        "calculus/gradient.py": "from symland.proof import kernel\nimport sympy",
        "checks/steps.py": "from symland.read.text import text\nfrom symland import evidence\nfrom . import explicit",
        "checks/explicit.py": "import symland.write.sympy",
        "cli.py": "import symland as sl\nfrom symland import checks" + "\n" * 498,
    }
    plant(tmp_path, files)
    assert {rule.__name__: rule(tmp_path) for rule in RULES} == {rule.__name__: [] for rule in RULES}


def test_an_absent_package_passes(tmp_path):
    assert not any(rule(tmp_path) for rule in RULES if rule is not startup_faults)
