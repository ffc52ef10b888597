"""The order of the arguments reversed gives the same findings, seen from the other side."""

from pathlib import Path

import pytest

import tfdiff
from tests.mirrored import said, said_in_reverse
from tests.trees import FIXTURES, overlaid

PAIRS = sorted(path for path in (FIXTURES / "rules").iterdir() if path.is_dir())


@pytest.mark.parametrize("pair", PAIRS, ids=lambda path: path.name)
def test_reversed_releases_give_mirrored_findings(pair: Path, tmp_path: Path) -> None:
    old = str(overlaid(pair / "old", tmp_path / "old"))
    new = str(overlaid(pair / "new", tmp_path / "new"))
    cache = tmp_path / "cache"
    there = tfdiff.compare(None, old, new, source="folder", cache=cache)
    back = tfdiff.compare(None, new, old, source="folder", cache=cache)
    assert said(back) == said_in_reverse(there)


_GLIDE_ON_GPU = """
template <typename T>
struct ApplyGlide<GPUDevice, T> {
  void operator()(const GPUDevice& d, typename TTypes<T>::Flat var,
                  typename TTypes<T>::Flat speed,
                  typename TTypes<T>::Flat energy,
                  typename TTypes<T>::ConstScalar lr,
                  typename TTypes<T>::ConstScalar decay,
                  typename TTypes<T>::ConstScalar epsilon,
                  typename TTypes<T>::ConstFlat grad) {
    speed.device(d) = speed * decay() + grad;
    energy.device(d) = energy * decay() + grad.square() * (T(1) - decay());
    var.device(d) -= (speed * lr()) / (energy.sqrt() + epsilon());
  }
};

"""


def test_a_device_that_one_release_alone_registers_is_told_with_its_code_both_ways(
    tmp_path: Path,
) -> None:
    base = FIXTURES / "rules" / "none"
    old, new = overlaid(base, tmp_path / "old"), overlaid(base, tmp_path / "new")
    kernels = new / "tensorflow/core/kernels/training_ops.cc"
    text = kernels.read_text(encoding="utf-8")
    text = text.replace("}  // namespace functor\n", f"{_GLIDE_ON_GPU}}}  // namespace functor\n")
    text = text.replace("#undef REGISTER_CPU", "REGISTER_KERNELS(GPU, float);\n#undef REGISTER_CPU")
    kernels.write_text(text, encoding="utf-8")
    there = tfdiff.compare(None, str(old), str(new), source="folder", cache=tmp_path / "cache")
    back = tfdiff.compare(None, str(new), str(old), source="folder", cache=tmp_path / "cache")
    rules = [finding.rule for one in there.optimizers for finding in one.findings]
    assert rules == ["kernel-registration-changed"]
    assert said(back) == said_in_reverse(there)
