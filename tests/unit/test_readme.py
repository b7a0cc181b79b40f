"""The README shows real output: its examples run, and its command line sessions are what the commands print."""

import doctest
import re
import shlex
from pathlib import Path

from symland.cli import main

README = Path(__file__).parents[2] / "README.md"


def test_examples():
    failures, tried = doctest.testfile(str(README), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried > 5
    assert failures == 0


def test_sessions(capsys):
    sessions = re.findall(r"```text\n\$ symland (.*)\n((?:.*\n)*?)```", README.read_text(encoding="utf-8"))
    assert sessions
    for command, shown in sessions:
        assert main(shlex.split(command)) == 0
        assert capsys.readouterr().out == shown


def test_the_status_board_is_the_computed_one():
    """`symland list --status derivations` prints these lines."""
    from symland.report.status import board, status

    lines = board(status(README.parent / "derivations"))
    assert "proved" in lines
    assert lines in README.read_text(encoding="utf-8")
