"""Markdown as Textile, Redmine's own text formatting."""

import re
from typing import Final

from markdown_it.tree import SyntaxTreeNode

from tfdiff.trackers.markup.tree import parse, without_tags

_LANGUAGES: Final = frozenset({"python", "json", "cpp", "c", "diff", "yaml", "html", "xml"})
# Redmine has no escape that works everywhere in Textile; in text (not in code) entities do.
_SPECIAL: Final = re.compile(r"[*_+@%^~|!\"#=\[\](){}<>&\\?:-]")
# In code everything stays as it is, but for the tags that end or nest it.
_CODE_TAG: Final = re.compile(r"<(?=/?(?:pre|code|kbd|notextile)\b)", re.IGNORECASE)
_BLOCK: Final = re.compile(r"^(h[1-6]|bq|p|pre|fn\d+)(?=\.)")
_FIRST_BLOCK: Final = re.compile(r"(h[1-6])\. ")
_AROUND: Final = {"strong": "*", "em": "_", "s": "-"}
_BULLETS: Final = {"bullet_list": "*", "ordered_list": "#"}


def to_textile(markdown: str, mark: str) -> str:
    """The Markdown as Textile; the mark hides as the identifier of its first block."""
    text = "\n\n".join(_blocks(parse(markdown).children)) + "\n"
    heading = _FIRST_BLOCK.match(text)
    if heading:
        return f"{heading[1]}(#{mark}). {text[heading.end() :]}"
    return f"p(#{mark}). tfdiff\n\n{text}"


def _blocks(nodes: list[SyntaxTreeNode]) -> list[str]:
    return [text for node in nodes if (text := _block(node))]


def _block(node: SyntaxTreeNode) -> str:  # noqa: PLR0911 - one for each kind of node
    match node.type:
        case "heading":
            return f"{node.tag}. {_inlines(node)}"
        case "paragraph":
            return _inlines(node)
        case "bullet_list" | "ordered_list":
            return "\n".join(_items(node, ""))
        case "fence" | "code_block":
            return _code_block(node)
        case "blockquote":
            return "\n".join(
                f"> {line}" for line in "\n\n".join(_blocks(node.children)).split("\n")
            )
        case "hr":
            return "---"
        case "table":
            return "\n".join(_row(row) for part in node.children for row in part.children)
        case _:
            return _escaped(without_tags(node.content))


def _items(node: SyntaxTreeNode, outer: str) -> list[str]:
    bullet = outer + _BULLETS[node.type][0]
    lines: list[str] = []
    for item in node.children:
        texts: list[str] = []
        inner: list[str] = []
        for child in item.children:
            if child.type in _BULLETS:
                inner += _items(child, bullet)
            elif text := _block(child):
                texts.append(text)
        lines += [f"{bullet} " + "\n".join(texts), *inner]
    return lines


def _code_block(node: SyntaxTreeNode) -> str:
    text = _code(node.content.rstrip("\n"))
    language = node.info.split()[0].lower() if node.info.strip() else ""
    if language in _LANGUAGES:
        return f'<pre><code class="{language}">\n{text}\n</code></pre>'
    return f"<pre>\n{text}\n</pre>"


def _row(row: SyntaxTreeNode) -> str:
    sign = "_. " if row.children[0].type == "th" else ""
    return "|" + "".join(f"{sign}{_inlines(cell) or ' '}|" for cell in row.children)


def _inlines(block: SyntaxTreeNode) -> str:
    return "".join(_inline(node) for inline in block.children for node in inline.children)


def _inline(node: SyntaxTreeNode) -> str:  # noqa: PLR0911 - one for each kind of node
    match node.type:
        case "text":
            return _escaped(node.content)
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "code_inline":
            return f"<code>{_code(node.content)}</code>"
        case "strong" | "em" | "s":
            return f"{_AROUND[node.type]}{_children(node)}{_AROUND[node.type]}"
        case "link":
            return f'"{_children(node)}":{node.attrs["href"]}'
        case _:
            return _escaped(without_tags(node.content))


def _children(node: SyntaxTreeNode) -> str:
    return "".join(_inline(child) for child in node.children)


def _escaped(text: str) -> str:
    text = _BLOCK.sub("\\1\u2060", text)
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", text)


def _code(text: str) -> str:
    return _CODE_TAG.sub("<\u2060", text)
