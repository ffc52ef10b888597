"""Which Python files of a tree may hold optimizers, judged by their paths alone.

A release is fetched file by file, so the choice is made before any content is seen. It is by
convention, not by a list of optimizers: whatever is called after optimizers, lives in a folder
that is, or lives beside the base class in ``training/`` belongs, and so do the package files
(``__init__``) that give those their public names. ``catalog`` adds the few files that those
packages name as the home of a class called ``...Optimizer``.
"""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

_OPTIM = re.compile(r"optimi[sz]|moving_average")
_FOLDER = re.compile(r"(^|_)optim(i[sz]ers?|i[sz]ation)?($|_)|^opt$")
# algorithm families: repositories without a folder for them name files after them
_FAMILY = re.compile(
    r"(^|_)(adam\w*|ada(grad|delta|factor|belief|bound)\w*|sgd\w*|lamb|lars|rmsprop|ftrl|yogi"
    r"|lion|novograd|shampoo|lookahead|momentum|k?fac)(_|$)"
)
_TEST = re.compile(
    r"(^|/)(tests?|testing|benchmarks?|examples?|integration_tests?)/|_test(_\w+)?\.py$"
    r"|(^|/)(test_|conftest)[^/]*$|_benchmark\.py$"
)
# graph optimizers, converters and other frameworks' backends, none of which moves a weight
_FOREIGN = re.compile(
    r"(^|/)(grappler|lite|compiler|tools|third_party|docs?|core|jax|torch|openvino|numpy"
    r"|_api|api/_v\d|_tf_keras|schedules|datasets?|data|saved_model|layers/python)/"
)
# what else lives in training/: sessions, savers, queues; many and large, and no part of a step
_NO_STEP = re.compile(
    r"sess|saver|saveable|supervis|server|summary|checkpoint|queue|input|coord|device|distrib"
    r"|evaluat|decay|_hooks?|loops|tensorboard|warm|monitor|schedul|cluster|quantiz"
)
EPSILON_HOMES = ("backend_config.py", "backend/common.py", "backend/config.py")
# what is no optimizer's source, but tells the version and the training ops' signatures
_BESIDE = frozenset(
    {
        "tensorflow/core/public/version.h",
        "tensorflow/core/ops/training_ops.cc",
        "tensorflow/python/training/gen_training_ops.py",
    }
)
_API = re.compile(
    r"^tensorflow/((api|compat)_template(_v1)?\.__init__|_api/v1/compat/v1/__init__)\.py$"
)
_CONTRIB_PACKAGE = re.compile(r"^tensorflow/contrib/\w+/__init__\.py$")


_HOMES_OF_THE_REST = (*_BESIDE, "tensorflow/_api/v1/compat/v1/__init__.py")


def may_hold(folder: str) -> bool:
    """Whether ``choose`` could choose anything in a folder or below it, by its path alone."""
    inside = f"{folder}/"
    if any(path.startswith(inside) for path in _HOMES_OF_THE_REST):
        return True
    return not _TEST.search(inside) and not _FOREIGN.search(inside)


def choose(paths: Sequence[str]) -> tuple[str, ...]:
    """The paths that may hold optimizers, their bases, helpers and public names, sorted."""
    python = [path for path in paths if path.endswith(".py")]
    own = [path for path in python if not _TEST.search(path) and not _FOREIGN.search(path)]
    homes = {path.removesuffix("optimizer.py") for path in own if path.endswith("/optimizer.py")}
    homes = {home for home in homes if home.endswith("/training/")}
    chosen = {path for path in own if _belongs(path, homes)}
    everything = set(python)
    chosen |= _packages(chosen) & everything
    chosen |= _configuration(chosen, everything)
    chosen |= {path for path in own if _CONTRIB_PACKAGE.match(path)}
    chosen |= {path for path in paths if path in _BESIDE or _API.match(path)}
    return tuple(sorted(chosen))


def _belongs(path: str, homes: set[str]) -> bool:
    *folders, name = path.split("/")
    stem = name.removesuffix(".py")
    if _OPTIM.search(stem) or _FAMILY.search(stem):
        return True
    if any(_FOLDER.search(folder) for folder in folders):
        return not _NO_STEP.search(stem) or "optim" in stem or _FAMILY.search(stem) is not None
    home = path.removesuffix(name)
    return home in homes and not _NO_STEP.search(stem)


def _packages(paths: set[str]) -> set[str]:
    return {
        str(folder / "__init__.py")
        for path in paths
        for folder in PurePosixPath(path).parents
        if str(folder) != "."
    }


def _configuration(chosen: set[str], everything: set[str]) -> set[str]:
    """Where Keras keeps its default epsilon: a small file, or else the backend itself."""
    found: set[str] = set()
    for folder in {str(folder) for path in chosen for folder in PurePosixPath(path).parents}:
        if "keras" not in folder:
            continue
        small = {f"{folder}/{home}" for home in EPSILON_HOMES} & everything
        found |= small or {f"{folder}/backend.py"} & everything
        found |= {f"{folder}/backend/__init__.py"} & everything if small else set()
    return found
