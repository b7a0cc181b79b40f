"""Start-up: `symland --help` as a process, beside Python's own start; and importing symland beside importing SymPy."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.benchmark(group="start-up")


def run(*args):
    subprocess.run([sys.executable, *args], check=True, capture_output=True)


def test_help(benchmark):
    benchmark(run, "-m", "symland.cli", "--help")


def test_import_symland(benchmark):
    benchmark(run, "-c", "import symland")


def test_import_sympy(benchmark):
    benchmark(run, "-c", "import sympy")


def test_python_alone(benchmark):
    benchmark(run, "-c", "pass")
