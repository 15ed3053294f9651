"""Reading text: what a scalar is, and text that is no scenario at all."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from payment_simulator import ConfigError, load_config, parse_config
from payment_simulator.config import yaml_text
from payment_simulator.config.json_text import parse_json
from payment_simulator.config.node import DocumentError
from payment_simulator.config.yaml_text import parse_yaml

SCALARS: list[tuple[str, Any]] = [
    ("5", 5),
    ("-5", -5),
    ("1_000_000", 1_000_000),
    ("010", 10),
    ("5.0", Decimal("5.0")),
    ("0.10", Decimal("0.10")),
    ("1e-4", Decimal("0.0001")),
    (".5", Decimal("0.5")),
    ("true", True),
    ("False", False),
    ("null", None),
    ("~", None),
    ("no", "no"),
    ("off", "off"),
    ("18:00", "18:00"),
    ("2026-01-01", "2026-01-01"),
    ("'5'", "5"),
    ('"true"', "true"),
]


@pytest.fixture(autouse=True, params=sorted({"CSafeLoader", "SafeLoader"} & set(vars(yaml))))
def yaml_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers of PyYAML give the same: the one in C, and the one that is left where there is none."""
    monkeypatch.setattr(yaml_text, "_Loader", getattr(yaml, request.param))


@pytest.mark.parametrize("text, value", SCALARS, ids=[text for text, _ in SCALARS])
def test_a_yaml_scalar(text: str, value: Any) -> None:
    found = parse_yaml(f"key: {text}").plain()["key"]
    assert (type(found), str(found)) == (type(value), str(value))


@pytest.mark.parametrize(
    "text", ["5", "-0.10", "1e3", "true", "null", '"no"', '"\\u00e9\\ud83d\\ude00"', "[]", '{"a": [1, {"b": 2}]}']
)
def test_json_is_read_as_json(text: str) -> None:
    import json

    assert parse_json(f' {{"key":\t{text}\r\n}}').plain() == {"key": json.loads(text, parse_float=Decimal)}


def test_every_value_and_key_knows_its_place() -> None:
    yaml = parse_yaml("a:\n  - b: 1\n    cc: [x,\n      {d: 2}]\n")
    json = parse_json('{"a":\n  [{"b": 1,\n    "cc": ["x",\n      {"d": 2}]}]}')
    for root, column in ((yaml, 11), (json, 13)):
        node = root.value["a"].value[0].value["cc"].value[1].value["d"]
        assert (node.path, node.line) == (("a", 0, "cc", 1, "d"), 4)
        assert (node.key_column, node.column) == ((8, 11) if root is yaml else (8, column))


def test_anchors_and_merge_keys_work() -> None:
    root = parse_yaml("base: &b {x: 1, y: 2}\nsame: *b\nother: {<<: *b, y: 3}\nboth: {<<: [{z: 1}, *b], x: 9}\n")
    assert root.plain() == {
        "base": {"x": 1, "y": 2},
        "same": {"x": 1, "y": 2},
        "other": {"y": 3, "x": 1},
        "both": {"x": 9, "z": 1, "y": 2},
    }
    assert root.value["other"].value["x"].path == ("other", "x")


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9)
)
# Name, file name, content, line, words of the message.
UNREADABLE: list[tuple[str, str, bytes, int | None, str]] = [
    ("empty", "s.yaml", b"", None, "is empty"),
    ("comments only", "s.yaml", b"# nothing\n", None, "is empty"),
    ("empty json", "s.json", b" \n", None, "is empty"),
    ("binary", "s.yaml", bytes(range(256)), None, "is not text"),
    ("NUL", "s.yaml", b"simulation: \0", None, "NUL"),
    ("another suffix", "s.txt", b"", None, "its name ends with '.txt'; use .yaml, .yml, .json"),
    ("a list", "s.yaml", b"\n- 1\n", 2, "is not a scenario"),
    ("a word", "s.yaml", b"hello", 1, "is not a scenario"),
    ("bad yaml", "s.yaml", b"simulation: {a: 1\nagents: [\n", 2, "is not valid YAML"),
    ("tab", "s.yaml", b"simulation:\n\tticks_per_day: 1", 2, "is not valid YAML"),
    ("two documents", "s.yaml", b"a: 1\n---\nb: 2\n", 2, "more than one document"),
    (
        "duplicate key",
        "s.yaml",
        b"simulation: {ticks_per_day: 1}\nsimulation: {}\n",
        2,
        "stands here twice, first in line 1",
    ),
    ("duplicate key in json", "s.json", b'{"a": {"b": 1,\n"b": 2}}', 2, "stands here twice, first in line 1"),
    ("deep", "s.yaml", b"a: " + b"[" * 5000 + b"]" * 5000, 1, "nests deeper than 200 levels"),
    ("deep json", "s.json", b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}", 1, "nests deeper than 200 levels"),
    ("aliases that blow up", "s.yaml", BOMB.encode(), None, "has aliases that stand for more than 300,000 values"),
    ("alias of itself", "s.yaml", b"a: &a [*a]", 1, "names no anchor"),
    ("unknown alias", "s.yaml", b"a: *b", 1, ""),
    ("key that is a list", "s.yaml", b"? [a]\n: 1\n", 1, "a key must be text"),
    ("json: comma", "s.json", b'{"a": [1,]}', 1, "a value should stand here"),
    ("json: word", "s.json", b'{"a": NaN}', 1, "a value should stand here"),
    ("json: key", "s.json", b"{a: 1}", 1, "a key in"),
    ("json: open", "s.json", b'{"a": 1', 1, "',' should stand here"),
    ("json: text", "s.json", b'{"a": "x', 1, "Unterminated string"),
    ("json: more", "s.json", b"{}\n{}", 2, "something follows"),
]


@pytest.mark.parametrize(
    "name, content, line, message", [case[1:] for case in UNREADABLE], ids=[case[0] for case in UNREADABLE]
)
def test_what_cannot_be_read_is_refused(
    name: str, content: bytes, line: int | None, message: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    [problem] = caught.value.problems
    assert message in problem.message
    assert problem.line == line
    assert str(file) in str(caught.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path, message in ((tmp_path / "none.yaml", "No such file"), (tmp_path / "folder.yaml", "is a folder")):
        if path.name.startswith("folder"):
            path.mkdir()
        with pytest.raises(ConfigError, match=message) as caught:
            load_config(str(path))
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("depth", [199, 201])
def test_a_mapping_from_python_is_bounded_too(depth: int) -> None:
    nested: Any = []
    for _ in range(depth):
        nested = [nested]
    with pytest.raises(ConfigError, match="deeper" if depth > 200 else "is not a known key"):
        load_config({"ticks_per_day": 1, "agents": [{"id": "A", "opening_balance": 1}], "x": nested})


def test_the_name_decides_between_json_and_yaml_and_else_the_text() -> None:
    text = '{"ticks_per_day": 1,\t"agents": [{"id": "A", "opening_balance": 1}]}'
    assert parse_config(text).engine_input() == parse_config(text, "s.json").engine_input()
    with pytest.raises(ConfigError, match="is not valid YAML"):
        parse_config("{ticks_per_day: [", "s.yaml")
    with pytest.raises(DocumentError):
        parse_json("ticks_per_day: 1")
