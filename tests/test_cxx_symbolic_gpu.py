"""GPU functors: lazy Eigen, raw CUDA kernels with pointers, launch arguments."""

import pytest

from tests.cxx_symbolic_kit import SPARSE, formulas, gpu

LOOPS = [
    "CUDA_1D_KERNEL_LOOP(i, size) {",
    "GPU_1D_KERNEL_LOOP(i, size) {",
    "for (int i : GpuGridRangeX<int>(size)) {",
    "for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < size; i += stripe) {",
    "{ const int i = blockIdx.x * blockDim.x + threadIdx.x; if (i >= size) return;",
    "int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < size) {",
]


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize(
    "launch",
    [
        "Move<T><<<c.block_count, c.thread_per_block, 0, d.stream()>>>(",
        "TF_CHECK_OK(GpuLaunchKernel(Move<T>, c.block_count, c.thread_per_block, 0, d.stream(), ",
    ],
)
def test_raw_kernel_over_pointers(loop: str, launch: str) -> None:
    closing = ")" * (launch.count("(") - launch.count(")"))
    rule = gpu(
        f"""
template <typename T>
__global__ void Move(int32 size, T* v, T* a, const T* const lr_, const T* g) {{
  const T step = (*lr_) * T(2);
  const int stripe = gridDim.x * blockDim.x;
  {loop}
    auto a_i = a[i];
    a_i = a_i + g[i];
    v[i] -= step * a_i / lr_[0];
    a[i] = a_i;
  }}
}}
""",
        f"""
    int32 count = grad.dimension(0);
    GpuLaunchConfig c = GetGpuLaunchConfig(count, d);
    {launch}count, var.data(), acc.data(), lr.data(), grad.data(){closing};
""",
    )
    assert formulas(rule) == {"var": "var - lr*2*(acc + grad)/lr", "acc": "acc + grad"}
    assert not rule.unknowns


def test_rows_of_a_flat_matrix_are_found_by_division() -> None:
    rule = gpu(
        """
template <typename T, typename Tindex>
__global__ void Move(T* v, const T* lr, const T* g, const Tindex* rows, Tindex limit,
                     Tindex size, Tindex count) {
  Tindex columns = size / count;
  GPU_1D_KERNEL_LOOP(at, size) {
    Tindex row = rows[at / columns];
    if (row < 0 || row >= limit) {
      continue;
    }
    Tindex place = row * columns + (at % columns);
    T v_i = v[place];
    v_i -= *lr * g[at];
    v[place] = v_i;
  }
}
""",
        """
    const Tindex size = grad.size();
    if (size != 0) {
      TF_CHECK_OK(GpuLaunchKernel(Move<T, Tindex>, b, t, 0, d.stream(), var.data(), lr.data(),
                                  grad.data(), indices.data(), var.dimension(0), size,
                                  indices.size()));
    }
""",
        SPARSE,
    )
    assert formulas(rule) == {"var": "var - lr*grad"}
    assert rule.duplicates == "unknown"


def test_atomic_additions_sum_duplicates() -> None:
    rule = gpu(
        """
template <typename T, typename Tindex>
__global__ void Move(T* v, const T* g, const Tindex* rows, Tindex columns, Tindex size) {
  GPU_1D_KERNEL_LOOP(at, size) {
    Tindex row = rows[at / columns];
    GpuAtomicAdd(v + row * columns + at % columns, -ldg(g + at));
  }
}
""",
        """
    GpuLaunchKernel(Move<T, Tindex>, b, t, 0, d.stream(), var.data(), grad.data(),
                    indices.data(), var.dimension(1), grad.size());
""",
        SPARSE,
    )
    assert formulas(rule) == {"var": "var + (-grad)"}
    assert rule.duplicates == "summed"


def test_neighbouring_element_is_another_one() -> None:
    rule = gpu(
        """
template <typename T>
__global__ void Move(int32 size, T* v, const T* g) {
  GPU_1D_KERNEL_LOOP(i, size) { v[i] -= g[i + 1]; }
}
""",
        "GpuLaunchKernel(Move<T>, b, t, 0, d.stream(), grad.size(), var.data(), grad.data());",
    )
    assert formulas(rule) == {"var": "var - grad[(i + 1)]"}


def test_launcher_that_is_not_known_is_not_guessed() -> None:
    rule = gpu(
        "template <typename T> __global__ void Move(T* v) { v[0] = T(0); }",
        "SomeLauncher(Move<T>, var.data(), grad.data());",
    )
    assert "var" in dict(rule.states)
    assert rule.unknowns


def test_eigen_functor_with_broadcasts() -> None:
    rule = gpu(
        "",
        """
    Eigen::array<typename TTypes<T>::Tensor::Index, 1> bcast;
    bcast[0] = grad.dimension(0);
    Eigen::Sizes<1> single;
    const auto one = static_cast<T>(1.0);
    acc.device(d) = acc + (lr.constant(one) - lr).reshape(single).broadcast(bcast) * (grad - acc);
    var.device(d) -= lr.reshape(single).broadcast(bcast) * acc;
""",
    )
    assert formulas(rule) == {
        "var": "var - lr*(acc + (1 - lr)*(grad - acc))",
        "acc": "acc + (1 - lr)*(grad - acc)",
    }
