"""What class a value is of, for ``isinstance``."""

from tfdiff.extract.python.interpret.containers import iterate
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    Assigned,
    Bound,
    Class,
    DictRef,
    Foreign,
    Function,
    Instance,
    ListRef,
    Method,
    Module,
    Partial,
    Slices,
    Value,
    Variable,
)

NUMBERS = frozenset({"float", "int", "Number", "Real", "integer_types"})
TENSORS = frozenset({"Tensor", "EagerTensor", "TensorLike", "_TensorLike", "KerasTensor"})
VARIABLES = frozenset({"Variable", "KerasVariable", "VariableV1", "TrackableWeight"})
RESOURCES = frozenset({"ResourceVariable", "BaseResourceVariable", "_UnreadVariable"})
REFERENCES = frozenset({"RefVariable"})


def name_of_class(value: Value) -> str:
    """A class's own name."""
    if isinstance(value, Class):
        return value.definition.name
    return describe(value).rpartition(".")[2]


def is_instance(machine: Machine, value: Value, classes: Value) -> Value:
    """Whether a value is of a class or of one of several.

    A hyperparameter is taken to be a plain number, a variable to be of the kind that the path
    is about, and anything unknown to be of no class that the program asks about. Which
    optimizer a wrapped one is stays a question.
    """
    several = iterate(machine, classes) if isinstance(classes, tuple | ListRef) else (classes,)
    names = {name_of_class(one) for one in several or ()}
    if isinstance(value, Instance):
        return any(definition.name in names for definition in value.definition.resolution)
    if isinstance(value, Foreign):
        if value.text in machine.wrapped and any("Optimizer" in name for name in names):
            return Foreign(f"isinstance({value.text}, {' or '.join(sorted(names))})")
        return False
    return bool(_names(machine, value) & names)


def _names(  # noqa: C901, PLR0911, PLR0912 - one kind of value each
    machine: Machine, value: Value
) -> frozenset[str]:
    match value:
        case bool():
            return frozenset({"bool", "int"})
        case int():
            return frozenset({"int", "Number", "integer_types", "Integral", "Real"})
        case float():
            return frozenset({"float", "Number", "Real"})
        case str():
            return frozenset({"str", "basestring", "string_types", "text_type"})
        case tuple():
            return frozenset({"tuple", "Sequence", "Iterable"})
        case ListRef():
            return frozenset({"list", "set", "Sequence", "Iterable"})
        case DictRef():
            return frozenset({"dict", "Mapping", "OrderedDict"})
        case Slices():
            return frozenset({"IndexedSlices"})
        case Variable() | Assigned():
            if machine.variable == "ref":
                return VARIABLES | REFERENCES
            return RESOURCES | (VARIABLES if machine.program.resource_is_variable else frozenset())
        case Function() | Method() | Partial() | Bound():
            return frozenset({"function", "FunctionType", "Callable"})
        case Class() | Module():
            return frozenset({"type"})
        case _ if isinstance(value, EXPRESSIONS):
            if value in machine.booleans:
                return frozenset({"bool", "int"})
            return NUMBERS if value in machine.parameters else TENSORS
        case _:
            return frozenset()
