import pytest

from tfdiff.findings import Hunk, Place
from tfdiff.render.highlight import changed_words, highlighted, marked
from tfdiff.render.source import Change, Fold, Layout, side_by_side
from tfdiff.render.visible import cut, lines, one_line, visible


def place(text: str, start: int = 1, path: str = "a.py") -> Place:
    return Place(path, start, start + text.count("\n") - 1, text)


def text_of(line: tuple[object, ...]) -> str:
    return "".join(getattr(run, "text", "") for run in line)


def numbered(side: tuple[object, ...]) -> list[tuple[int, str]]:
    return [
        (stretch.start + number, text_of(line))  # type: ignore[attr-defined]
        for stretch in side
        for number, line in enumerate(stretch.lines)  # type: ignore[attr-defined]
    ]


BODY = "".join(f"line{number}\n" for number in range(1, 31))


def test_unchanged_lines_far_from_changes_are_folded() -> None:
    new = BODY.replace("line15\n", "other\n")
    first, change, last = side_by_side(place(BODY, 101), place(new, 201), (), Layout(context=2))
    assert isinstance(first, Fold)
    assert (first.count, first.old_start, first.new_start) == (12, 101, 201)
    assert isinstance(change, Change)
    assert numbered(change.old)[0] == (113, "line13")
    assert numbered(change.new)[2] == (215, "other")
    assert isinstance(last, Fold)
    assert last.count == 13


def test_both_sides_stay_level() -> None:
    (change,) = side_by_side(place("a\nb\n"), place("a\nx\ny\nz\nb\n"), (), Layout())
    assert isinstance(change, Change)
    rows = [sum(len(part.lines) + part.pad for part in side) for side in (change.old, change.new)]
    assert rows == [5, 5]


def test_hunks_decide_what_counts_as_changed_and_close_ones_share_a_block() -> None:
    hunks = (
        Hunk((3, 3), (3, 3), "finding", "f"),
        Hunk((5, 4), (5, 5), "no effect"),
    )
    old, new = BODY, BODY.replace("line3\n", "x\n").replace("line4\n", "line4\ny\n")
    blocks = side_by_side(place(old), place(new), hunks, Layout())
    assert [block.hunks for block in blocks if isinstance(block, Change)] == [(0, 1)]


def test_lines_between_hunks_that_differ_are_never_shown_as_unchanged() -> None:
    old, new = "a\nb\nc\nd\n", "a\nX\nc\nY\n"
    blocks = side_by_side(place(old), place(new), (Hunk((2, 2), (2, 2), "no effect"),), Layout(0))
    changed = [
        text_of(line)
        for block in blocks
        if isinstance(block, Change)
        for stretch in block.new
        if stretch.changed
        for line in stretch.lines
    ]
    assert {"X", "Y"} <= set(changed)


@pytest.mark.parametrize(
    "hunk", [Hunk((0, 99), (50, 40), "not classified"), Hunk((9, 2), (9, 2), "no effect")]
)
def test_hunks_outside_their_region_break_nothing(hunk: Hunk) -> None:
    assert side_by_side(place("a\nb\n"), place("a\nc\n"), (hunk,), Layout())


@pytest.mark.parametrize("gone", ["old", "new"])
def test_a_region_of_one_release_has_one_side(gone: str) -> None:
    old = None if gone == "old" else place("a\n")
    new = None if gone == "new" else place("a\n")
    (change,) = side_by_side(old, new, (), Layout())
    assert isinstance(change, Change)
    assert getattr(change, gone) == ()


def test_only_the_words_that_changed_are_marked() -> None:
    old, new = highlighted("x = f(a, b)\n", "a.py"), highlighted("x = f(a, c)\n", "a.py")
    old_marks, _ = changed_words(old, new)
    assert [run.text for run in marked(old[0], old_marks[0]) if run.changed] == ["b"]


def test_lines_with_nothing_in_common_have_no_marked_words() -> None:
    old, new = highlighted("alpha beta gamma\n", "a.py"), highlighted("one two three\n", "a.py")
    assert changed_words(old, new) == (((),), ((),))


@pytest.mark.parametrize("path", ["a.py", "a.cc", "a.cu.cc", "a.h"])
@pytest.mark.parametrize(
    "text", ["", "\n", "'''unclosed\n/* x\n\n", "a\x0bb\x85c\u2028d\n\te\n", "\\"]
)
def test_colouring_keeps_every_character_and_line(path: str, text: str) -> None:
    assert [text_of(line) for line in highlighted(text, path)] == [
        visible(one) for one in lines(text)
    ] or text == ""


def test_direction_and_control_characters_become_visible() -> None:
    shown = visible("a\x00b\x1b[1m\u202ec\u200d\ud800\tд\n")
    assert shown == "a␀b␛[1m⟨U+202E⟩c⟨U+200D⟩⟨U+D800⟩\tд\n"


def test_very_long_lines_are_cut_with_a_word_about_it() -> None:
    assert cut("x" * 1500) == "x" * 1000 + " [... 500 characters more]"
    assert one_line(" a\n\t b ") == "a b"
