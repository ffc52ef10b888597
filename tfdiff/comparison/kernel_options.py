"""What kernels compute otherwise only where no step of the optimizer asks them to.

An attribute of an op may choose another formula (``use_nesterov``) that the optimizer never
chooses. Its update rule is the same then, and its kernel is not: that is told, not folded away.
"""

from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256

from tfdiff.comparison.accounts import Proofs
from tfdiff.extract.store import FactStore
from tfdiff.facts import KernelFacts, KernelRule, Literal, OpFacts
from tfdiff.ir.expr import Expr, boolean, number, symbol
from tfdiff.ir.walk import replaced_states
from tfdiff.rules.pair import KernelOption, Pair

Rules = Callable[[str], tuple[KernelRule, ...]]
"""The update rules of an op at one release, whatever its attributes."""


def kernel_options(pair: Pair, old: Rules, new: Rules, store: FactStore) -> Iterator[KernelOption]:
    """The options of the pair's kernels that give something else, on paths proved the same.

    Args:
        pair: one optimizer, its paths decided.
        old: rules of the old release's ops.
        new: of the new release's.
        store: keeps the answers.
    """
    changed = _changed(pair)
    for before, after in pair.kernels() if changed else ():
        if before and after and changed & {*_symbols(before), *_symbols(after)}:
            key = sha256(repr((before, after)).encode()).hexdigest()
            make = partial(_options, before, after, old, new)
            for option in store.get("kernel-options", key, make):
                if changed & set(option.symbols):
                    yield option


def _changed(pair: Pair) -> frozenset[str]:
    """The C++ that says something else although all paths through it were proved the same."""
    proofs = Proofs(pair)
    return frozenset(
        side.symbol
        for item in pair.regions
        if not item.same_meaning and proofs.cover(item)
        for side in (item.old, item.new)
        if side
    )


def _symbols(kernel: KernelFacts) -> Iterator[str]:
    return (region.symbol for region in kernel.regions)


def _options(
    before: KernelFacts, after: KernelFacts, old: Rules, new: Rules
) -> tuple[KernelOption, ...]:
    from tfdiff.ir.equivalence import decide  # noqa: PLC0415 - numpy is not always needed

    settings = _defaults(before.op) | _defaults(after.op)
    # what one release alone has as an attribute is told as that (op-attr-changed)
    names = _defaults(before.op).keys() ^ _defaults(after.op).keys()
    alone = {symbol(name): _constant(settings[name]) for name in names}
    was = {rule.device: rule for rule in old(before.op.name)}
    found = []
    for rule in new(after.op.name):
        mine = was.get(rule.device)
        if mine is None or mine.states == rule.states:
            continue
        sides = (replaced_states(one.states, alone) for one in (mine, rule))
        decision = decide(*sides, settings=settings)
        if decision.verdict in {"conditional", "differs"} and decision.condition:
            symbols = tuple(dict.fromkeys((*mine.symbols, *rule.symbols)))
            found.append(KernelOption(rule.op, rule.device, decision.condition, symbols))
    return tuple(found)


def _defaults(op: OpFacts) -> dict[str, bool | int | float]:
    return {
        one.name: one.default.value
        for one in op.attrs
        if isinstance(one.default, Literal) and isinstance(one.default.value, bool | int | float)
    }


def _constant(value: float) -> Expr:
    return boolean(value) if isinstance(value, bool) else number(str(value))
