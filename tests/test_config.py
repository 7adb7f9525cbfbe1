"""Settings from YAML: every mistake is named with its line, and what is written is read again."""

import math
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

import pytest

from spikingnn._util import checks
from spikingnn.config import differences, dump_config, parse_config, read_config, save_config, to_plain


@dataclass(frozen=True)
class Square:
    side: float = 1.0

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "side")


@dataclass(frozen=True)
class Word:
    text: str
    bold: bool = False


class Group:
    """Shapes within a shape: a class that takes *parts."""

    def __init__(self, *shapes):
        self.shapes = list(shapes)

    def __eq__(self, other):
        return isinstance(other, Group) and self.shapes == other.shapes


SHAPES = {"square": Square, "word": Word, "group": Group}
Shape = Annotated[object, SHAPES]


@dataclass(frozen=True)
class Paper:
    width: int = 210
    grain: float | Literal["fine"] | None = None
    margins: tuple[float] = (1.0,)

    def __post_init__(self):
        checks.integer(self, "width", self.width)


@dataclass(frozen=True)
class Drawing:
    title: str
    paper: Paper = Paper()
    back: Paper | None = None
    shapes: list[Shape] = field(default_factory=list)
    stamp: Annotated[object, SHAPES, "square"] = Square(2.0)
    grid: dict[str, list[int]] | None = None
    notes: Any = None


WHOLE = """
title: no                       # a word in YAML 1.2
paper:
  width: 100
  grain: fine
  margins: [1, 2.5e0, 1e-3]
shapes:
  - square
  - {kind: word, text: "12", bold: true}
  - kind: group
    shapes: [{kind: square, side: 3}, {kind: group, shapes: [square]}]
stamp: {side: 4}
grid: {a: [1, 2], b: []}
notes: {free: [1, ~, .inf, yes]}
"""


def test_a_whole_file(tmp_path):
    (tmp_path / "a.yaml").write_text(WHOLE)
    drawing = read_config(tmp_path / "a.yaml", Drawing)
    assert drawing == Drawing("no", Paper(100, "fine", (1.0, 2.5, 0.001)), None,
                              [Square(), Word("12", True), Group(Square(3.0), Group(Square()))], Square(4.0),
                              {"a": [1, 2], "b": []}, {"free": [1, None, math.inf, "yes"]})
    assert all(isinstance(margin, float) for margin in drawing.paper.margins)


def test_what_is_written_is_read_again(tmp_path):
    drawing = parse_config(WHOLE, Drawing)
    save_config(tmp_path / "b.yaml", drawing)
    assert read_config(tmp_path / "b.yaml", Drawing) == drawing == parse_config(dump_config(drawing), Drawing)
    inner = {"kind": "group", "shapes": [{"kind": "square", "side": 1.0}]}
    assert to_plain(drawing)["shapes"][2] == {"kind": "group",
                                              "shapes": [{"kind": "square", "side": 3.0}, inner]}
    assert [path.name for path in tmp_path.iterdir()] == ["b.yaml"]


def test_an_empty_file_has_the_defaults():
    assert parse_config("", Paper) == parse_config("# nothing\n", Paper) == Paper()
    assert parse_config("title: a", Drawing).paper == Paper()


@pytest.mark.parametrize("text, said", [
    ("title: a\npaper:\n  widht: 3\n", "a.yaml:3: paper.widht is unknown; did you mean width?"),
    ("title: a\nxyz: 3\n",
     "a.yaml:2: xyz is unknown; known here: title, paper, back, shapes, stamp, grid, notes"),
    ("title: a\npaper: {width: 1,\n  width: 2}\n", "a.yaml:3: width is given twice, first in line 2"),
    ("paper: {}\n", "a.yaml:1: title is missing"),
    ("title: a\nshapes:\n- {kind: word}\n", "a.yaml:3: shapes.0.text is missing"),
    ("title: a\npaper: {width: 1.0}\n", "a.yaml:2: paper.width must be a whole number, got 1.0"),
    ("title: a\npaper: {width: true}\n", "a.yaml:2: paper.width must be a whole number, got true"),
    ("title: a\npaper: {width: 1:30}\n", "a.yaml:2: paper.width must be a whole number, got '1:30'"),
    ("title: a\npaper:\n\n  width: 0\n", "a.yaml:4: paper.width must be a whole number of at least 1, got 0"),
    ("title: a\npaper: {grain: coarse}\n",
     "a.yaml:2: paper.grain must be a number or one of fine or null, got 'coarse'"),
    ("title: a\npaper: {margins: 3}\n", "a.yaml:2: paper.margins must be a list, got 3"),
    ("title: a\npaper: {margins: [1, null]}\n", "a.yaml:2: paper.margins.1 must be a number, got null"),
    ("title: a\npaper: [1]\n", "a.yaml:2: paper must be keys with values, got a list"),
    ("title: 5\n", "a.yaml:1: title must be text, got 5"),
    ("title: a\nshapes:\n- square\n- {kind: sqaure}\n",
     "a.yaml:4: shapes.1.kind must be one of 'group', 'square', 'word'; did you mean"),
    ("title: a\nshapes: [{side: 1}]\n", "a.yaml:2: shapes.0.kind must be one of"),
    ("title: a\nshapes: [7]\n", "a.yaml:2: shapes.0 must be one of square, word, group, got 7"),
    ("title: a\nshapes:\n- kind: group\n  shapes:\n  - {kind: square,\n     side: -1}\n",
     "a.yaml:6: shapes.0.shapes.0.side must be positive, got -1.0"),
    ("title: a\nstamp: {side: .nan}\n", "a.yaml:2: stamp.side must be"),
    ("title: a\ngrid: {a: [1, x]}\n", "a.yaml:2: grid.a.1 must be a whole number, got 'x'"),
    ("- a\n", "a.yaml:1: the file must be keys with values, got a list"),
    ("title: a\npaper: &p {width: 1}\nback: *p\n", "a.yaml:3: aliases (*p) are not accepted"),
    ("title: !!python/object/apply:os.getcwd []\n",
     "a.yaml:1: tags (python/object/apply:os.getcwd) are not accepted"),
    ("title: a\n? [b]\n: c\n", "a.yaml:2: a key must be one word"),
    ("title: a\npaper: {width: 3\n", "is not YAML"),
    ("title:\n\t- a\n", "a.yaml:2: is not YAML"),
    ("title: a\n---\ntitle: b\n", "a.yaml:2: is not YAML"),
    ("title: \x00\n", "a.yaml: is not YAML"),
    ("[" * 50_000, "a.yaml:1: is nested more than 50 levels deep"),
    ("#" * 1_000_001, "a.yaml: is no configuration"),
])
def test_mistakes(text, said):
    with pytest.raises(ValueError) as wrong:
        parse_config(text, Drawing, "a.yaml")
    assert said in str(wrong.value) and "\n" not in str(wrong.value)


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"title: \xff\xfe")
    with pytest.raises(ValueError, match="a.yaml: is not a text in UTF-8"):
        read_config(tmp_path / "a.yaml", Drawing)
    with pytest.raises(FileNotFoundError):
        read_config(tmp_path / "b.yaml", Drawing)


def test_numbers_are_those_of_yaml_1_2():
    for text, number in (("1e-3", 1e-3), ("1E3", 1e3), ("+.5", 0.5), ("3.", 3.0), ("010", 10.0),
                         ("-.inf", -math.inf), ("9" * 30, 1e30)):
        assert parse_config(f"title: a\npaper: {{grain: {text}}}", Drawing).paper.grain == number
    for text in ("1_000", "0x1F", "1e", "infinity", "nan", "'1.5'"):
        with pytest.raises(ValueError, match="paper.grain must be a number"):
            parse_config(f"title: a\npaper: {{grain: {text}}}", Drawing)


def test_overrides():
    overrides = ["paper.width=7", "shapes.0.side=5e-1", "grid.a=[3, 4]", "back.width=9", "stamp.kind=square",
                 "title=x=y"]
    changed = parse_config(WHOLE, Drawing, overrides=overrides)
    assert changed.paper.width == 7 and changed.shapes[0] == Square(0.5)
    assert changed.grid == {"a": [3, 4], "b": []}
    assert changed.back == Paper(9) and changed.title == "x=y"
    assert parse_config("title: a", Drawing, overrides=["stamp.side=3", "stamp.side=6"]).stamp == Square(6.0)


@pytest.mark.parametrize("override, said", [
    ("paper.widht=1", "--set paper.widht=1: paper.widht is unknown; did you mean width?"),
    ("paper.width=0", "--set paper.width=0: paper.width must be a whole number of at least 1"),
    ("paper.width", "--set paper.width: must be KEY=VALUE"), ("=3", "must be KEY=VALUE"),
    ("paper..width=3", "must be KEY=VALUE"),
    ("shapes.9.side=3", "--set shapes.9.side=3: 9 must be the number of an entry, from 0 to 2"),
    ("shapes.x.side=3", "x must be the number of an entry"), ("paper=[1", "is not YAML"),
])
def test_mistakes_in_overrides(override, said):
    with pytest.raises(ValueError) as wrong:
        parse_config(WHOLE, Drawing, overrides=[override])
    assert said in str(wrong.value)


def test_differences():
    one = parse_config(WHOLE, Drawing)
    other = replace(one, paper=replace(one.paper, width=5), shapes=one.shapes[:2], back=Paper())
    assert differences(to_plain(one), to_plain(one)) == {}
    found = differences(to_plain(one), to_plain(other))
    assert found["paper.width"] == (100, 5) and found["shapes.2"][1] is None and found["back"][0] is None
    assert len(found) == 3


def test_a_file_of_another_kind_is_refused_in_a_short_line():
    with pytest.raises(ValueError,
                       match=r"metrics\.csv:1: the file must be keys with values, got 'epoch,loss") as wrong:
        parse_config("epoch,loss\n" + "1,2.5\n" * 1000, Paper, "metrics.csv")
    assert len(str(wrong.value)) < 150
