"""The golden fixture, in a project of its own: missing, written, equal, different, outside."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\naddopts = --import-mode=importlib\n")
    shutil.copy(CONFTEST, tmp_path / "tests")
    return tmp_path


def run(project, name, text, *options):
    (project / "tests" / "test_it.py").write_text(f"def test_it(golden):\n    golden({name!r}, {text!r})\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    return done.returncode, done.stdout


def test_missing_written_equal_different(project):
    status, output = run(project, "sub/a.tex", "one\ntwo\n")
    assert status == 1
    assert "tests/golden/sub/a.tex does not exist" in output
    assert not (project / "tests" / "golden").exists()

    status, output = run(project, "sub/a.tex", "one\ntwo\n", "--update-golden")
    assert status == 0
    assert (project / "tests" / "golden" / "sub" / "a.tex").read_bytes() == b"one\ntwo\n"

    assert run(project, "sub/a.tex", "one\ntwo\n")[0] == 0

    status, output = run(project, "sub/a.tex", "one\nthree\n")
    assert status == 1
    assert "-two\n+three\n" in output
    assert (project / "tests" / "golden" / "sub" / "a.tex").read_bytes() == b"one\ntwo\n"


def test_a_name_outside_the_folder_is_refused(project):
    status, output = run(project, "../conftest.py", "", "--update-golden")
    assert status == 1
    assert "leaves tests/golden" in output
    assert (project / "tests" / "conftest.py").read_bytes() == CONFTEST.read_bytes()
