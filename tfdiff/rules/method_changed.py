"""A method or helper function says something else, and no exact rule says what it means.

What it reports:
Changed lines in the Python that a step, the constructor or the creation of slots reaches, own and
inherited, after every exact rule has taken what it accounts for.

Effect on training:
Not decided: the text is shown. Where the update rule was proved the same, the weights of a
single step are not affected and the finding says so.

Not reported:
Comments, docstrings, layout, what only one side has (internal-method-changed), and changes that
another finding accounts for.

Example:
``_create_slots`` picks another variable to place the beta powers with.
"""

import re
from collections.abc import Iterator

from tfdiff.facts import Statement
from tfdiff.findings import Effect, Facet, Finding
from tfdiff.rules.matching.regions import companions, grouped, places, words
from tfdiff.rules.matching.topics import listed, quoted
from tfdiff.rules.pair import Pair, RegionPair
from tfdiff.rules.told import Told

CATCH_ALL = True
_KINDS = frozenset({"method", "function", "class", "module"})
_SHOWN = 3
_CALLED = re.compile(r"([A-Za-z_][\w.]*)\(")
_PLAIN = frozenset({"isinstance", "len", "str", "int", "float", "list", "dict", "set", "tuple"})


def check(pair: Pair) -> Iterator[Told]:
    """Python regions with changes that nothing accounts for, the same change folded."""
    folded: dict[object, list[tuple[RegionPair, ...]]] = {}
    for group in grouped(item for item in pair.regions if item.region.kind in _KINDS):
        lead = group[0]
        one_sided = not (lead.old and lead.new)
        if not (one_sided and lead.region.kind in {"method", "function"}):
            same = lead.region.symbol.rpartition(".")[0], words(lead.open), _when(pair, lead)
            folded.setdefault(same, []).append(group)
    for groups in folded.values():
        changes = (one for group in groups for item in group for one in item.open)
        yield Told(_finding(pair, groups), tuple(changes))


def _finding(pair: Pair, groups: list[tuple[RegionPair, ...]]) -> Finding:
    """The finding on methods of one class in which the same changed: the first says where."""
    changed = groups[0][0]
    with_it = tuple(item for group in groups for item in group[1:])
    region = changed.region
    others = [group[0].region.symbol.rpartition(".")[2] for group in groups[1:]]
    names = ", ".join((region.symbol, *others))
    facet, effect, where = _when(pair, changed)
    verb = "changed" if changed.old and changed.new else "added" if changed.new else "removed"
    old, new = places(changed)
    return Finding(
        rule="method-changed",
        optimizer=pair.name,
        facet=facet,
        effect=effect,
        certainty="read",
        subject=names,
        condition=None,
        title=f"{names} {verb}{_how(changed)}",
        explanation=f"{where}{companions(with_it)} {_quoted(changed)}What the change means was not "
        f"decided; the lines are shown.",
        remedy="Read the lines on both sides.",
        old=old,
        new=new,
    )


def _how(changed: RegionPair) -> str:
    """What is worked out otherwise, and what only one side does it with; "" for too much to say."""
    if not (changed.old and changed.new):
        return ""
    before = [change.before for change in changed.open if change.before]
    after = [change.after for change in changed.open if change.after]
    used = [
        list(dict.fromkeys(name for one in side for name in _uses(one))) for side in (before, after)
    ]
    bound = {name for one in (*before, *after) for name in one.binds}
    gone, come = (
        [name for name in mine if name not in other and name not in bound]
        for mine, other in (used, used[::-1])
    )
    said = [
        f"{verb} {listed(names)}"
        for verb, names in (("now with", come), ("no longer with", gone))
        if 0 < len(names) <= _SHOWN
    ]
    if not said:
        kept = [
            {name for one in side for name in one.binds if "." in name} for side in (before, after)
        ]
        sides = (("now sets", kept[1] - kept[0]), ("no longer sets", kept[0] - kept[1]))
        said = [f"{verb} {listed(sorted(some))}" for verb, some in sides if 0 < len(some) <= _SHOWN]
        return f": {', '.join(said)}" if said else ""
    subjects = sorted({name for one in after for name in one.binds} - {"self"})
    whose = f"{listed(subjects)} " if 0 < len(subjects) <= _SHOWN else ""
    return f": {whose}{', '.join(said)}"


def _uses(one: Statement) -> Iterator[str]:
    """The functions that a statement calls, and the attributes that it reads."""
    yield from (name for name in _CALLED.findall(one.said) if name not in _PLAIN)
    yield from (name for name in one.reads if name.startswith("self."))


def _quoted(changed: RegionPair) -> str:
    """The first statement that is not the same, on both sides."""
    for change in changed.open:
        if change.before and change.after:
            return f"It was {quoted((change.before.text,))} and is {quoted((change.after.text,))}. "
    return ""


def _when(pair: Pair, item: RegionPair) -> tuple[Facet, Effect, str]:
    region = item.region
    inherited = bool(region.owner) and region.owner != pair.new.class_name
    return _where(pair, region.symbol, inherited=inherited)


def _where(pair: Pair, symbol: str, *, inherited: bool) -> tuple[Facet, Effect, str]:
    """Facet, possible effect, and a sentence on when the code runs."""
    name = symbol.rpartition(".")[2]
    on_path = [verdict for verdict in pair.verdicts if symbol in _symbols(pair, str(verdict.path))]
    if "apply" in name or name in {"get_updates", "update_step", "_prepare", "_finish"}:
        same = on_path and all(item.verdict in {"identical", "equal"} for item in on_path)
        sparse = "sparse" in name
        facet: Facet = "update-rule-sparse-python" if sparse else "update-rule-dense-python"
        if inherited:
            facet = "base-class-behaviour"
        if same:
            return facet, "none", "It runs in every step; the update rule was proved the same."
        return facet, "numeric-conditional", "It runs in every step."
    if "slot" in name or name in {"build", "_create_all_weights", "add_variable_from_reference"}:
        return "slot-creation", "checkpoint", "It runs when the optimizer's state is created."
    if inherited:
        return "base-class-behaviour", "api", "It belongs to a base class."
    if name == "__init__":
        return "validation", "api", "It runs when the optimizer is constructed."
    return "base-class-behaviour", "api", "The optimizer reaches it."


def _symbols(pair: Pair, path: str) -> frozenset[str]:
    """The regions that the rules of one path were read from, on both sides."""
    rules = (*pair.old.rules, *pair.new.rules)
    return frozenset(symbol for rule in rules if str(rule.path) == path for symbol in rule.symbols)
