"""Commands of symland run inside the tests."""

from symland.cli import main


def run(capsys, *args):
    """Exit status, standard output and standard error of a command."""
    try:
        status = main([str(a) for a in args])
    except SystemExit as e:  # argparse
        status = e.code
    out = capsys.readouterr()
    assert "Traceback" not in out.err
    return status, out.out, out.err
