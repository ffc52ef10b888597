"""What a constructor takes, what is used if nothing is given, and which attributes hold it.

The constructor's statements are followed in order, into the base classes' constructors too:
every name carries the parameters that it depends on and, where the sources determine it, the
value that it has if the caller passes nothing. That turns ``epsilon=None`` followed by
``if epsilon is None: epsilon = K.epsilon()`` into an effective default of 1e-7.
"""

import re

from tfdiff.extract.python.classes import Member, ResolvedClass
from tfdiff.extract.python.construction import (
    NOTHING,
    Construction,
    Held,
    Roots,
    fate,
    kwargs_of,
    names_in,
)
from tfdiff.extract.python.model import Model
from tfdiff.extract.python.module import Argument, Assignment, CallSite, Condition, ParameterText
from tfdiff.extract.python.values import Evaluator
from tfdiff.facts import Literal, Parameter, Span, Unknown, Value

_STAND_IN = re.compile(r"\bor\b|\bif\b")
_TAKEN = re.compile(r"(?:\.(?:pop|get)\(|\[)['\"](\w+)['\"]")
_IS_NONE = re.compile(r"([\w.]+) is (not )?None")
_ALLOWED = re.compile(r"allow|valid|accept|expected", re.IGNORECASE)
_KEYWORD = re.compile(r"(\w+)\[['\"](\w+)['\"]\]")
_NO_DEFAULT = Unknown("is given by the caller")
_UPDATE = "self.__dict__.update"
_DEPTH = 8


def read_constructor(model: Model, cls: ResolvedClass) -> Construction:
    """Follow the constructor of a class, own or inherited, and what prepares its attributes."""
    found = Construction()
    constructor = cls.find("__init__")
    if constructor is None:
        found.unknowns.append(_inherited(cls))
        return found
    tracer = _Tracer(model, cls, found)
    tracer.enter(constructor)
    for name in ("_prepare", "build"):
        member = cls.find(name)
        if member is not None:
            tracer.prepare(member)
    return found


def _inherited(cls: ResolvedClass) -> Unknown:
    bases = ", ".join(name for name in cls.externals if name != "object") or "object"
    return Unknown(f"the constructor is inherited from {bases}, not at hand", span=cls.span)


class _Tracer:
    """Follows one class's constructors, from the most derived to the bases."""

    def __init__(self, model: Model, cls: ResolvedClass, found: Construction) -> None:
        self._model = model
        self._cls = cls
        self._found = found
        self._depth = 0
        self._handed: dict[str, Roots] = {}  # keyword -> what is passed on under it
        self._caught: dict[str, tuple[str, ...]] = {}  # helper -> what it is handed kwargs as

    def enter(self, constructor: Member) -> None:
        """Follow the constructor that a caller calls."""
        evaluator = self._evaluator(constructor)
        held: dict[str, Held] = {}
        for one in constructor.function.parameters[1:]:
            parameter = self._parameter(constructor, one, evaluator)
            self._found.parameters[one.name] = parameter
            held[one.name] = Held((one.name,), parameter.default or _NO_DEFAULT)
            if one.kind == "**":
                held[one.name] = NOTHING
        self._found.further = fate(constructor, self._catching(constructor))
        self._follow(constructor, held)

    def _catching(self, member: Member) -> tuple[str, ...]:
        """Under what names a function has the keywords that no parameter takes."""
        return (*kwargs_of(member), *self._caught.get(member.head.name, ()))

    def prepare(self, member: Member) -> None:
        """Follow a method that turns attributes into tensors (``self._lr_t``)."""
        held = {f"self.{name}": one for name, one in self._found.attributes.items()}
        before = dict(self._found.attributes)
        parameters = dict(self._found.parameters)
        self._follow(member, held)
        self._found.parameters = parameters  # what a tensor stands in for is no default
        for name, one in before.items():
            self._found.attributes[name] = one

    def _evaluator(self, member: Member) -> Evaluator:
        return Evaluator(self._model, member.owner.ref.path, self._cls)

    @staticmethod
    def _parameter(member: Member, one: ParameterText, evaluator: Evaluator) -> Parameter:
        span = Span(member.owner.ref.path, one.line, one.line)
        default = None if one.default is None else evaluator.value(one.default)
        kind = one.kind if one.kind in {"keyword", "*", "**"} else "positional"
        return Parameter(one.name, kind, default, default, span)  # type: ignore[arg-type]

    def _follow(self, member: Member, held: dict[str, Held]) -> None:
        """Run through the statements of a constructor in order."""
        self._depth += 1
        events: list[Assignment | CallSite] = [
            *(one for one in member.function.calls if self._matters(one, member)),
            *(one for one in member.function.assignments if one.kind in {"=", "with"}),
        ]
        given = dict(held)
        for event in sorted(events, key=_first_taken):
            runs = self._runs(event.conditions, held, member)
            if isinstance(event, CallSite):
                self._call(event, held, member, runs=runs is not False)
                continue
            if event.conditions:
                self._controlled(event, held, member)
            if taken := _KEYWORD.fullmatch(event.value):
                self._taken(taken[1], taken[2], event, held, member)
            if handed := _KEYWORD.fullmatch(event.target):
                self._hand_on(handed[1], handed[2], event, held, member)
            if runs is not False:
                self._assign(event, held, member, certain=runs is True)
            elif event.target.startswith("self."):
                self._also_holds(event, held, member)
        for name, one in held.items():
            if name in given and len(one.roots) == 1 and one.value != given[name].value:
                self._takes_effect(one.roots[0], one.value)
        self._depth -= 1

    def _matters(self, call: CallSite, member: Member) -> bool:
        last = call.callee.rpartition(".")[2]
        known = last in {"__init__", "_set_hyper", "pop", "get"} or call.callee == _UPDATE
        return known or self._takes_kwargs(call, member) is not None

    def _takes_kwargs(self, call: CallSite, member: Member) -> Member | None:
        """The method of its own that is handed the keywords that no parameter takes."""
        given = {argument.text for argument in call.arguments}
        head, _, name = call.callee.rpartition(".")
        return (
            self._cls.find(name) if head == "self" and given & {*self._catching(member)} else None
        )

    def _runs(
        self, conditions: tuple[Condition, ...], held: dict[str, Held], member: Member
    ) -> bool | None:
        """Whether a statement runs if the caller passes nothing; None where unknown."""
        evaluator = self._evaluator(member)
        values = {name: one.value for name, one in held.items()}
        known: bool | None = True
        for condition in conditions:
            holds = evaluator.holds(condition.test, values)
            if holds is None:
                known = None
            elif holds is not condition.holds:
                return False
        return known

    def _assign(
        self, event: Assignment, held: dict[str, Held], member: Member, *, certain: bool
    ) -> None:
        if _ALLOWED.search(event.target) and "kwargs" in self._catching(member):
            self._accept(event, member)
        values = {name: one.value for name, one in held.items()}
        value = self._evaluator(member).value(event.value, values)
        roots = self._all_roots(event.value, held, member)
        sentinel = self._replaced(event.conditions, held) if certain and not roots else None
        for target in _targets(event.target):
            before = held.get(target)
            now = Held(roots, value)
            if before is not None and not certain:
                same = before.value == value
                merged = tuple(dict.fromkeys((*before.roots, *roots)))
                now = Held(merged, value if same else Unknown("depends on more", event.value))
            elif before is not None and target in before.roots:
                # a parameter replaced by its stand-in, or by an older name for it
                now = Held(tuple(dict.fromkeys((*before.roots, *roots))), value)
            held[target] = now
            if target.startswith("self.") and sentinel is not None:
                self._hold(target.removeprefix("self."), Held((sentinel,), value), event.value)
                self._takes_effect(sentinel, value)
            elif target.startswith("self.") and roots:
                self._hold(target.removeprefix("self."), now, event.value)

    @staticmethod
    def _replaced(conditions: tuple[Condition, ...], held: dict[str, Held]) -> str | None:
        """``epsilon``, in the arm that runs if ``epsilon is None``."""
        for condition in conditions:
            found = _IS_NONE.fullmatch(condition.test)
            if found and (found[2] is None) is condition.holds and found[1] in held:
                roots = held[found[1]].roots
                return roots[0] if len(roots) == 1 else None
        return None

    def _also_holds(self, event: Assignment, held: dict[str, Held], member: Member) -> None:
        """An attribute that gets a parameter only where the caller passes one."""
        attribute = event.target.removeprefix("self.")
        known = self._found.attributes.get(attribute, Held((), Unknown("is not set by default")))
        roots = (*known.roots, *self._all_roots(event.value, held, member))
        if roots:
            self._found.attributes[attribute] = Held(tuple(dict.fromkeys(roots)), known.value)

    def _controlled(self, event: Assignment, held: dict[str, Held], member: Member) -> None:
        """``if momentum > 0: self._momentum = True``: the attribute stands for the parameter."""
        if event.target.startswith("self.") and event.value in {"True", "False"}:
            tests = " ".join(condition.test for condition in event.conditions)
            roots = self._all_roots(tests, held, member)
            known = self._found.attributes.get(event.target.removeprefix("self."))
            if len(roots) == 1 and known is None:
                value = self._evaluator(member).value(event.value)
                self._hold(event.target.removeprefix("self."), Held(roots, value), "")

    def _all_roots(self, text: str, held: dict[str, Held], member: Member) -> Roots:
        """The parameters that an expression depends on, in written order."""
        catching = self._catching(member)
        found = [root for name in names_in(text) for root in self._roots(name, held)]
        if any(name in text for name in catching):
            taken = [name for name in _TAKEN.findall(text) if name in self._found.parameters]
            found.extend(root for name in taken for root in (name, *self._handed.get(name, ())))
        return tuple(dict.fromkeys(root for root in found if root not in catching))

    def _roots(self, name: str, held: dict[str, Held]) -> Roots:
        while name not in held and "." in name:
            name = name.rpartition(".")[0]
        return held[name].roots if name in held else ()

    def _hold(self, attribute: str, one: Held, text: str) -> None:
        known = self._found.attributes.get(attribute)
        roots = one.roots if known is None else tuple(dict.fromkeys((*known.roots, *one.roots)))
        self._found.attributes[attribute] = Held(roots, one.value)
        if len(one.roots) == 1 and _STAND_IN.search(text):
            self._takes_effect(one.roots[0], one.value)

    def _takes_effect(self, name: str, value: Value) -> None:
        """A parameter's default is replaced by another value: that one is in effect."""
        parameter = self._found.parameters.get(name)
        if parameter is None or parameter.default is None or parameter.effective == value:
            return
        sentinel = isinstance(parameter.default, Literal) and not parameter.default.value
        if sentinel:
            self._found.parameters[name] = Parameter(
                name, parameter.kind, parameter.default, value, parameter.span
            )

    def _accept(self, event: Assignment, member: Member) -> None:
        """``allowed_kwargs = {...}``: keyword parameters that have no default."""
        names = self._evaluator(member).value(event.value)
        if isinstance(names, Literal) and isinstance(names.value, tuple):
            for name in map(str, names.value):
                self._extra(name, Literal(None), event.line, member)

    def _extra(self, name: str, default: Value, line: int, member: Member) -> None:
        span = Span(member.owner.ref.path, line, line)
        known = self._found.parameters.get(name)
        if known is None or (known.kind == "keyword" and known.default == Literal(None)):
            self._found.parameters[name] = Parameter(name, "keyword", default, default, span)

    def _call(self, event: CallSite, held: dict[str, Held], member: Member, *, runs: bool) -> None:
        owner, _, last = event.callee.rpartition(".")
        if last in {"pop", "get"}:
            self._popped(event, owner, held, member)
        elif event.callee == _UPDATE:
            self._hold_all({one.text for one in event.arguments}, held, member)
        elif last == "_set_hyper":
            self._set_hyper(event, held, member)
        elif owner == "self" and (helper := self._takes_kwargs(event, member)):
            self._hand_kwargs(event, held, member, helper)
        elif runs and self._depth < _DEPTH:
            self._base(event, owner, held, member)

    def _hold_all(self, given: set[str], held: dict[str, Held], member: Member) -> None:
        """Read ``self.__dict__.update(kwargs)``, which makes attributes of all that they hold."""
        if "locals()" in given:
            for name in [name for name in held if name in self._found.parameters]:
                self._hold(name, held[name], "")
        if given & {*self._catching(member)}:
            for name, one in self._found.parameters.items():
                if one.kind == "keyword":
                    self._hold(name, Held((name,), one.default or _NO_DEFAULT), "")

    def _popped(self, event: CallSite, owner: str, held: dict[str, Held], member: Member) -> None:
        """``kwargs.pop("decay", 0.)``: a keyword parameter with that default."""
        texts = [argument.text for argument in event.arguments]
        if owner not in self._catching(member) or not texts:
            return
        evaluator = self._evaluator(member)
        name = evaluator.value(texts[0])
        if not isinstance(name, Literal) or not isinstance(name.value, str):
            return
        values = {known: one.value for known, one in held.items()}
        default = evaluator.value(texts[1], values) if len(texts) > 1 else Literal(None)
        alias = texts[1] if len(texts) > 1 and texts[1] in held else None
        given = Literal(None, alias) if alias is not None else default
        self._extra(name.value, given, event.line, member)
        if event.target and event.target not in held:
            held[event.target] = Held((name.value, *self._handed.get(name.value, ())), default)

    def _taken(
        self, owner: str, name: str, event: Assignment, held: dict[str, Held], member: Member
    ) -> None:
        """``if "rate" in kwargs: speed = kwargs["rate"]``: another name for an argument."""
        known = held.get(event.target)
        if owner in self._catching(member) and known is not None and event.conditions:
            self._extra(name, Literal(None, event.target), event.line, member)
            held[event.target] = Held((*known.roots, name), known.value)

    def _hand_kwargs(
        self, event: CallSite, held: dict[str, Held], member: Member, helper: Member
    ) -> None:
        """Follow ``self._process_kwargs(kwargs)``."""
        bound = self._bound(helper, event.arguments, held, member, passes=False)
        catching = self._catching(member)
        places = zip(helper.function.parameters[1:], event.arguments, strict=False)
        names = tuple(one.name for one, given in places if given.text in catching)
        self._caught[helper.head.name] = names
        self._found.further = self._found.further or fate(helper, names)
        if self._depth < _DEPTH:
            self._follow(helper, bound)
            held.update((name, one) for name, one in bound.items() if name.startswith("self."))

    def _hand_on(
        self, owner: str, name: str, event: Assignment, held: dict[str, Held], member: Member
    ) -> None:
        """Read ``kwargs["decay"] = kwargs.pop("schedule_decay", 0.004)``."""
        if owner in self._catching(member):
            roots = self._all_roots(event.value, held, member)
            self._handed[name] = (*self._handed.get(name, ()), *roots)

    def _set_hyper(self, event: CallSite, held: dict[str, Held], member: Member) -> None:
        if len(event.arguments) < 2:  # noqa: PLR2004 - a name and a value
            return
        key, given = event.arguments[0].text, event.arguments[1].text
        name = self._evaluator(member).value(key)
        roots = self._all_roots(given, held, member)
        if isinstance(name, Literal) and roots:
            values = {known: one.value for known, one in held.items()}
            value = self._evaluator(member).value(given, values)
            self._hold(f"_hyper[{name.value!r}]", Held(roots, value), "")

    def _base(self, event: CallSite, owner: str, held: dict[str, Held], member: Member) -> None:
        """Follow ``super().__init__(...)`` or ``Base.__init__(self, ...)``."""
        arguments = event.arguments
        target: Member | None
        if owner == "super()":
            target = self._cls.find("__init__", after=member.owner)
        else:
            found = self._model.resolve(member.owner.ref.path, owner)
            base = self._model.class_(found.path, found.name) if found.kind == "class" else None
            target = base.find("__init__") if base is not None else None
            arguments = arguments[1:]
        passes = any(argument.keyword == "**" for argument in arguments)
        if target is None:
            bases = [name for name in self._cls.externals if name not in {"object", "abc.ABC"}]
            if passes and bases:
                reason = f"what **kwargs accepts is decided by {', '.join(bases)}, not at hand"
                span = Span(member.owner.ref.path, event.line, event.end_line)
                self._found.unknowns.append(Unknown(reason, event.callee, span))
            return
        bound = self._bound(target, arguments, held, member, passes=passes)
        if passes:
            known = self._found.further or fate(target, self._catching(target))
            self._found.further = known if self._catching(target) else "rejected"
        self._follow(target, bound)
        held.update((name, one) for name, one in bound.items() if name.startswith("self."))

    def _bound(
        self,
        target: Member,
        arguments: tuple[Argument, ...],
        held: dict[str, Held],
        member: Member,
        *,
        passes: bool,
    ) -> dict[str, Held]:
        """The base constructor's parameters as this call passes them."""
        here, there = self._evaluator(member), self._evaluator(target)
        values = {name: one.value for name, one in held.items()}
        places = [one for one in target.function.parameters[1:] if one.kind == "positional"]
        given = {
            argument.keyword or places[place].name: argument.text
            for place, argument in enumerate(arguments)
            if argument.keyword not in {"*", "**"} and (argument.keyword or place < len(places))
        }
        bound = {name: one for name, one in held.items() if name.startswith("self.")}
        for one in target.function.parameters[1:]:
            if one.name in given:
                text = given[one.name]
                roots = self._all_roots(text, held, member)
                bound[one.name] = Held(roots, here.value(text, values))
                continue
            if one.kind == "**":
                bound[one.name] = NOTHING
                continue
            default = Literal(None) if one.default is None else there.value(one.default)
            takes = passes and one.kind in {"positional", "keyword"}
            if takes:
                self._extra(one.name, default, one.line, target)
            bound[one.name] = Held((one.name,) if takes else (), default)
        return bound


def _first_taken(event: Assignment | CallSite) -> tuple[int, bool]:
    """In order, but what is taken out of the keywords before what is done with it."""
    callee = event.callee if isinstance(event, CallSite) else ""
    return event.line, callee.rpartition(".")[2] not in {"pop", "get"}


def _targets(text: str) -> tuple[str, ...]:
    """``a`` of ``a = x``; of several targets none, for the value is not theirs."""
    return () if "," in text or "[" in text else (text,)
