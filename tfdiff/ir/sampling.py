"""Points at which rules are compared: drawn per branch, so that every arm is entered.

Points are deterministic: the same rules and domain give the same points. Values have three
significant decimal digits, so that a witness can be read and typed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from tfdiff.ir.domain import Domain, Kind
from tfdiff.ir.evaluate import compiled
from tfdiff.ir.expr import Expr
from tfdiff.ir.switches import Switch, switches
from tfdiff.ir.walk import numbers, symbols

Numbers = npt.NDArray[np.float64]
Column = npt.NDArray[np.generic]  # numbers or truths
SEED: Final = 20170814  # any number; fixed so that reports can be made again
POINTS: Final = 768
PLAIN: Final = 64
FEW: Final = 8  # rows on a side of a switch
ENUMERATED: Final = 6  # so many truths are tried in all combinations
_POWERS: Final = np.array([float(f"1e{power}") for power in range(23)])  # each is exact
TYPICAL: Final[Mapping[Kind, tuple[float, ...]]] = {
    "real": (0.1, -0.2, 0.5, -0.03, 1.0, -2.0),
    "positive": (0.01, 0.1, 0.001),
    "nonnegative": (0.04, 0.3, 0.002, 1.5),
    "nonpositive": (-0.5,),
    "unit": (0.9, 0.99, 0.5),
    "count": (0.0, 1.0, 9.0),
}


@dataclass(frozen=True, slots=True)
class Points:
    """Inputs as columns, and the branch signature of each row.

    Attributes:
        columns: symbol -> values; truths are boolean columns.
        signatures: one number per row; rows with the same number take the same arms.
        plain: how many rows at the start have everyday values.
    """

    columns: dict[str, Column]
    signatures: npt.NDArray[np.int64]
    plain: int

    def row(self, index: int) -> dict[str, Fraction | bool]:
        """One point, exact: the decimal that the double prints as."""
        return {
            name: bool(column[index])
            if column.dtype == np.bool_
            else Fraction(repr(float(column[index])))
            for name, column in self.columns.items()
        }


def points(
    roots: Sequence[Expr], domain: Domain, settings: Mapping[str, float | bool], count: int = POINTS
) -> Points:
    """Draw points for these expressions.

    Args:
        roots: the expressions to be compared.
        domain: which values are allowed.
        settings: everyday values of hyperparameters, such as the defaults.
        count: rows to draw before unvisited branches are sought.
    """
    draw = _Draw(roots, domain, settings)
    columns = draw.columns(count)
    found = switches(roots)
    for _ in range(2):
        extra = draw.entering(found, columns)
        if extra is None:
            break
        columns = {name: np.concatenate([columns[name], extra[name]]) for name in columns}
    return Points(columns, _signatures(found, columns), min(PLAIN, count))


def rows(roots: Sequence[Expr], domain: Domain, count: int) -> dict[str, Column]:
    """Values for the symbols of these expressions, without regard to how they branch.

    The first third are everyday values.
    """
    return _Draw(roots, domain, {}, plain=count // 3).columns(count)


class _Draw:
    def __init__(
        self,
        roots: Sequence[Expr],
        domain: Domain,
        settings: Mapping[str, float | bool],
        plain: int = PLAIN,
    ) -> None:
        self._random = np.random.default_rng(SEED)
        self._domain = domain
        self._settings = settings
        self._plain = plain
        self._names = symbols(roots)
        constants = {float(value) for value in numbers(roots)}
        constants |= {-value for value in constants} | {0.0, 1.0}
        self._constants = np.array(sorted(constants))

    def columns(self, count: int) -> dict[str, Column]:
        truths = [name for name in self._names if self._domain.kind(name) == "boolean"]
        result: dict[str, Column] = {}
        for name in self._names:
            if name not in truths:
                result[name] = self._numbers(name, count)
        if len(truths) <= ENUMERATED:
            table = np.array(list(product([False, True], repeat=len(truths))), dtype=np.bool_)
            rows = np.arange(count) % len(table)
        else:
            table = self._random.random((count, len(truths))) < 0.5  # noqa: PLR2004 - a coin
            rows = np.arange(count)
        for place, name in enumerate(truths):
            result[name] = table[rows, place]
        return result

    def _numbers(self, name: str, count: int) -> Numbers:
        kind = self._domain.kind(name)
        drawn = self._wild(kind, count)
        allowed = self._constants[_within(kind, self._constants)]
        if len(allowed):
            special = self._random.random(count) < 0.15  # noqa: PLR2004 - seldom, but often enough
            drawn = np.where(special, self._random.choice(allowed, count), drawn)
        plain = min(self._plain, count)
        setting = self._settings.get(name)
        if setting is None:
            drawn[:plain] = self._random.choice(np.array(TYPICAL[kind]), plain)
            drawn[0] = TYPICAL[kind][0]
        else:
            drawn[:plain] = float(setting)
            often = np.arange(plain, count)[::4]
            drawn[often] = float(setting)
        return drawn

    def _wild(self, kind: Kind, count: int) -> Numbers:
        random = self._random
        size = 10.0 ** random.uniform(-9, 2, count)
        tame = 10.0 ** random.uniform(-3, 1, count)
        size = np.where(random.random(count) < 0.6, tame, size)  # noqa: PLR2004 - mostly tame
        match kind:
            case "positive":
                drawn = size
            case "nonnegative":
                drawn = np.where(random.random(count) < 0.15, 0.0, size)  # noqa: PLR2004
            case "nonpositive":
                drawn = np.where(random.random(count) < 0.5, -0.5, -random.uniform(0, 1, count))  # noqa: PLR2004
            case "unit":
                drawn = np.where(random.random(count) < 0.1, 0.0, random.uniform(0, 0.999, count))  # noqa: PLR2004
            case "count":
                drawn = random.choice(np.array([0.0, 1.0, 2.0, 3.0, 10.0, 100.0]), count)
            case _:
                drawn = size * random.choice(np.array([-1.0, 1.0]), count)
                drawn = np.where(random.random(count) < 0.15, 0.0, drawn)  # noqa: PLR2004
        return _three_digits(drawn)

    def entering(
        self, found: tuple[Switch, ...], columns: dict[str, Column]
    ) -> dict[str, Column] | None:
        """Rows on sides of switches that hardly any row has; None if nothing new was found."""
        extra: list[dict[str, Column]] = []
        for switch in found:
            signs = _signs(switch.value, columns)
            wanted = {-1.0, 1.0} | ({0.0} if switch.equality else set())
            missing = {sign for sign in wanted if np.count_nonzero(signs == sign) < FEW}
            if missing:
                extra.extend(self._search(switch.value, missing, columns))
        if not extra:
            return None
        return {name: np.concatenate([rows[name] for rows in extra]) for name in columns}

    def _search(
        self, value: Expr, missing: set[float], columns: dict[str, Column]
    ) -> list[dict[str, Column]]:
        """Vary one symbol at a time, also to the values of the others."""
        support = [name for name in symbols([value]) if self._domain.kind(name) != "boolean"]
        if not support:
            return []
        bases = self._random.integers(0, _rows(columns), 24)
        others = np.stack([columns[name][bases].astype(np.float64) for name in support], axis=1)
        result: list[dict[str, Column]] = []
        for name in support:
            kind = self._domain.kind(name)
            grid = np.concatenate([self._wild(kind, 24), self._constants])
            values = np.concatenate([np.tile(grid, (len(bases), 1)), others, -others], axis=1)
            rows = np.repeat(bases, values.shape[1])
            trial = {key: column[rows] for key, column in columns.items()}
            trial[name] = values.reshape(-1)
            allowed = _within(kind, values.reshape(-1))
            signs = np.where(allowed, _signs(value, trial), np.nan)
            for sign in sorted(missing):
                hits = np.flatnonzero(signs == sign)[:32]
                if len(hits):
                    result.append({key: column[hits] for key, column in trial.items()})
        return result


def _three_digits(values: Numbers) -> Numbers:
    """The nearest numbers of three significant digits, as the doubles that print so."""
    places = 2 - np.floor(np.log10(np.where(values == 0, 1.0, np.abs(values)))).astype(np.int64)
    below, above = (_POWERS[np.clip(sign * places, 0, None)] for sign in (1, -1))
    return np.asarray(np.rint(values * below / above) / below * above)


def _within(kind: Kind, values: Numbers) -> npt.NDArray[np.bool_]:
    inside = np.isfinite(values)
    match kind:
        case "positive":
            inside &= values > 0
        case "nonnegative":
            inside &= values >= 0
        case "nonpositive":
            inside &= values <= 0
        case "unit":
            inside &= (values >= 0) & (values < 1)
        case "count":
            inside &= (values >= 0) & (values == np.floor(values))
        case _:
            pass
    return inside


def _signs(value: Expr, columns: dict[str, Column]) -> Numbers:
    """The sign of an expression in every row; NaN where it has no value."""
    program = compiled((("value", value),))
    with np.errstate(all="ignore"):
        result = program.step(program.start({}, np.float64), columns)["value"]
    return np.broadcast_to(np.sign(np.asarray(result, dtype=np.float64)), _rows(columns))


def _signatures(found: tuple[Switch, ...], columns: dict[str, Column]) -> npt.NDArray[np.int64]:
    marks: list[Numbers] = [
        np.nan_to_num(_signs(switch.value, columns), nan=2.0) for switch in found
    ]
    marks += [column.astype(np.float64) for column in columns.values() if column.dtype == np.bool_]
    if not marks:
        return np.zeros(_rows(columns), dtype=np.int64)
    _, inverse = np.unique(np.stack(marks, axis=1), axis=0, return_inverse=True)
    return np.asarray(inverse, dtype=np.int64).reshape(-1)


def _rows(columns: Mapping[str, Column]) -> int:
    return len(next(iter(columns.values()))) if columns else 1
