"""Sparse ops: rows by index, row and element paths, which element is read."""

from tests.cxx_symbolic_kit import formulas, sparse

ROWS = """
    auto var_flat = var.flat_outer_dims<T>();
    auto acc_flat = acc.flat_outer_dims<T>();
    auto grad_flat = grad.flat_outer_dims<T>();
"""
ELEMENTS = ROWS.replace("flat_outer_dims", "flat")


def test_row_path_over_chips() -> None:
    rule = sparse(f"""
    if (N > 0) {{ {ROWS}
      for (Tindex i = 0; i < N; i++) {{
        const Tindex index = internal::SubtleMustCopy(indices_vec(i));
        OP_REQUIRES(ctx, FastBoundsCheck(index, first), errors::InvalidArgument("no"));
        auto a = acc_flat.template chip<0>(index);
        auto g = grad_flat.template chip<0>(i);
        auto v = var_flat.template chip<0>(index);
        a += g.square();
        v -= g.constant(lr_scalar) * g * a.rsqrt();
      }}
    }}
    """)
    assert formulas(rule) == {
        "var": "var - lr*grad*rsqrt(acc + grad^2)",
        "acc": "acc + grad^2",
    }
    assert rule.duplicates == "sequential"
    assert not rule.unknowns


def test_row_and_element_paths_that_disagree_are_both_in_the_rule() -> None:
    rule = sparse(f"""
    if (inner_dim > 1) {{ {ROWS}
      for (Tindex i = 0; i < N; i++) {{
        const Tindex index = indices_vec(i);
        auto v = var_flat.chip(index, 0);
        v -= grad_flat.chip(i, 0) * lr_scalar;
      }}
    }} else {{ {ELEMENTS}
      for (Tindex i = 0; i < N; i++) {{
        const Tindex index = indices_vec(i);
        var_flat(index) -= lr_scalar * grad_flat(i);
      }}
    }}
    """)
    assert formulas(rule) == {"var": "(var - grad*lr if inner_dim > 1 else var - lr*grad)"}


def test_paths_that_agree_leave_no_trace() -> None:
    rule = sparse(f"""
    if (inner_dim > 1) {{ {ROWS}
      for (Tindex i = 0; i < N; i++) {{
        auto v = var_flat.chip(indices_vec(i), 0);
        v -= grad_flat.chip(i, 0);
      }}
    }} else {{ {ELEMENTS}
      for (Tindex i = 0; i < N; i++) var_flat(indices_vec(i)) -= grad_flat(i);
    }}
    """)
    assert formulas(rule) == {"var": "var - grad"}


def test_reading_the_row_at_the_position_of_the_index_is_another_row() -> None:
    rule = sparse(f"""{ELEMENTS}
    for (Tindex i = 0; i < N; i++) {{
      const Tindex index = indices_vec(i);
      T g = grad_flat(i) + lr_scalar * var_flat(i);
      var_flat(index) -= g;
    }}
    """)
    assert formulas(rule) == {"var": "var - (grad + lr*var[i])"}


def test_reference_changes_the_row_and_copy_does_not() -> None:
    rule = sparse(f"""{ELEMENTS}
    for (Tindex i = 0; i < N; i++) {{
      const Tindex index = indices_vec(i);
      T& a = acc_flat(index);
      auto copied = var_flat(index);
      a += grad_flat(i);
      copied -= a;
      var_flat(index) = copied / lr_scalar;
    }}
    """)
    assert formulas(rule) == {"var": "(var - (acc + grad))/lr", "acc": "acc + grad"}


def test_element_of_a_row_by_row_and_column() -> None:
    rule = sparse(f"""{ROWS}
    for (Tindex i = 0; i < N; i++) {{
      const Tindex index = indices_vec(i);
      for (int j = 0; j < inner_dim; ++j) {{
        acc_flat(index, j) += grad_flat(i, j);
        var_flat(index, j) -= lr_scalar * acc_flat(index, j);
      }}
    }}
    """)
    assert formulas(rule) == {"var": "var - lr*(acc + grad)", "acc": "acc + grad"}


def test_column_taken_for_a_row_is_another_element() -> None:
    rule = sparse(f"""{ROWS}
    for (Tindex i = 0; i < N; i++) {{
      const Tindex index = indices_vec(i);
      for (int j = 0; j < inner_dim; ++j) {{
        var_flat(index, j) -= grad_flat(j, i);
      }}
    }}
    """)
    assert formulas(rule) == {"var": "var - grad[j, i]"}


def test_writing_another_row_is_not_understood() -> None:
    rule = sparse(f"""{ELEMENTS}
    for (Tindex i = 0; i < N; i++) {{
      var_flat(i) = grad_flat(i) + indices_vec(i);
    }}
    """)
    assert rule.unknowns


def test_number_carried_from_row_to_row_is_not_understood() -> None:
    rule = sparse(f"""{ELEMENTS}
    T sum = 0;
    for (Tindex i = 0; i < N; i++) {{
      const Tindex index = indices_vec(i);
      sum += grad_flat(i);
      var_flat(index) -= sum;
      acc_flat(index) = grad_flat(i);
    }}
    """)
    assert "carried" in dict(rule.states)["var"].args[1].args[0].reason  # type: ignore[union-attr]
    assert formulas(rule)["acc"] == "grad"


def test_loop_that_leaves_rows_out_is_not_understood() -> None:
    rule = sparse(f"""{ELEMENTS}
    for (Tindex i = 1; i < N; i++) {{
      var_flat(indices_vec(i)) -= grad_flat(i);
    }}
    """)
    assert [unknown.reason for unknown in rule.unknowns] == ["loop leaves elements out"]


def test_number_set_anew_for_every_row_is_no_carry() -> None:
    rule = sparse(f"""{ELEMENTS}
    T g;
    for (Tindex i = 0; i < N; i++) {{
      g = grad_flat(i) * lr_scalar;
      var_flat(indices_vec(i)) -= g;
    }}
    """)
    assert formulas(rule) == {"var": "var - grad*lr"}


def test_rows_updated_in_parallel_race() -> None:
    rule = sparse(
        f"""{ELEMENTS}
    const auto shard = [&](Tindex start, Tindex end) -> void {{
      for (Tindex i = start; i < end; ++i) {{
        var_flat(indices_vec(i)) -= grad_flat(i);
      }}
    }};
    ctx->eigen_device<CPUDevice>().parallelFor(N, cost, shard);
    """
    )
    assert formulas(rule) == {"var": "var - grad"}
    assert rule.duplicates == "unknown"
