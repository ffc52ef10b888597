"""The gradients that every release is fed with: fixed, of many sizes, with zeros among them."""

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

STEPS: Final = 200
ROWS: Final = 21
COLUMNS: Final = 5  # not a multiple of a vector register: the last elements take Eigen's scalar way
TOUCHED: Final = 8
SEED: Final = 20170814

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]


def write_gradients(path: Path) -> None:
    """Write the sets of gradients, each with the weights it starts from."""
    random = np.random.default_rng(SEED)
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for kind, shape in (
        ("dense", (ROWS, COLUMNS)),
        ("sparse", (ROWS, COLUMNS)),
        ("duplicates", (ROWS, COLUMNS)),
        ("single", (ROWS,)),
    ):
        rows = ROWS if kind == "dense" else TOUCHED
        arrays[f"{kind}/initial"] = random.normal(0, 0.5, shape).astype(np.float32)
        arrays[f"{kind}/values"] = _values(random, (STEPS, rows, *shape[1:]))
        if kind != "dense":
            again = kind == "duplicates"
            arrays[f"{kind}/indices"] = np.stack(
                [random.choice(ROWS, TOUCHED, replace=again) for _ in range(STEPS)]
            ).astype(np.int32)
    np.savez(path, **arrays)  # type: ignore[arg-type]


def _values(random: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Each element has a size and a direction of its own, as weights in training have."""
    size = 10.0 ** random.uniform(-3, 0, shape[1:])
    direction = random.normal(0, 0.5, shape[1:])
    values = size * (direction + random.normal(0, 1, shape))
    return np.where(random.random(shape) < 0.05, 0, values).astype(np.float32)  # noqa: PLR2004


def row_gradients(
    indices: Indices, values: Floats, rows: int
) -> list[tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]]]:
    """The occurrences of each row: gradients and masks, steps x rows x columns each.

    The first pair holds the first occurrence of each row, the second the second, and so on.
    """
    steps = len(values)
    gradients: list[Floats] = []
    masks: list[npt.NDArray[np.bool_]] = []
    for step in range(steps):
        seen: dict[int, int] = {}
        for place, row in enumerate(indices[step]):
            level = seen.get(int(row), 0)
            seen[int(row)] = level + 1
            if level == len(gradients):
                gradients.append(np.zeros((steps, rows, *values.shape[2:]), np.float32))
                masks.append(np.zeros((steps, rows, *(1,) * (values.ndim - 2)), np.bool_))
            gradients[level][step, row] = values[step, place]
            masks[level][step, row] = True
    return [*zip(gradients, masks, strict=True)]
