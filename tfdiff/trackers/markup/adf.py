"""Markdown as Atlassian Document Format, which Jira Cloud takes for a comment.

Its schema is strict: an empty text, an unknown node or a heading inside a list makes Jira
refuse the whole comment.
"""

from typing import Final, TypedDict

from markdown_it.tree import SyntaxTreeNode

from tfdiff.trackers.markup.tree import parse, without_tags


class Mark(TypedDict, total=False):
    """How a text looks; ``attrs`` is a link's address."""

    type: str
    attrs: dict[str, str]


class Node(TypedDict, total=False):
    """A node of the document."""

    type: str
    version: int
    text: str
    attrs: dict[str, str | int]
    marks: list[Mark]
    content: list["Node"]


_MARKS: Final = {"strong": "strong", "em": "em", "s": "strike"}
_LISTS: Final = {"bullet_list": "bulletList", "ordered_list": "orderedList"}


def to_adf(markdown: str) -> Node:
    """The Markdown as a document."""
    content = _blocks(parse(markdown).children)
    return {"version": 1, "type": "doc", "content": content or [_paragraph([])]}


def text_length(node: Node) -> int:
    """Number of characters that Jira counts, with one for each block."""
    own = len(node.get("text", "").encode("utf-16-le")) // 2 or 1
    return own + sum(text_length(inner) for inner in node.get("content", []))


def _blocks(nodes: list[SyntaxTreeNode], *, nested: bool = False) -> list[Node]:
    return [block for node in nodes for block in _block(node, nested=nested)]


def _block(node: SyntaxTreeNode, *, nested: bool) -> list[Node]:  # noqa: PLR0911 - one for each kind of node
    match node.type:
        case "heading" if not nested:
            level = int(node.tag.removeprefix("h"))
            return [{"type": "heading", "attrs": {"level": level}, "content": _inlines(node)}]
        case "heading":
            return [_paragraph([_bold(text) for text in _inlines(node)])]
        case "paragraph":
            return [_paragraph(_inlines(node))]
        case "bullet_list" | "ordered_list":
            items: list[Node] = [_item(item) for item in node.children]
            return [{"type": _LISTS[node.type], "content": items}]
        case "fence" | "code_block":
            return [_code_block(node)]
        case "blockquote":
            inner = _blocks(node.children, nested=True)
            return [{"type": "blockquote", "content": inner or [_paragraph([])]}]
        case "hr":
            return [] if nested else [{"type": "rule"}]
        case "table" if not nested:
            return [{"type": "table", "content": [_row(row) for row in _rows(node)]}]
        case "table":
            return [_paragraph(_flat_row(row)) for row in _rows(node)]
        case _:
            text = without_tags(node.content)
            return [_paragraph([{"type": "text", "text": text}])] if text else []


def _paragraph(content: list[Node]) -> Node:
    return {"type": "paragraph", "content": content}


def _item(node: SyntaxTreeNode) -> Node:
    content = _blocks(node.children, nested=True)
    if not content or content[0]["type"] not in {"paragraph", "codeBlock"}:
        content = [_paragraph([]), *content]
    flat = [
        inner
        for block in content
        for inner in (block.get("content", []) if block["type"] == "blockquote" else [block])
    ]
    return {"type": "listItem", "content": flat}


def _code_block(node: SyntaxTreeNode) -> Node:
    text = node.content.rstrip("\n")
    block: Node = {"type": "codeBlock", "content": [{"type": "text", "text": text}] if text else []}
    if node.info.strip():
        block["attrs"] = {"language": node.info.split()[0]}
    return block


def _rows(table: SyntaxTreeNode) -> list[SyntaxTreeNode]:
    return [row for part in table.children for row in part.children]


def _row(row: SyntaxTreeNode) -> Node:
    cells: list[Node] = [
        {
            "type": "tableHeader" if cell.type == "th" else "tableCell",
            "attrs": {},
            "content": [_paragraph(_inlines(cell))],
        }
        for cell in row.children
    ]
    return {"type": "tableRow", "content": cells}


def _flat_row(row: SyntaxTreeNode) -> list[Node]:
    flat: list[Node] = []
    for number, cell in enumerate(row.children):
        flat += [{"type": "text", "text": " | "}] if number else []
        flat += _inlines(cell)
    return flat


def _bold(node: Node) -> Node:
    marks = node.get("marks", [])
    if node["type"] != "text" or any(mark["type"] in {"strong", "code"} for mark in marks):
        return node
    return {**node, "marks": [*marks, {"type": "strong"}]}


def _inlines(block: SyntaxTreeNode) -> list[Node]:
    found: list[Node] = []
    for inline in block.children:
        for node in inline.children:
            found += _inline(node, ())
    return found


def _inline(node: SyntaxTreeNode, marks: tuple[Mark, ...]) -> list[Node]:  # noqa: PLR0911 - one for each kind of node
    match node.type:
        case "text":
            return _text(node.content, marks)
        case "softbreak":
            return _text(" ", marks)
        case "hardbreak":
            return [{"type": "hardBreak"}]
        case "code_inline":
            # Code goes together with a link and with nothing else.
            links = tuple(mark for mark in marks if mark["type"] == "link")
            return _text(node.content, (*links, {"type": "code"}))
        case "strong" | "em" | "s":
            inner: Mark = {"type": _MARKS[node.type]}
        case "link":
            inner = {"type": "link", "attrs": {"href": str(node.attrs["href"])}}
        case "image":
            return _text(node.content, marks)
        case _:
            return _text(without_tags(node.content), marks)
    added = marks if inner in marks else (*marks, inner)
    return [text for child in node.children for text in _inline(child, added)]


def _text(text: str, marks: tuple[Mark, ...]) -> list[Node]:
    if not text:
        return []
    node: Node = {"type": "text", "text": text}
    if marks:
        node["marks"] = list(marks)
    return [node]
