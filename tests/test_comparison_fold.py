"""One cause is told once, with all that it reaches and all that it is about."""

from dataclasses import replace

from tests.sample_report import quiet
from tfdiff.comparison.fold import fold
from tfdiff.findings import Finding, OptimizerReport, Place


def _finding(rule: str, optimizer: str, subject: str, title: str, path: str) -> Finding:
    place = Place(path, 1, 2, "")
    return Finding(
        rule=rule,
        optimizer=optimizer,
        facet="kernel-dtype-registration",
        effect="api",
        certainty="proved",
        subject=subject,
        condition=None,
        title=title,
        explanation="",
        remedy="",
        old=place,
        new=place,
    )


def _reports(*findings: Finding) -> tuple[OptimizerReport, ...]:
    empty = replace(quiet("tf.train.Glide", ""), findings=(), regions=(), elsewhere=())
    return tuple(
        replace(empty, name=one.optimizer, old_path="", new_path="", findings=(one,))
        for one in findings
    )


def _told(*findings: Finding) -> list[Finding]:
    return [finding for report in fold(_reports(*findings)) for finding in report.findings]


def test_ops_that_are_registered_alike_are_one_finding() -> None:
    rule = "kernel-registration-changed"
    (told,) = _told(
        _finding(rule, "tf.contrib.Glide", "ApplyGlide", "ApplyGlide: on XLA", "k.cc"),
        _finding(rule, "tf.train.Slide", "ApplySlide", "ApplySlide: on XLA", "k.cc"),
    )
    assert told.subject == "ApplyGlide, ApplySlide"
    assert told.title == "ApplyGlide, ApplySlide: on XLA"
    assert (told.optimizer, told.also_reaches) == ("tf.train.Slide", ("tf.contrib.Glide",))


def test_what_differs_in_another_way_or_file_is_another_finding() -> None:
    rule = "kernel-registration-changed"
    told = _told(
        _finding(rule, "tf.train.Glide", "ApplyGlide", "ApplyGlide: on XLA", "k.cc"),
        _finding(rule, "tf.train.Slide", "ApplySlide", "ApplySlide: on GPU", "k.cc"),
        _finding(rule, "tf.train.Swirl", "ApplySwirl", "ApplySwirl: on XLA", "other.cc"),
    )
    assert [one.subject for one in told] == ["ApplyGlide", "ApplySlide", "ApplySwirl"]


def test_names_that_moved_together_are_one_finding_wherever_the_classes_stand() -> None:
    rule, subject = "public-name-changed", "from tf.contrib.train -> -"
    (told,) = _told(
        _finding(rule, "tf.train.Glide", subject, "No longer from tf.contrib.train", "glide.py"),
        _finding(rule, "tf.train.Slide", subject, "No longer from tf.contrib.train", "slide.py"),
    )
    assert told.also_reaches == ("tf.train.Slide",)


def test_what_is_said_alike_of_classes_with_a_file_each_is_one_finding() -> None:
    def config(name: str, said: str) -> Finding:
        plain = _finding(
            "config-changed", f"tf.train.{name}", name, "Saved otherwise", f"{name}.py"
        )
        return replace(plain, certainty="read", explanation=f"It is in {name}.get_config. {said}")

    (told,) = _told(config("Glide", "It was a."), config("Slide", "It was a."))
    assert told.also_reaches == ("tf.train.Slide",)
    assert told.explanation == "It is in Glide.get_config. It was a. The same holds for Slide."
    assert len(_told(config("Glide", "It was a."), config("Slide", "It was b."))) == 2


def test_kernels_that_are_built_alike_are_one_finding() -> None:
    def built(name: str, op: str) -> Finding:
        title = "GPU kernels are built for ROCm"
        plain = _finding("kernel-build-changed", name, f"GPU: {op}", title, "k.cc")
        return replace(plain, explanation=f"It concerns {op}.")

    (told,) = _told(built("tf.train.Glide", "ApplyGlide"), built("tf.train.Slide", "ApplySlide"))
    assert told.subject == "GPU: ApplyGlide, ApplySlide"
    assert told.explanation == "It concerns ApplyGlide, ApplySlide."


def test_one_mechanism_that_a_helper_and_a_kernel_got_is_one_finding() -> None:
    def of(subject: str, path: str, name: str) -> Finding:
        plain = _finding("variable-access-changed", name, subject, "now copy-on-write", path)
        return replace(plain, explanation=f"It concerns {subject}, with the kernels that call it.")

    (told,) = _told(
        of("GetInput", "helpers.h", "tf.train.Glide"), of("ScatterOp", "ops.cc", "tf.train.Slide")
    )
    assert told.subject == "GetInput, ScatterOp"
    assert told.also_reaches == ("tf.train.Slide",)
