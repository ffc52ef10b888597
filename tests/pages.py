"""A page as its elements, for tests of what a browser would make of it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "wbr", "path", "polyline"}


@dataclass
class Element:
    """One element with its attributes and all text inside."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """All elements of a page in the order in which they begin."""

    elements: list[Element] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str) -> list[Element]:
        """The elements of that name."""
        return [element for element in self.elements if element.tag == tag]

    def values(self, attribute: str) -> list[str]:
        """The values of an attribute, wherever it stands."""
        return [e.attributes[attribute] for e in self.elements if attribute in e.attributes]


def parsed(text: str) -> Page:
    """The elements of a page, every one of them closed."""
    page = Page()
    page.feed(text)
    page.close()
    assert not page._open  # noqa: SLF001 - our own
    return page
