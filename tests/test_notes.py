"""Release notes: which entries lie between two releases, and which finding each documents."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.trees import FIXTURES, overlaid
from tfdiff.cli import main
from tfdiff.comparison.documented import document, general
from tfdiff.comparison.documented.speaking import ALL, MEANT, NAMED, SILENT, names_of, speaks
from tfdiff.extract.notes import candidates, parse, read_notes
from tfdiff.extract.store import FactStore
from tfdiff.facts import NoteEntry, OpCall, OptimizerFacts, Span
from tfdiff.findings import Facet, Finding, Place
from tfdiff.run import compare
from tfdiff.sources import SourceOptions, open_releases

NOTES = """# Release 2.1.0

## Bug Fixes
* `tf.glide`:
    * **Glide**: default [step](https://example.org/a_(b)) is
      0.1 now.
    * Another one.

      With a second paragraph.

# Release 1.9.1

* Security only.

# Release 2.0.0

Some words before
any list.

- Plain entry
that goes on without an indent.

# Thanks to our Contributors

Adam Roberts, Momentum Jones

# Changes Since 1.8.0

1. Numbered.

# Release 1.8.0
* Old.
"""


def said(text: str) -> list[tuple[str, str]]:
    return [(entry.version, entry.whole) for entry in parse(text)]


def test_entries_carry_what_they_are_nested_under_and_no_marks() -> None:
    assert said(NOTES) == [
        ("2.1.0", "tf.glide:"),
        ("2.1.0", "tf.glide: Glide: default step is 0.1 now."),
        ("2.1.0", "tf.glide: Another one. With a second paragraph."),
        ("1.9.1", "Security only."),
        ("2.0.0", "Some words before any list."),
        ("2.0.0", "Plain entry that goes on without an indent."),
        ("1.8.0", "Numbered."),
        ("1.8.0", "Old."),
    ]


def test_an_entry_knows_its_heading_and_lines() -> None:
    entry = parse(NOTES)[1]
    assert (entry.heading, entry.span.line, entry.span.end_line) == ("Bug Fixes", 5, 6)


@pytest.mark.parametrize(
    "heading",
    ["# Release 1.2.0", "## [1.2.0] - 2020-01-01", "# TensorFlow 1.2.0", "## v1.2.0", "# 1.2.0:"],
)
def test_every_way_to_head_a_release_is_read(heading: str) -> None:
    assert said(f"{heading}\n* One.\n") == [("1.2.0", "One.")]


def test_names_of_people_are_no_entries() -> None:
    text = "# Release 1.0\nThis release contains contributions from many people:\n\nAdam, Ada\n"
    assert said(text) == []


def test_underscores_of_names_stay() -> None:
    assert said("# Release 1.0\n* `Optimizer.__init__` takes\\_it\n") == [
        ("1.0", "Optimizer.__init__ takes_it")
    ]


def between(folder: Path, old: str, new: str, text: str | None = NOTES) -> list[str] | str:
    trees = []
    for version in (old, new):
        tree = folder / f"tensorflow-{version}"
        header = tree / "tensorflow/core/public/version.h"
        header.parent.mkdir(parents=True, exist_ok=True)
        major, minor, patch = version.split(".")
        header.write_text(
            f"#define TF_MAJOR_VERSION {major}\n#define TF_MINOR_VERSION {minor}\n"
            f'#define TF_PATCH_VERSION {patch}\n#define TF_VERSION_SUFFIX ""\n'
        )
        if text is not None:
            (tree / "RELEASE.md").write_text(text)
        trees.append(str(tree))
    releases = open_releases(trees, SourceOptions(kind="folder"))
    notes = read_notes(releases[0], releases[1], FactStore(None))
    if notes.entries is None:
        return notes.missing
    return [entry.version for entry in notes.entries]


@pytest.mark.parametrize(
    ("old", "new", "versions"),
    [
        ("2.0.0", "2.1.0", ["2.1.0"] * 3),
        ("2.1.0", "2.0.0", ["2.1.0"] * 3),  # the later one has the notes, whichever comes first
        ("1.9.0", "2.0.0", ["1.9.1", "2.0.0", "2.0.0"]),
        ("1.8.0", "1.9.0", ["1.8.0"]),  # what came since 1.8.0
        ("1.7.0", "1.8.0", ["1.8.0"]),
    ],
)
def test_the_sections_after_the_earlier_release_count(
    tmp_path: Path, old: str, new: str, versions: list[str]
) -> None:
    assert between(tmp_path, old, new) == versions


def test_notes_that_are_not_there_are_missing_and_not_silent(tmp_path: Path) -> None:
    assert "carries none" in between(tmp_path, "1.0.0", "2.0.0", None)
    assert "no section" in between(tmp_path, "2.1.0", "2.2.0")


def test_only_files_at_the_top_are_release_notes() -> None:
    paths = ["RELEASE.md", "CHANGELOG.md", "README.md", "docs/RELEASE.md", "release_notes.md"]
    assert candidates(paths) == ("RELEASE.md", "CHANGELOG.md", "release_notes.md")


def adam(*, keras: bool = False) -> OptimizerFacts:
    name = "tf.keras.optimizers.Adam" if keras else "tf.train.AdamOptimizer"
    call = OpCall("_apply_dense", "ApplyAdam", (), Span("adam.py", 9, 9))
    facts = replace(OptimizerFacts.absent(name), public_names=(name,), calls=(call,))
    return replace(facts, class_name=name.rpartition(".")[2])


def momentum() -> OptimizerFacts:
    name = "tf.train.MomentumOptimizer"
    facts = replace(OptimizerFacts.absent(name), public_names=(name,))
    return replace(facts, class_name="MomentumOptimizer")


def entry(text: str, *above: str, heading: str = "") -> NoteEntry:
    return NoteEntry("1.4.0", heading, above, text)


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("Fix AdamOptimizer on GPU.", NAMED),
        ("tf.train.AdamOptimizer takes a schedule.", NAMED),
        ("The ApplyAdam op is faster.", NAMED),
        ("Fix a bug in apply_adam.", NAMED),
        ("Adam: the default learning rate is 0.001 now.", MEANT),
        ("The Adam optimizer works in eager mode.", MEANT),
        ("Speed up the implementation of ADAM.", MEANT),
        ("All optimizers accept callables.", ALL),
        ("tf.keras.optimizers.Adam has a new default.", ALL),  # another class of that name
        ("Thanks to Adam Roberts for training tutorials.", SILENT),
        ("Adam Smith and others improved gradients.", SILENT),
        ("Adam wrote a tutorial.", SILENT),
        ("SdcaAdamantOptimizer is faster.", SILENT),
    ],
)
def test_an_entry_speaks_of_an_optimizer_only_where_it_means_it(text: str, how: int) -> None:
    spoken = speaks(entry(text), names_of(adam(), adam()))
    assert spoken == how or (how == ALL and spoken <= ALL)


@pytest.mark.parametrize(
    "text",
    [
        "The project gains momentum.",
        "Momentum is building for GPU support.",
        "Our momentum in the field of hardware goes on.",
    ],
)
def test_momentum_is_a_word_too(text: str) -> None:
    assert speaks(entry(text), names_of(momentum(), momentum())) == SILENT


def test_momentum_is_an_optimizer_in_the_company_of_its_field() -> None:
    names = names_of(momentum(), momentum())
    assert speaks(entry("Momentum accepts a callable learning rate."), names) == MEANT
    assert speaks(entry("Fix MomentumOptimizer lambda."), names) == NAMED


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("The graph optimizer folds constants.", ""),
        ("Grappler's arithmetic optimizer removes a transpose.", ""),
        ("GraphOptions.OptimizerOptions has a new field.", ""),
        ("Added an XLA optimizer pass.", ""),
        ("optimize_for_inference removes dropout.", ""),
        ("A new optimizer fuses map and batch.", "tf.data"),
        ("The layout optimizer keeps NCHW.", ""),
        ("Better linear optimizer in contrib/linear_optimizer", ""),
    ],
)
def test_what_rewrites_graphs_is_no_optimizer(text: str, heading: str) -> None:
    one = entry(text, heading=heading)
    assert speaks(one, names_of(adam(), adam())) == SILENT
    assert general((one,), ()) == ()


def test_what_stands_above_speaks_for_an_entry_unless_it_names_another() -> None:
    names = names_of(adam(keras=True), adam(keras=True))
    assert speaks(entry("0.002 to 0.001", "tf.keras.optimizers.Adam:"), names) == NAMED
    above = "tf.keras.optimizers default learning rate changes:"
    assert speaks(entry("Adam: 0.002 to 0.001", above), names) == MEANT
    assert speaks(entry("Adagrad: 0.01 to 0.001", above), names) == SILENT


def finding(rule: str, facet: Facet, subject: str, *, old: str = "", new: str = "") -> Finding:
    return Finding(
        rule=rule,
        optimizer="tf.train.AdamOptimizer",
        facet=facet,
        effect="numeric",
        certainty="read",
        subject=subject,
        condition=None,
        title=subject,
        explanation="",
        remedy="",
        old=Place("adam.py", 1, 1, old),
        new=Place("adam.py", 1, 1, new),
    )


DEFAULT = finding("default-changed", "default", "learning_rate")
ADDED = finding("parameter-added", "parameter-added", "use_amsgrad")
CPU = finding("kernel-changed", "update-rule-kernel-cpu", "ApplyAdam<CPUDevice>")
METHOD = finding(
    "method-changed",
    "base-class-behaviour",
    "Optimizer.apply_gradients",
    old="apply(x)",
    new="apply(x, skip_empty=True)",
)

RENAMED = finding("parameter-renamed", "parameter-renamed", "lr -> learning_rate")
MOVED = finding("public-name-changed", "name-deprecation", "tf.train.AdamOptimizer -> -")
ALIASED = finding("public-name-changed", "name-deprecation", "- -> tf.optimizers.Adam")
ELSEWHERE = finding(
    "public-name-changed",
    "name-deprecation",
    "from tf.contrib.imperative -> -",
    old="class AdamOptimizer(object):",
    new="class AdamOptimizer(object):\n  def __init__(self, use_shrinkage=False):",
)
DROPPED = finding("optimizer-removed", "name-deprecation", "tf.contrib.opt.AdamOptimizer")


@pytest.mark.parametrize(
    ("change", "text", "documents"),
    [
        (DEFAULT, "Adam: default learning rate 0.002 to 0.001", True),
        (DEFAULT, "AdamOptimizer accepts a callable epsilon", False),
        (DEFAULT, "AdamOptimizer is documented", False),
        (ADDED, "Add use_amsgrad to AdamOptimizer", True),
        (ADDED, "All optimizers accept use_amsgrad", True),
        (ADDED, "All optimizers are faster", False),
        (CPU, "Fix correctness bug in the CPU and GPU implementations of Adam.", True),
        (CPU, "Fix correctness bug in the GPU implementation of Adam.", False),
        (CPU, "Fix the beta of the Adam optimizer for TPU embeddings.", False),
        (METHOD, "Optimizer.apply_gradients takes skip_empty", True),
        (METHOD, "Optimizer.apply_gradients takes other_thing", False),
        (METHOD, "Fix a bug of AdamOptimizer.", False),
        (RENAMED, "Adam: default learning rate 0.002 to 0.001", False),
        (RENAMED, "Adam: lr is renamed to learning_rate", True),
        (DEFAULT, "ADam: default learning rate 0.002 to 0.001", True),
        (MOVED, "Unification of tf.train.Optimizers and tf.keras.Optimizers.", True),
        (MOVED, "Canned Estimators: tf.train.Optimizers are deprecated", False),
        (ALIASED, "Add module aliases: tf.optimizers = tf.keras.optimizers", True),
        (DROPPED, "tf.contrib: tf.contrib has been deprecated, or removed entirely.", True),
        (ELSEWHERE, "Add use_shrinkage to AdamOptimizer", False),
        (DROPPED, "tf.contrib: expose tf.contrib.proto ops", False),
        (MOVED, "tf.contrib has been deprecated", False),
    ],
)
def test_an_entry_documents_what_it_is_about(
    change: Finding, text: str, *, documents: bool
) -> None:
    (told,), others = document([change], names_of(adam(), adam()), (entry(text),))
    assert told.documented is documents
    assert (told.release_note is not None) is documents
    named = speaks(entry(text), names_of(adam(), adam())) >= MEANT
    assert len(others) == int(named and not documents)


def test_the_entry_that_says_most_is_taken() -> None:
    entries = (entry("AdamOptimizer: new default."), entry("AdamOptimizer: default learning_rate"))
    (told,), others = document([DEFAULT], names_of(adam(), adam()), entries)
    assert told.release_note is not None
    assert told.release_note.text.endswith("learning_rate")
    assert [note.text for note in others] == ["AdamOptimizer: new default."]


def test_a_cosmetic_change_is_documented_by_nothing() -> None:
    docs = finding("docs-only", "docs-only", "AdamOptimizer.__init__")
    (told,), _ = document(
        [docs], names_of(adam(), adam()), (entry("Fix AdamOptimizer.__init__ docs"),)
    )
    assert told.documented is False


def glide(folder: Path, notes: str | None) -> tuple[str, str]:
    pair = FIXTURES / "rules" / "default-changed"
    sides = [overlaid(pair / side, folder / side) for side in ("old", "new")]
    for side, minor in zip(sides, (1, 2), strict=True):
        header = side / "tensorflow/core/public/version.h"
        header.parent.mkdir(parents=True, exist_ok=True)
        header.write_text(
            f"#define TF_MAJOR_VERSION 1\n#define TF_MINOR_VERSION {minor}\n"
            '#define TF_PATCH_VERSION 0\n#define TF_VERSION_SUFFIX ""\n'
        )
        if notes is not None:
            (side / "RELEASE.md").write_text(notes)
    return str(sides[0]), str(sides[1])


def test_the_report_names_documented_changes_and_lists_other_entries(tmp_path: Path) -> None:
    old, new = glide(
        tmp_path,
        "# Release 1.2.0\n* GlideOptimizer flies.\n* Optimizers are fun.\n# Release 1.1.0\n* O.\n",
    )
    report = compare(None, old, new, options=SourceOptions(kind="folder", cache=tmp_path / "c"))
    findings = [one for optimizer in report.optimizers for one in optimizer.findings]
    assert {one.documented for one in findings} == {False}
    notes = [note.text for one in report.optimizers for note in one.other_notes]
    assert notes == ["GlideOptimizer flies."]
    assert [note.text for note in report.other_notes] == ["Optimizers are fun."]


def test_without_notes_nothing_is_called_undocumented(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = glide(tmp_path, None)
    cache = ["--source", "folder", "--cache", str(tmp_path / "c")]
    assert main(["report", old, new, "--coverage", *cache]) == 0
    shown = capsys.readouterr().out
    assert "release notes: " in shown
    assert "carries none" in shown
    report = compare(None, old, new, options=SourceOptions(kind="folder", cache=tmp_path / "c"))
    assert {f.documented for one in report.optimizers for f in one.findings} == {None}
