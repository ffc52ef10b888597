"""Markdown as wiki text, which Jira Data Center takes for a comment."""

import re
from typing import Final

from markdown_it.tree import SyntaxTreeNode

from tfdiff.trackers.markup.tree import parse, without_tags

# Jira shows an error in place of code in a language that it does not know.
_LANGUAGES: Final = {
    "python": "python",
    "py": "python",
    "json": "json",
    "cpp": "c++",
    "c++": "c++",
    "c": "c",
    "yaml": "yaml",
    "xml": "xml",
    "html": "html",
    "bash": "bash",
    "sh": "bash",
}
_SPECIAL: Final = re.compile(
    r"""[{}\[\]|!^~]                                # markup wherever it stands
    |(?<![^\W_])[*_+-]|[*_+-](?![^\W_])            # *strong*, _emphasis_ ...: not inside words
    |\?(?=\?)                                      # ??citation??
    |(?<![^\s])\#                                  # a numbered list
    |\((?=[xyniv/!?+\-*]\)|on\)|off\)|flag)       # emoticons
    """,
    re.VERBOSE,
)
_BLOCK: Final = re.compile(r"^(h[1-6]|bq)(?=\. )")
_ENTITY: Final = re.compile(r"&(?=#?\w+;)")
_AROUND: Final = {"strong": "*", "em": "_", "s": "-"}
_BULLETS: Final = {"bullet_list": "*", "ordered_list": "#"}


def to_wiki(markdown: str) -> str:
    """The Markdown as wiki text."""
    return "\n\n".join(_blocks(parse(markdown).children)) + "\n"


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
            return "{quote}\n" + "\n\n".join(_blocks(node.children)) + "\n{quote}"
        case "hr":
            return "----"
        case "table":
            return "\n".join(_row(row) for part in node.children for row in part.children)
        case _:
            return _escaped(without_tags(node.content))


def _items(node: SyntaxTreeNode, outer: str) -> list[str]:
    bullet = outer + _BULLETS[node.type]
    lines: list[str] = []
    for item in node.children:
        texts: list[str] = []
        inner: list[str] = []
        for child in item.children:
            if child.type in _BULLETS:
                inner += _items(child, bullet)
            elif text := _block(child):
                texts.append(text)
        # A blank line would end the list; a line break with \\ keeps the item together.
        lines += [f"{bullet} " + "\n".join(texts), *inner]
    return lines


def _code_block(node: SyntaxTreeNode) -> str:
    text = node.content.rstrip("\n")
    language = _LANGUAGES.get(node.info.split()[0].lower() if node.info.strip() else "")
    if language and "{code" not in text:
        return f"{{code:{language}}}\n{text}\n{{code}}"
    text = text.replace("{noformat}", "{ noformat}")
    return f"{{noformat}}\n{text}\n{{noformat}}"


def _row(row: SyntaxTreeNode) -> str:
    bar = "||" if row.children[0].type == "th" else "|"
    return bar + "".join(f"{_inlines(cell) or ' '}{bar}" for cell in row.children)


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
            # Markup is also understood between the braces.
            return "{{" + _escaped(node.content) + "}}"
        case "strong" | "em" | "s":
            return f"{_AROUND[node.type]}{_children(node)}{_AROUND[node.type]}"
        case "link":
            href = str(node.attrs["href"])
            for mark in "|]{}":
                href = href.replace(mark, f"%{ord(mark):02X}")
            return f"[{_alias(node)}|{href}]"
        case _:
            return _escaped(without_tags(node.content))


def _children(node: SyntaxTreeNode) -> str:
    return "".join(_inline(child) for child in node.children)


def _alias(node: SyntaxTreeNode) -> str:
    """A link's text: Jira understands no markup there, and takes only its own marks amiss."""
    if node.children:
        return "".join(_alias(child) for child in node.children)
    return re.sub(r"[\[\]|{}]", lambda mark: f"\\{mark[0]}", node.content)


def _escaped(text: str) -> str:
    text = _ENTITY.sub("&amp;", text)
    # Two backslashes are a line break, so there is no escaping one with another.
    text = text.replace("\\", "&#92;")
    text = _BLOCK.sub("\\1\u2060", text)
    return _SPECIAL.sub(lambda match: f"\\{match[0]}", text)
