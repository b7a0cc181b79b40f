"""Files that are not traces: each is a ParseError that says what is wrong and where, and never anything else."""

import json
from random import Random

import pytest

from symland.errors import ParseError, StepRejected
from symland.language.statements import Eq
from symland.language.terms import matrix
from symland.language.trace import Step, Trace
from symland.proof.kernel import replay
from symland.read import json as reader
from symland.read.json import parse_trace, read_trace
from symland.write.json import content_hash, to_json, trace_json
from tests.reject.catalogue import honest


@pytest.fixture(scope="module")
def text():
    return to_json(honest("gradient"))


def data():
    return json.loads(json.dumps(trace_json(honest("gradient"))))


def rehashed(edited):
    """The text of edited data, with the hash made to fit."""
    edited["sha256"] = content_hash(edited)
    return json.dumps(edited)


def edit(*path, value):
    """The text of an honest trace with the value at the path replaced."""
    edited = data()
    holder = edited
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return rehashed(edited)


def test_an_honest_file_is_read(text, tmp_path):
    path = tmp_path / "gradient.json"
    path.write_text(text)
    assert replay(read_trace(path))["gradient"].statement is replay(honest("gradient"))["gradient"].statement
    assert to_json(read_trace(path)) == text


# -- files -------------------------------------------------------------------------------------------------------
def test_a_missing_file(tmp_path):
    with pytest.raises(ParseError, match=r"cannot read .*nothing\.json: No such file"):
        read_trace(tmp_path / "nothing.json")
    with pytest.raises(ParseError, match="cannot read"):
        read_trace(tmp_path)


def test_a_file_that_is_not_text(tmp_path):
    path = tmp_path / "picture.json"
    path.write_bytes(b"\x89PNG\r\n\xff\xfe")
    with pytest.raises(ParseError, match="not a text file") as caught:
        read_trace(path)
    assert "UTF-8" in caught.value.hint


def test_a_huge_file(tmp_path, monkeypatch, text):
    monkeypatch.setattr(reader, "MAX_BYTES", 1000)
    path = tmp_path / "huge.json"
    path.write_text(text)
    with pytest.raises(ParseError, match="too large for a trace file"):
        read_trace(path)


@pytest.mark.parametrize("part", [0, 1, 0.01, 0.2, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off(text, part):
    cut = text[: part if isinstance(part, int) else int(len(text) * part)]
    with pytest.raises(ParseError, match="is not JSON") as caught:
        parse_trace(cut, "gradient.json")
    assert caught.value.line >= 1 and caught.value.column >= 1
    assert "cut off" in caught.value.hint


@pytest.mark.parametrize("wrong", ["[", "{'format': 1}", "nothing", "<html>", "{} {}", '{"a": 1,}', "\x00"])
def test_text_that_is_not_json(wrong):
    with pytest.raises(ParseError, match="is not JSON"):
        parse_trace(wrong)


@pytest.mark.parametrize(
    "wrong", ["[]", "{}", "1", '"symland-trace"', "null", "NaN", '{"format": "symland"}', "[[[[1]]]]"]
)
def test_json_that_is_not_a_trace(wrong):
    with pytest.raises(ParseError, match="not a trace file"):
        parse_trace(wrong)


def test_json_that_is_nested_too_deeply():
    for deep in ("[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000):
        with pytest.raises(ParseError, match="nested too deeply"):
            parse_trace(deep)
    nested = 1
    for _ in range(400):
        nested = [nested]
    edited = data()
    edited["steps"][0]["term"] = nested
    with pytest.raises((ParseError, StepRejected)):
        replay(parse_trace(rehashed(edited)))


def test_a_key_that_occurs_twice(text):
    # A reader that keeps the last of two entries checks another proof than the one a person sees first.
    twice = text.replace('"deps":', '"deps":[],"deps":', 1)
    with pytest.raises(ParseError, match="occurs twice"):
        parse_trace(twice)


def test_integers_without_end():
    with pytest.raises(ParseError, match="not a trace file"):
        parse_trace('{"format": ' + "9" * 10_000 + "}")


# -- versions, keys, hashes ------------------------------------------------------------------------------------
@pytest.mark.parametrize("version", [0, 2, "1", None, [1], 1.5])
def test_another_version(version):
    with pytest.raises(ParseError, match="this symland reads 1"):
        parse_trace(edit("version", value=version))


def test_a_file_that_was_edited(text):
    for old, new in (('"deps":["L >= l"', '"deps":["l >= 1"'), ("1/2", "1/3"), ('"W"', '"Z"')):
        assert old in text
        with pytest.raises(ParseError, match="was changed after it was written"):
            parse_trace(text.replace(old, new, 1))
    for wrong in ("", "0" * 64, None, 7):
        edited = data()
        edited["sha256"] = wrong
        with pytest.raises(ParseError, match="was changed after it was written"):
            parse_trace(json.dumps(edited))


@pytest.mark.parametrize("key", sorted(reader.KEYS - {"format", "version"}))
def test_a_missing_key(key):
    edited = data()
    del edited[key]
    with pytest.raises(ParseError, match=f"keys missing or unknown: {key}"):
        parse_trace(json.dumps(edited) if key == "sha256" else rehashed(edited))


def test_an_unknown_key():
    edited = data()
    edited["trusted"] = True
    with pytest.raises(ParseError, match="keys missing or unknown: trusted"):
        parse_trace(rehashed(edited))


# -- the schema ------------------------------------------------------------------------------------------------
WRONG = [
    (("nodes",), {}, "nodes: needs a list"),
    (("nodes", 0), 7, r"nodes\[0\]: a node is"),
    (("nodes", 0), [], r"nodes\[0\]: a node is"),
    (("nodes", 0), ["Theorem"], r"nodes\[0\]: there is no node class 'Theorem'"),
    (("nodes", 0), ["Node"], "there is no node class"),
    (("nodes", 0), ["__import__", "os"], "there is no node class"),
    (("nodes", 0), ["Transpose", 0], r"nodes\[0\]: no earlier node 0"),
    (("nodes", 1), ["Transpose", 5], r"nodes\[1\]: no earlier node 5"),
    (("nodes", 1), ["Transpose", -1], "no earlier node -1"),
    (("nodes", 1), ["Transpose", True], "no earlier node True"),
    (("nodes", 1), ["Transpose"], "Transpose takes 1 arguments, not 0"),
    (("nodes", 1), ["Sum"], r"nodes\[1\]"),
    (("nodes", 1), ["Product"], r"nodes\[1\]"),
    (("nodes", 1), ["Block", 1], r"nodes\[1\]"),
    (("nodes", 1), ["Block", 0, 0], r"nodes\[1\]"),
    (("nodes", 0), ["Number", "1/0"], "divides by zero"),
    (("nodes", 0), ["Number", 1], "is not a rational number"),
    (("nodes", 0), ["Number", "1.5"], "is not a rational number"),
    (("nodes", 0), ["Number", "1" * 5000], "is not a rational number"),
    (("nodes", 0), ["Number", "inf"], "is not a rational number"),
    (("nodes", 0), ["IndexScalar", [[], 1.0]], "is not a small integer"),
    (("nodes", 0), ["IndexScalar", [[], True]], "is not a small integer"),
    (("nodes", 0), ["IndexScalar", [[], 10**13]], "is not a small integer"),
    (("nodes", 0), ["IndexScalar", [[["l", 0]], 1]], "not an index expression in normal form"),
    (("nodes", 0), ["IndexScalar", [[["l", 1], ["l", 1]], 1]], "not an index expression in normal form"),
    (("nodes", 0), ["IndexScalar", [[["%0", 1]], 1]], "is not an index variable"),
    (("nodes", 0), ["IndexScalar", [[["#x", 1]], 1]], "is not an index variable"),
    (("nodes", 0), ["IndexScalar", [[["", 1]], 1]], "is not an index variable"),
    (("nodes", 0), ["IndexScalar", "l"], "is not an index expression"),
    (("nodes", 0), ["IndexScalar", [["l"], 0]], "is not an index expression"),
    (("nodes", 0), ["Identity", []], "is not a dimension"),
    (("nodes", 0), ["Identity", 3], "is not a dimension"),
    (("nodes", 0), ["Identity", [[[], 0]]], "coefficients are positive"),
    (("nodes", 0), ["Identity", [[[], -2]]], "coefficients are positive"),
    (("nodes", 0), ["Identity", [[[["d", None]], 1], [[["d", None]], 1]]], "not a dimension in normal form"),
    (("nodes", 0), ["Identity", [[[["a", None], ["b", None]], 1], [[["b", None], ["a", None]], 1]]], "normal form"),
    (("nodes", 0), ["Identity", [[[["d"]], 1]]], "is not a dimension"),
    (("nodes", 0), ["Identity", [[[["2d", None]], 1]]], "is not a name"),
    (("nodes", 0), ["Symbol", "x y", [], []], "is not a name"),
    (("nodes", 0), ["Symbol", "x\n", [], []], "is not a name"),
    (("nodes", 0), ["Symbol", 7, [], []], "is not a name"),
    (("nodes", 0), ["Symbol", "x", [[[[], 2]]], []], "is not a shape"),
    (("nodes", 0), ["Symbol", "x", [], "symmetric"], "is not a list of strings"),
    (("nodes", 0), ["Member", 99, [[], 1]], "no family 99"),
    (("families", 0), ["W"], r"families\[0\]: a family is"),
    (("families", 0), ["W", [[[[["n", [[["k", 1]], 0]]], 1]]] * 2, []], "may use only"),
    (("families", 0), ["W", [[[[["n", None]], 1]]], []], "is not a shape"),
    (("hypotheses",), [], "hypotheses: needs an object"),
    (("hypotheses", "l >= 1"), 10**6, "no earlier node"),
    (("hypotheses", "l >= 1"), "l >= 1", "no earlier node"),
    (("steps",), {}, "steps: needs a list"),
    (("steps", 0), [], r"steps\[0\]: a step has"),
    (("steps", 0), {"id": "s1", "by": "hyp"}, r"steps\[0\]: a step has"),
    (("steps", 0, "id"), 1, "id and by are strings"),
    (("steps", 0, "by"), None, "id and by are strings"),
    (("steps", 0, "deps"), "l >= 1", "deps are names"),
    (("steps", 0, "deps"), [1], "deps are names"),
    (("steps", 0, "out"), 10**6, "no earlier node"),
    (("steps", 0, "more"), 1.5, "is not allowed here"),
    (("steps", 0, "more"), {"$node": "0"}, "no earlier node '0'"),
    (("steps", 0, "more"), {"$python": "1 + 1"}, r"unknown tag \$python"),
    (("steps", 0, "more"), {"$node": 0, "x": 1}, "a tagged value has one key"),
    (("steps", 0, "more"), {"$lambda": ["#x", 0]}, "is not an index variable"),
    (("steps", 0, "more"), {"$lambda": [0]}, r"\$lambda is a pair"),
    (("steps", 0, "more"), {"$rational": 1}, "is not a rational number"),
    (("theorems",), ["gradient"], "theorems: needs strings"),
    (("theorems", "gradient"), 3, "theorems: needs strings"),
    (("model",), [{}], r"model\[0\]: an assignment has"),
    (("model",), [{"kind": "prove", "target": 0, "value": 0}], "unknown kind 'prove'"),
    (("model",), [{"kind": "set", "target": 0, "value": 0, "over": 1}], r"over is \[variable, lo, hi\]"),
    (("display",), [["s1"]], "needs pairs of strings"),
    (("display",), "s1", "display: needs a list"),
]


@pytest.mark.parametrize(("path", "value", "message"), WRONG, ids=range(len(WRONG)))
def test_schema_faults_name_the_place(path, value, message):
    with pytest.raises(ParseError, match=message):
        parse_trace(edit(*path, value=value), "gradient.json")


def test_a_statement_where_a_term_belongs_and_the_other_way_round():
    statement = data()["steps"][0]["out"]
    term = next(i for i, node in enumerate(data()["nodes"]) if node[0] == "Chain")
    for step, value, message in (
        ("out", term, "is not a statement"),
        ("more", {"$lambda": ["j", statement]}, "is not a term"),
    ):
        again = data()
        again["steps"][0][step] = value
        with pytest.raises(ParseError, match=message):
            parse_trace(rehashed(again))


def test_ill_shaped_nodes_show_the_shapes():
    a, b = matrix("A", "p", "q"), matrix("B", "q", "r")
    trace = Trace({}, (Step("s1", "refl", Eq(a * b, a * b), (), {"term": a * b}),), {"theorem": "s1"})
    edited = trace_json(trace)
    (place,) = [i for i, node in enumerate(edited["nodes"]) if node[0] == "Product"]
    edited["nodes"][place] = ["Product", *edited["nodes"][place][:0:-1]]
    with pytest.raises(ParseError, match=rf"nodes\[{place}\]: Product: columns .*\n.*q x r\n.*p x q"):
        parse_trace(rehashed(edited))


def test_random_bytes_in_a_file_are_parse_errors(text):
    rng = Random(7)
    for _ in range(200):
        i = rng.randrange(len(text))
        spoiled = text[:i] + rng.choice('{}[],:"0x \n\\') + text[i + rng.randrange(3) :]
        try:
            read = parse_trace(spoiled)
        except ParseError:
            continue
        assert to_json(read) == text  # another blank or line break, outside the words


def test_deep_terms_are_refused_and_do_not_crash():
    a = matrix("A", "d", "d")
    deep = a
    for _ in range(5000):
        deep = deep.T
    data = {"using": []}
    trace = Trace({}, (Step("s1", "ring", Eq(deep, a), (), data),), {"theorem": "s1"})
    read = parse_trace(to_json(trace))
    with pytest.raises(StepRejected):
        replay(read)
