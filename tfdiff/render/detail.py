"""How much a page shows, from everything to what fits into any ticket."""

from dataclasses import dataclass, replace
from typing import Final

from tfdiff.render.source import Layout


@dataclass(frozen=True, slots=True)
class Detail:
    """How much the page shows; less where it would become too big for a ticket.

    Attributes:
        code_lines: most lines of code in a card; with 0 there is no copy as Markdown either.
        layout: of the annotated source, None for its notes alone.
        shared_formulas: whether formulas that did not change are shown.
        left_out: what the reader is told about it.
        copies: whether the page carries each card as Markdown, and the summary for a ticket.
        rules: the folder of the rules' pages, "" where there are none.
    """

    code_lines: int
    layout: Layout | None
    shared_formulas: bool = True
    left_out: str = ""
    copies: bool = True
    rules: str = ""


_FULL: Final = Detail(code_lines=40, layout=Layout(context=3))
_BARE: Final = Layout(context=1, folds=False)
_LESS: Final = Detail(code_lines=20, layout=_BARE, shared_formulas=False)

ATLAS: Final = replace(_LESS, layout=None, copies=False, rules="../rules/")
"""Of a release's page in an atlas."""

DETAILS: Final = (
    _FULL,
    replace(
        _FULL,
        layout=Layout(context=3, folds=False),
        left_out="the unchanged lines between changes",
    ),
    replace(_LESS, left_out="unchanged lines and formulas"),
    replace(
        _LESS,
        code_lines=8,
        layout=None,
        left_out="the annotated source and unchanged formulas",
    ),
    replace(_LESS, code_lines=0, layout=None, left_out="all source and unchanged formulas"),
)
