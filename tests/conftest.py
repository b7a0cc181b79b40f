"""Options and fixtures of every test."""

import difflib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

GOLDEN = Path(__file__).parent / "golden"
TOOLS = {"tex": "latexmk", "rocq": "coqc"}

# JAX reads these when it is imported: float64, on the processor.
os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

# Speed differs between machines, so no deadline; CI draws the same examples each time.
settings.register_profile("symland", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("symland")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden with what the code prints now")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with a reason, the tests whose outside tool is not installed."""
    for item in items:
        for marker, tool in TOOLS.items():
            if item.get_closest_marker(marker) and shutil.which(tool) is None:
                item.add_marker(pytest.mark.skip(reason=f"{tool} is not installed"))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """A function `golden(name, text)` that fails unless text equals the file tests/golden/<name>.

    With --update-golden it writes the file instead.
    """
    update = request.config.getoption("--update-golden")

    def compare(name: str, text: str) -> None:
        path = (GOLDEN / name).resolve()
        if not path.is_relative_to(GOLDEN.resolve()):
            raise ValueError(f"golden name leaves tests/golden: {name}")
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            return
        advice = "if it is right: pytest --update-golden, then read the diff"
        if not path.exists():
            pytest.fail(f"tests/golden/{name} does not exist; {advice}\n{text}", pytrace=False)
        expected = path.read_bytes().decode()
        if text != expected:
            lines = difflib.unified_diff(
                expected.splitlines(keepends=True), text.splitlines(keepends=True), f"tests/golden/{name}", "computed"
            )
            diff = "".join(line if line.endswith("\n") else line + "\n\\ no newline at the end\n" for line in lines)
            pytest.fail(f"tests/golden/{name} differs; {advice}\n{diff}", pytrace=False)

    return compare
