"""Markdown as HTML, which Azure DevOps takes for a comment."""

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from tfdiff.trackers.markup.tree import parser, without_tags


def to_html(markdown: str) -> str:
    """The Markdown as HTML; HTML inside it becomes plain text."""
    return str(_renderer().render(markdown))


def _renderer() -> MarkdownIt:
    markdown = parser()
    for kind in ("html_block", "html_inline"):
        markdown.add_render_rule(kind, _plain)
    return markdown


def _plain(
    renderer: RendererHTML, tokens: list[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    del renderer, options, env
    text = without_tags(tokens[index].content)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
