"""The README shows real output: its examples run, and its command line sessions are what the commands print."""

import doctest
import re
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
        assert main(command.split()) == 0
        assert capsys.readouterr().out == shown
