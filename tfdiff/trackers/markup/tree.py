"""Markdown as a tree, and cut at its blocks."""

import html
import re
from collections.abc import Callable
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

CUT_NOTICE: Final = "**Cut to fit here.** The report itself has everything."
_TAG: Final = re.compile(r"<!--.*?-->|</?[A-Za-z][^>]*>", re.DOTALL)


def parser() -> MarkdownIt:
    """The dialect that our summaries are written in: CommonMark with tables."""
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def parse(markdown: str) -> SyntaxTreeNode:
    """The Markdown as a tree of nodes, named as markdown-it names its tokens."""
    return SyntaxTreeNode(parser().parse(markdown))


def without_tags(text: str) -> str:
    """The text of a piece of HTML: only what GitHub and GitLab understand is written in it."""
    return html.unescape(_TAG.sub(" ", text)).strip()


def fit(markdown: str, tail: str, limit: int, size: Callable[[str], int]) -> str:
    """The Markdown with its tail, cut between two blocks so that it fits.

    Args:
        markdown: what may be cut.
        tail: what stands at the end whatever is cut.
        limit: how large it may be.
        size: how large a Markdown text is once it is written as the tracker wants it.
    """
    whole = _joined(markdown, tail)
    if size(whole) <= limit:
        return whole
    lines = markdown.splitlines()
    ends = _block_ends(markdown)
    fitting = _joined(CUT_NOTICE, tail)
    low, high = 0, len(ends)
    while low < high:  # how many blocks fit: size grows with their number
        middle = (low + high + 1) // 2
        candidate = _joined("\n".join(lines[: ends[middle - 1]]), CUT_NOTICE, tail)
        if size(candidate) <= limit:
            low, fitting = middle, candidate
        else:
            high = middle - 1
    return fitting


def _block_ends(markdown: str) -> list[int]:
    """The lines to cut after: after each block, but not between a heading and its text."""
    ends: list[int] = []
    depth = 0
    for node in parse(markdown).children:
        if node.type == "html_block":
            depth += node.content.count("<details") - node.content.count("</details")
        if depth <= 0 and node.type != "heading" and node.map:
            ends.append(node.map[1])
    return ends


def _joined(*parts: str) -> str:
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"
