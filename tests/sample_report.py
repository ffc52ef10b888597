"""A report written by hand that has one of everything, on optimizers that do not exist."""

from dataclasses import replace

from tfdiff.facts import Literal, Slot, Span, Unknown, UpdatePath
from tfdiff.findings import (
    Commit,
    ComparedRegion,
    ComparedSlot,
    Coverage,
    Drift,
    Finding,
    Hunk,
    OptimizerReport,
    PathVerdict,
    Place,
    ReleaseNote,
    Report,
    Verdict,
    Witness,
)
from tfdiff.ir.expr import Expr, call, number, opaque, operation, select, symbol
from tfdiff.sources.tree import Release

OLD_COMMIT = "1" * 40
NEW_COMMIT = "2" * 40
HOSTILE = (
    "</script><script>alert('owned')</script> <img src=x onerror=alert(1)>\n"
    "`]]>-->\x00\x1b[31mred\u202etxet esrever\u202c \U0001f600 {{ 7 * 7 }} {% raw %}\n"
)


def url(commit: str, path: str, start: int, end: int) -> str:
    return f"https://example.org/snow/blob/{commit}/{path}#L{start}-L{end}"


def place(side: str, path: str, start: int, text: str) -> Place:
    end = start + text.rstrip("\n").count("\n")
    commit = OLD_COMMIT if side == "old" else NEW_COMMIT
    return Place(path, start, end, text, url(commit, path, start, end))


def add(*args: Expr) -> Expr:
    return operation("add", *args)


def sub(*args: Expr) -> Expr:
    return operation("sub", *args)


def mul(*args: Expr) -> Expr:
    return operation("mul", *args)


def div(*args: Expr) -> Expr:
    return operation("div", *args)


VAR, LR, GRAD, EPSILON, SPEED = map(symbol, ("var", "lr", "grad", "epsilon", "speed"))
DECAY = symbol("decay")
NEW_SPEED = add(mul(SPEED, DECAY), mul(sub(number(1), DECAY), GRAD))

OLD_RULE = (
    ("var", sub(VAR, div(mul(LR, NEW_SPEED), add(call("sqrt", GRAD), EPSILON)))),
    ("speed", NEW_SPEED),
)
NEW_RULE = (
    ("var", sub(VAR, div(mul(LR, NEW_SPEED), call("sqrt", add(GRAD, EPSILON))))),
    ("speed", NEW_SPEED),
)
BRANCHED = (
    ("var", select(operation("gt", GRAD, number(0)), sub(VAR, LR), VAR)),
    ("speed", opaque("fancy<T>(speed)", "a call that is not known")),
)

OLD_SLED = '''\
  def _apply_dense(self, grad, var):
    """Slides downhill."""
    speed = self.get_slot(var, "speed")
    # one
    # two
    # three
    # four
    # five
    # six
    # seven
    # eight
    root = math_ops.sqrt(grad) + self._epsilon
    return training_ops.apply_sled(var, speed, self._lr, root,
                                   use_locking=False)
'''
NEW_SLED = '''\
  def _apply_dense(self, grad, var):
    """Slides downhill, faster."""
    speed = self.get_slot(var, "speed")
    # one
    # two
    # three
    # four
    # five
    # six
    # seven
    # eight lines
    root = math_ops.sqrt(grad + self._epsilon)
    return training_ops.apply_sled(var, speed, self._lr, root,
                                   use_locking=self._use_locking)
'''
OLD_KERNEL = """\
template <typename T>
struct ApplySled<CPUDevice, T> {
  void operator()(const CPUDevice& d, typename TTypes<T>::Flat var) {
    var.device(d) -= lr() * speed;
  }
};
"""
NEW_KERNEL = """\
template <typename T>
struct ApplySled<CPUDevice, T> {
  void operator()(const CPUDevice& d,
                  typename TTypes<T>::Flat var) {
    var.device(d) -= lr() * speed;
  }
};
"""
BASE_OLD = "  def minimize(self, loss):\n    return self.apply(loss)\n"
BASE_NEW = "  def minimize(self, loss):\n    check(loss)\n    return self.apply(loss)\n"

SLED = "snow.train.SledOptimizer"
PY_OLD, PY_NEW = "snow/python/sled.py", "snow/python/training/sled.py"
CPP = "snow/core/kernels/sled_ops.cc"
BASE = "snow/python/optimizer.py"

EPSILON_MOVED = Finding(
    rule="epsilon-moved",
    optimizer=SLED,
    facet="epsilon-handling",
    effect="numeric",
    certainty="proved",
    subject="epsilon",
    condition=None,
    title="epsilon moved inside the square root",
    explanation="Small gradients give smaller steps: with grad near 0 the step shrinks from "
    "lr * speed / epsilon to lr * speed / sqrt(epsilon).",
    remedy="Pass epsilon=1e-16 to get the old size of step for tiny gradients; for others "
    "nothing restores the old behaviour exactly.",
    old=place("old", PY_OLD, 51, "    root = math_ops.sqrt(grad) + self._epsilon\n"),
    new=place("new", PY_NEW, 61, "    root = math_ops.sqrt(grad + self._epsilon)\n"),
    commits=(Commit("abc" + "0" * 37, "Move epsilon under the root", "2017-08-30", 1234),),
    release_note=ReleaseNote("1.4.0", "Sled is more robust."),
    documented=False,
)
LOCKING = Finding(
    rule="use-locking-passed",
    optimizer=SLED,
    facet="locking",
    effect="distributed",
    certainty="read",
    subject="use_locking",
    condition="use_locking=True",
    title="use_locking now reaches the kernel",
    explanation="Workers that share variables wait for one another.",
    remedy="Pass use_locking=False for the old behaviour.",
    old=place("old", PY_OLD, 53, "                                   use_locking=False)\n"),
    new=place(
        "new", PY_NEW, 63, "                                   use_locking=self._use_locking)\n"
    ),
)
SLOT_RENAMED = Finding(
    rule="slot-renamed",
    optimizer=SLED,
    facet="slot-name",
    effect="checkpoint",
    certainty="proved",
    subject="slot:speed",
    condition=None,
    title="slot velocity is now called speed",
    explanation="A checkpoint of v1.0.0 has no value for speed.",
    remedy="Rename the key when restoring.",
    old=place("old", PY_OLD, 30, '    self._zeros_slot(v, "velocity", self._name)\n'),
    new=place("new", PY_NEW, 40, '    self._zeros_slot(v, "speed", self._name)\n'),
    documented=True,
    release_note=ReleaseNote("2.0.0", "The slot velocity of Sled is now speed."),
)
PARAMETER_ADDED = Finding(
    rule="parameter-added",
    optimizer=SLED,
    facet="parameter-added",
    effect="api",
    certainty="proved",
    subject="runner",
    condition="runner is passed",
    title="new parameter runner=None",
    explanation="Calls of v1.0.0 work as before.",
    remedy="Nothing to do.",
    old=None,
    new=place("new", PY_NEW, 20, "               runner=None,\n"),
)
DOCS = Finding(
    rule="docs-only",
    optimizer=SLED,
    facet="docs-only",
    effect="none",
    certainty="proved",
    subject="SledOptimizer._apply_dense",
    condition=None,
    title="docstring of _apply_dense changed",
    explanation="Only documentation changed.",
    remedy="Nothing to do.",
    old=place("old", PY_OLD, 41, '    """Slides downhill."""\n'),
    new=place("new", PY_NEW, 51, '    """Slides downhill, faster."""\n'),
)
BASE_CHECK = Finding(
    rule="base-class-changed",
    optimizer=SLED,
    facet="base-class-behaviour",
    effect="api",
    certainty="read",
    subject="Optimizer.minimize",
    condition="loss is no tensor",
    title="minimize checks the loss first",
    explanation="A loss that is no tensor is refused at once.",
    remedy="Pass a tensor.",
    old=place("old", BASE, 100, BASE_OLD),
    new=place("new", BASE, 110, BASE_NEW),
    also_reaches=("snow.train.SkiOptimizer", "snow.train.SkateOptimizer"),
)

WITNESS = Witness(
    inputs=(("grad", 1e-12), ("lr", 0.1), ("epsilon", 1e-8), ("decay", 0.9), ("speed", 0.0)),
    old=(("var", -0.0099), ("speed", 1e-13)),
    new=(("var", -0.000999), ("speed", 1e-13)),
    ratio=0.101,
    region="gradients below 1e-8",
    drift=(
        Drift("dense", 1, 1.2e-9, 1),
        Drift("dense", 10, 2.3e-8, 3),
        Drift("dense", 100, 3.1e-7, 40),
        Drift("dense", 1000, 4.2e-6, 512),
        Drift("tiny", 1, 0.9, 1.2e6),
        Drift("tiny", 10, 0.88, 1.3e6),
        Drift("tiny", 100, 0.85, 1.9e6),
        Drift("tiny", 1000, 0.7, 2.5e6),
        Drift("zero", 1, 0.0, 0),
        Drift("zero", 10, 0.0, 0),
        Drift("zero", 100, 0.0, 0),
        Drift("zero", 1000, 0.0, 0),
    ),
)


def slot(name: str, line: int) -> Slot:
    zero, follows = Literal(0.0), Literal("variable")
    span = Span(PY_NEW, line, line)
    return Slot(name, per_variable=True, initial=zero, scope=Literal("Sled"), dtype=follows,
                shape=follows, condition=None, span=span)  # fmt: skip


def sled() -> OptimizerReport:
    """The optimizer that has it all: every verdict of the ladder, every kind of section."""
    regions = (
        ComparedRegion(
            "method", "SledOptimizer._apply_dense", "python",
            place("old", PY_OLD, 40, OLD_SLED), place("new", PY_NEW, 50, NEW_SLED), "changed",
            (
                Hunk((41, 41), (51, 51), "finding", DOCS.id),
                Hunk((50, 50), (60, 60), "no effect", reason="comments"),
                Hunk((51, 51), (61, 61), "finding", EPSILON_MOVED.id),
                Hunk((53, 53), (63, 63), "finding", LOCKING.id),
            ),
        ),
        ComparedRegion(
            "functor", "ApplySled<CPUDevice, T>::operator()", "cpu",
            place("old", CPP, 300, OLD_KERNEL), place("new", CPP, 320, NEW_KERNEL), "formatting",
            (Hunk((302, 302), (322, 323), "no effect", reason="line breaks only"),),
        ),
        ComparedRegion(
            "helper", "wax_" + "on_and_off_" * 8 + "(float)", None, None,
            place("new", CPP, 10, "float wax(float x) {\n  return x;\n}\n"), "added",
            (Hunk((10, 9), (10, 12), "not classified", reason="x" * 80),),
        ),
        ComparedRegion(
            "method", "Optimizer.minimize", "python",
            place("old", BASE, 100, BASE_OLD), place("new", BASE, 110, BASE_NEW), "changed",
            (Hunk((101, 100), (111, 111), "finding", BASE_CHECK.id),),
        ),
        ComparedRegion(
            "method", "SledOptimizer._prepare", "python",
            place("old", PY_OLD, 70, "  def _prepare(self):\n    pass\n"),
            place("new", PY_NEW, 80, "  def _prepare(self):\n    pass\n"), "same",
        ),
    )  # fmt: skip
    paths = (
        PathVerdict(
            UpdatePath("dense", "ref", "cpu"), "differs", "refuted by a witness",
            old=OLD_RULE, new=NEW_RULE, witness=WITNESS,
        ),
        PathVerdict(
            UpdatePath("dense", "resource", "cpu"), "differs", "refuted by a witness",
            old=OLD_RULE, new=NEW_RULE, witness=WITNESS,
        ),
        PathVerdict(
            UpdatePath("dense", "ref", "gpu"), "equal", "proved over the reals",
            ("lr > 0", "epsilon > 0"), old=OLD_RULE, new=OLD_RULE,
        ),
        PathVerdict(
            UpdatePath("sparse", "ref", "cpu"), "conditional", "equal but for one arm",
            condition="use_nesterov=True", old=OLD_RULE, new=BRANCHED,
        ),
        PathVerdict(UpdatePath("dense", "ref", "xla"), "identical", "same source"),
        PathVerdict(
            UpdatePath("sparse", "resource", "cpu"), "undecided", "",
            reason="fancy<T>(speed) is not known", new=BRANCHED,
        ),
    )  # fmt: skip
    return OptimizerReport(
        name=SLED,
        old_path=PY_OLD,
        new_path=PY_NEW,
        verdict=Verdict(
            "The weights move differently on 2 of 6 paths: epsilon moved inside the root.",
            "differs", "unchanged", "renamed", "extended", "changed",
        ),
        paths=paths,
        unchanged=("default:learning_rate", "default:epsilon", "slot:brake", "op:ApplySled"),
        findings=(EPSILON_MOVED, LOCKING, SLOT_RENAMED, PARAMETER_ADDED, BASE_CHECK, DOCS),
        regions=regions,
        unknowns=(
            Unknown("a call that is not known", "fancy<T>(speed)", Span(CPP, 330, 331)),
            Unknown("the wheel has no C++ kernels"),
        ),
        slots=(
            ComparedSlot(slot("velocity", 30), slot("speed", 40)),
            ComparedSlot(slot("brake", 31), slot("brake", 41)),
            ComparedSlot(None, slot("spare", 42)),
        ),
        other_notes=(ReleaseNote("2.0.0", "SledOptimizer works on *ice* too."),),
    )  # fmt: skip


def quiet(name: str, summary: str) -> OptimizerReport:
    """An optimizer of which little is to be said."""
    path = "snow/python/" + name.rsplit(".", 1)[-1].removesuffix("Optimizer").lower() + ".py"
    return OptimizerReport(
        name=name,
        old_path=path,
        new_path=path,
        verdict=Verdict(summary, "identical", "unchanged", "compatible", "compatible", "unchanged"),
        paths=(PathVerdict(UpdatePath("dense", "ref", "cpu"), "identical", "same source"),),
        unchanged=("default:learning_rate",),
        findings=(),
    )


OLD = Release("v1.0.0", OLD_COMMIT, "https://example.org/snow", "1.0.0")
NEW = Release(
    "v2.0.0", NEW_COMMIT, "https://example.org/snow", "2.0.1",
    warnings=("The tag v2.0.0 holds the sources of 2.0.1.",),
)  # fmt: skip
COVERAGE = Coverage(
    regions=12,
    parsed=10,
    opaque=(Unknown("a macro that is not expanded", "SLED_IT(x)", Span(CPP, 400, 402)),),
    missing=("SYCL kernels at v1.0.0",),
)


def one() -> Report:
    """A report on a single optimizer."""
    return Report(OLD, NEW, (sled(),), COVERAGE, notes=("Read from a local repository.",))


def many() -> Report:
    """A report on several optimizers that share a base class."""
    ski = quiet(
        "snow.train.SkiOptimizer",
        "The weights move identically.",
    )
    ski = replace(ski, regions=sled().regions[3:4], elsewhere=(BASE_CHECK.id,))
    skate = quiet("snow.train.SkateOptimizer", "The weights move identically.")
    lost = OptimizerReport(
        "snow.train.YetiOptimizer", None, "snow/python/yeti.py",
        Verdict("Nothing could be read.", *(["undecided"] * 5)),  # type: ignore[arg-type]
        (), (), (), unknowns=(Unknown("the file does not parse"),),
    )  # fmt: skip
    return Report(OLD, NEW, (skate, ski, sled(), lost), COVERAGE)


def hostile() -> Report:
    """A report whose every text tries to break out of the page."""
    finding = replace(
        EPSILON_MOVED,
        title=HOSTILE,
        explanation=HOSTILE,
        remedy=HOSTILE,
        condition=HOSTILE,
        subject=HOSTILE,
        old=place("old", "</title><b>.py", 1, HOSTILE + "x" * 50_000 + "\n"),
        new=replace(place("new", PY_NEW, 1, HOSTILE), url="javascript:alert(1)"),
        commits=(Commit("0" * 40, HOSTILE, "2017-01-01", None),),
        release_note=ReleaseNote("1.0", HOSTILE),
    )
    region = ComparedRegion(
        "method", HOSTILE, "python", finding.old, finding.new, "changed",
        (Hunk((1, 3), (1, 2), "finding", finding.id),),
    )  # fmt: skip
    optimizer = replace(
        sled(),
        name='snow."><script>alert(2)</script>Optimizer',
        verdict=replace(sled().verdict, summary=HOSTILE),
        findings=(finding,),
        regions=(region,),
        unchanged=(HOSTILE,),
        unknowns=(Unknown(HOSTILE, HOSTILE, Span(HOSTILE, 1, 2)),),
    )
    return Report(OLD, NEW, (optimizer,), COVERAGE, notes=(HOSTILE,))
