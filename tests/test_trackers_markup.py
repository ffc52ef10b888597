"""Markdown in the trackers' markups: nothing lost, nothing taken for markup that is none."""

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sample_report import hostile, one
from tfdiff.findings import Report
from tfdiff.render import render
from tfdiff.trackers import summarise
from tfdiff.trackers.markup.adf import Node, text_length, to_adf
from tfdiff.trackers.markup.page import to_html
from tfdiff.trackers.markup.textile import to_textile
from tfdiff.trackers.markup.tree import CUT_NOTICE, fit
from tfdiff.trackers.markup.wiki import to_wiki

SCHEMA = (
    Path(__file__).parent.parent / "node_modules/@atlaskit/adf-schema/dist/json-schema/v1/full.json"
)
MARK = "tfdiff-0-1"


def textile(markdown: str) -> str:
    first, _, rest = to_textile(f"# t\n\n{markdown}", MARK).partition("\n\n")
    assert first == f"h1(#{MARK}). t"
    return rest.strip()


@pytest.mark.parametrize(
    ("markdown", "wiki", "in_textile", "page"),
    [
        ("### T", "h3. T", "h3. T", "<h3>T</h3>"),
        ("a\nb", "a b", "a b", "<p>a\nb</p>"),
        ("a\\\nb", "a\nb", "a\nb", "<p>a<br />\nb</p>"),
        ("**a** *b*", "*a* _b_", "*a* _b_", "<p><strong>a</strong> <em>b</em></p>"),
        ("`x`", "{{x}}", "<code>x</code>", "<p><code>x</code></p>"),
        ("`a_b*`", "{{a_b\\*}}", "<code>a_b*</code>", "<p><code>a_b*</code></p>"),
        (
            "[a](https://x.example/a_b#L1)",
            "[a|https://x.example/a_b#L1]",
            '"a":https://x.example/a_b#L1',
            '<p><a href="https://x.example/a_b#L1">a</a></p>',
        ),
        ("- a\n- b", "* a\n* b", "* a\n* b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        (
            "1. a\n   - b",
            "# a\n#* b",
            "# a\n#* b",
            "<ol>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ol>",
        ),
        ("---", "----", "---", "<hr />"),
        (
            "```python\nx = {1}\n```",
            "{code:python}\nx = {1}\n{code}",
            '<pre><code class="python">\nx = {1}\n</code></pre>',
            '<pre><code class="language-python">x = {1}\n</code></pre>',
        ),
        (
            "```diff\n-a\n```",
            "{noformat}\n-a\n{noformat}",
            '<pre><code class="diff">\n-a\n</code></pre>',
            '<pre><code class="language-diff">-a\n</code></pre>',
        ),
        ("> a", "{quote}\na\n{quote}", "> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
        (
            "| a | b |\n|---|---|\n| `c\\|d` |  |",
            "||a||b||\n|{{c\\|d}}| |",
            "|_. a|_. b|\n|<code>c|d</code>| |",
            (
                "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n"
                "<td><code>c|d</code></td>\n<td></td>\n</tr>\n</tbody>\n</table>"
            ),
        ),
        ("a <b>x</b>!", "a x\\!", None, "<p>a x!</p>"),
        ("{a} [b] c-d --", "\\{a\\} \\[b\\] c-d \\-\\-", None, "<p>{a} [b] c-d --</p>"),
        ("a\\\\b x_y h^2", "a&#92;b x_y h\\^2", None, "<p>a\\b x_y h^2</p>"),
        ("h3. x", "h3\u2060. x", "h3\u2060. x", "<p>h3. x</p>"),
        (
            "[`a_b|c`](https://x.example)",
            "[a_b\\|c|https://x.example]",
            '"<code>a_b|c</code>":https://x.example',
            '<p><a href="https://x.example"><code>a_b|c</code></a></p>',
        ),
        ("f(x) (on) (of)", "f\\(x) \\(on) (of)", None, "<p>f(x) (on) (of)</p>"),
    ],
)
def test_each_construct_in_each_markup(
    markdown: str, wiki: str, in_textile: str | None, page: str
) -> None:
    assert to_wiki(markdown).strip() == wiki
    assert to_html(markdown).strip() == page
    if in_textile is not None:
        assert textile(markdown) == in_textile


def test_what_textile_would_understand_is_written_as_entities() -> None:
    shown = textile('\\*a\\* #12 @me "a":http://b {{toc}} [[w]]')
    assert re.fullmatch(r"[\w\s&#;/.,]*", shown)


def test_a_text_without_a_heading_carries_the_mark_all_the_same() -> None:
    assert to_textile("a", MARK) == f"p(#{MARK}). tfdiff\n\na\n"


def test_a_table_and_marks_in_adf() -> None:
    document = to_adf("| a |\n|---|\n| **b** `c` |\n\n- [**`d`**](https://x.example)")
    table, items = document["content"]
    cell = table["content"][1]["content"][0]["content"][0]["content"]
    assert cell == [
        {"type": "text", "text": "b", "marks": [{"type": "strong"}]},
        {"type": "text", "text": " "},
        {"type": "text", "text": "c", "marks": [{"type": "code"}]},
    ]
    link = items["content"][0]["content"][0]["content"][0]["marks"]
    assert link == [{"type": "link", "attrs": {"href": "https://x.example"}}, {"type": "code"}]


@cache
def validator() -> jsonschema.Draft4Validator:
    if not SCHEMA.exists():
        pytest.skip("Atlassian's schema is not installed here: bash .ci/npm.sh installs it")
    return jsonschema.Draft4Validator(json.loads(SCHEMA.read_text()))


PIECES = st.sampled_from(
    [
        *("# h\n", "\n\n", "- a\n", "  - b\n", "1. c\n", "> q\n", "```py\nx\n```\n", "~~~\n~~~\n"),
        *("| a | b |\n|---|---|\n| c |\n", "---\n", "<details>\n\n", "</details>\n", "    code\n"),
        *("**b** ", "*e* ", "`c` ", "[l](https://x.example) ", "![i](https://x.example/i.png) "),
        *("~~s~~ ", "**[`x`](https://x.example)** ", "a ", "\\\n", "<br>", "{", "}", "[", "|", "é"),
    ]
)


@settings(deadline=None, max_examples=40)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_every_document_is_one_that_jira_takes(markdown: str) -> None:
    assert validator().is_valid(to_adf(markdown))


@pytest.mark.parametrize("report", [one(), hostile()], ids=["one", "hostile"])
def test_summaries_of_reports_are_documents_that_jira_takes(report: Report) -> None:
    assert validator().is_valid(to_adf(summarise(render(report, "json")).markdown))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def words_of(node: Node) -> str:
    return node.get("text", "") + "".join(words_of(inner) for inner in node.get("content", []))


def test_hostile_text_stays_text_everywhere() -> None:
    markdown = summarise(render(hostile(), "json")).markdown
    page = _Words()
    page.feed(to_html(markdown))
    assert not page.tags & {"script", "img", "b"}
    assert "<script>alert('owned')</script>" in page.text
    assert "<script>alert('owned')</script>" in words_of(to_adf(markdown))
    assert "<script" not in textile(markdown).replace("<code></script><script>", "")
    assert "\x1b" not in markdown
    assert "\u202e" not in markdown


def test_nothing_is_cut_that_fits() -> None:
    assert fit("a\n\nb", "c", 10, len) == "a\n\nb\n\nc\n"


@given(
    st.lists(st.sampled_from(["# head", "words", "- a\n- b", "| a |\n|---|\n| b |"]), max_size=30),
    st.integers(80, 400),
)
def test_what_is_cut_fits_ends_between_blocks_and_keeps_the_tail(
    blocks: list[str], limit: int
) -> None:
    markdown = "\n\n".join(blocks)
    cut = fit(markdown, "tail", limit, len)
    assert len(cut) <= limit
    assert cut.endswith("tail\n")
    if CUT_NOTICE in cut:
        kept = cut.partition(CUT_NOTICE)[0].strip()
        assert markdown.startswith(kept)
        assert not kept.endswith("head")
        assert len(markdown) + len("\n\ntail\n") > limit


def test_a_folded_part_is_kept_or_cut_as_a_whole() -> None:
    folded = "<details><summary>more</summary>\n\n" + "words\n\n" * 50 + "</details>"
    cut = fit(f"first\n\n{folded}", "tail", 200, len)
    assert cut.startswith("first\n\n")
    assert "<details>" not in cut


def test_length_in_adf_counts_the_characters_that_jira_counts() -> None:
    assert text_length(to_adf("\U0001f600")) - text_length(to_adf("a")) == 1
