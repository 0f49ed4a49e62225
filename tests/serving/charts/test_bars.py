import xml.etree.ElementTree as ET

from models.score import Band
from serving.charts.bars import LABEL_WIDTH, Bar, bars


def drawn(*rows, width=400):
    return ET.fromstring(bars(rows, width, "Accounts <by> band", text_width=100))


def test_the_longest_bar_fills_the_room_and_the_others_follow():
    root = drawn(Bar("a", 50.0, ""), Bar("b", 100.0, ""), Bar("c", 0.0, ""))
    lengths = [float(each.get("width")) for each in root.findall("rect")]
    room = 400 - LABEL_WIDTH - 100
    assert lengths == [room / 2, room, 0.5]


def test_what_is_not_known_is_a_dashed_line_and_no_bar():
    root = drawn(Bar("a", None, "not known"))
    assert root.findall("rect") == []
    assert [each.get("class") for each in root.findall("line")] == ["unk"]


def test_words_are_text_whatever_they_hold():
    root = drawn(Bar("<b>", 1.0, "5 > 4 & 3", Band.RED))
    assert root.get("aria-label") == "Accounts <by> band"
    assert [each.text for each in root.findall("text")] == ["<b>", "5 > 4 & 3"]
    assert [each.get("class") for each in root if each.tag in {"path", "rect"}] == ["mR", "mR"]


def test_nothing_to_draw():
    assert drawn().get("height") == "0"
