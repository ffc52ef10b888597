"""A text cut in bytes between its pieces, never inside one, with a word about what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from tfdiff.errors import UsageError
from tfdiff.findings import Finding
from tfdiff.render.wording import EFFECTS, counted


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that is shown whole or not at all, and the findings that it tells."""

    text: str
    findings: tuple[Finding, ...] = ()


def fitted(heads: tuple[str, str], pieces: Sequence[Piece], tail: str, limit: int | None) -> str:
    """The head, then whole pieces as long as they fit, then the tail and what was left out.

    Args:
        heads: the answer, which is always there, and the table under it.
        pieces: in the order of their worth.
        tail: what was not read; empty if there is nothing to say.
        limit: most UTF-8 bytes, None for all.

    Raises:
        UsageError: not even the answer fits.
    """
    title, table = heads
    full = [title + table, *([tail] if tail else [])]
    if limit is None:
        return "\n".join([full[0], *(piece.text for piece in pieces), *full[1:]])
    closing = _left_out(pieces, limit)
    fixed = next((some for some in (full, full[:1], [title]) if _room(some, closing, limit)), None)
    if fixed is None:
        raise UsageError(
            f"The answer alone does not fit into {limit:,} bytes. Give more room with --max-bytes."
        )
    kept = _kept(pieces, _room(fixed, closing, limit))
    complete = len(kept) == len(pieces) and fixed == full
    last = [] if complete else [_left_out(pieces[len(kept) :], limit)]
    return "\n".join([fixed[0], *kept, *fixed[1:], *last])


def _kept(pieces: Sequence[Piece], room: int) -> list[str]:
    """The first pieces that fit: in order, so that nothing shown hides something worse."""
    kept: list[str] = []
    for piece in pieces:
        room -= _size(piece.text) + 1
        if room <= 0:
            break
        kept.append(piece.text)
    return kept


def _room(fixed: list[str], closing: str, limit: int) -> int:
    """Bytes left beside what is shown in any case, 0 where there are none."""
    return max(0, limit - _size("\n".join([*fixed, closing])))


def _left_out(pieces: Sequence[Piece], limit: int) -> str:
    effects = [finding.effect for piece in pieces for finding in piece.findings]
    said = [f"{effects.count(effect)} {effect}" for effect in EFFECTS if effect in effects]
    what = counted(len(effects), "change") + (f" ({', '.join(said)})" if said else "")
    if not effects:
        what = counted(max(len(pieces), 1), "section")
    return f"\n_Left out to stay within {limit:,} bytes: {what}. The whole report has them._\n"


def _size(text: str) -> int:
    return len(text.encode())
