"""Branches, helper functions, macros, lambdas: what runs, and under which condition."""

from tests.cxx_symbolic_kit import dense, formulas


def test_branches_on_a_flag_are_joined_by_a_choice() -> None:
    rule = dense("""
    if (flag) {
      var.device(d) -= grad;
    } else {
      var.device(d) -= acc;
    }
    """)
    assert formulas(rule) == {"var": "(var - grad if flag else var - acc)"}


def test_condition_is_evaluated_before_the_branches() -> None:
    rule = dense("""
    T a = lr();
    if (a > 0) { a = T(2) * a; }
    var.device(d) = grad * a;
    """)
    assert formulas(rule) == {"var": "grad*(2*lr if lr > 0 else lr)"}


def test_branch_that_changes_one_state_only_leaves_the_other() -> None:
    rule = dense("""
    if (flag) acc.device(d) += grad;
    var.device(d) -= acc;
    """)
    assert formulas(rule) == {
        "var": "var - (acc + grad if flag else acc)",
        "acc": "(acc + grad if flag else acc)",
    }


def test_return_from_a_branch_skips_the_rest() -> None:
    rule = dense("""
    if (flag) {
      var.device(d) = grad;
      return;
    }
    var.device(d) = acc;
    """)
    assert formulas(rule) == {"var": "(grad if flag else acc)"}


def test_giving_up_on_an_empty_tensor_is_no_part_of_the_rule() -> None:
    rule = dense("""
    if (grad.size() == 0) return;
    if (var.dimension(0) > 0) {
      var.device(d) -= grad;
    }
    """)
    assert formulas(rule) == {"var": "var - grad"}


def test_function_of_the_sources_is_entered() -> None:
    before = """
    template <typename T>
    T clipped(const T x, const T& bound) {
      if (x > bound) {
        return bound;
      }
      return x < -bound ? -bound : x;
    }
    """
    rule = dense(
        """
    for (int i = 0; i < var.size(); i++) {
      var(i) = clipped(grad(i), lr());
    }
    """,
        before,
    )
    assert formulas(rule) == {"var": "(lr if grad > lr else -lr if grad < -lr else grad)"}


def test_tensors_passed_by_value_are_the_same_memory() -> None:
    before = """
    template <typename VarTy, typename GradTy, typename T>
    void Shrink(VarTy v, GradTy twice, T factor) { v -= twice * factor; }
    """
    rule = dense("Shrink(var, grad + acc, lr());", before)
    assert formulas(rule) == {"var": "var - (grad + acc)*lr"}


def test_function_local_macro_is_expanded() -> None:
    rule = dense("""
#define MOVE(by)            \\
  auto doubled = by + by;   \\
  var.device(d) -= doubled; \\
  acc.device(d) += by.square();
    if (flag) {
      MOVE(grad);
    } else {
      auto other = grad * lr();
      MOVE(other);
    }
#undef MOVE
    """)
    assert formulas(rule)["var"] == "(var - (grad + grad) if flag else var - (grad*lr + grad*lr))"
    assert not rule.unknowns


def test_template_flag_of_the_use_selects_the_branch() -> None:
    before = """
    template <typename T, bool doubled>
    T scaled(T x) {
      if (doubled) { return x * T(2); }
      return x;
    }
    """
    rule = dense(
        """
    for (int i = 0; i < var.size(); i++) {
      var(i) -= scaled<T, /*doubled=*/true>(grad(i));
      acc(i) -= scaled<T, false>(grad(i));
    }
    """,
        before,
    )
    assert formulas(rule) == {"var": "var - grad*2", "acc": "acc - grad"}


def test_parallel_ranges_over_raw_pointers_are_one_element() -> None:
    rule = dense("""
    T* var_ptr = var.data();
    const T* grad_ptr = grad.data();
    const T step = T(2) * lr();
    Index length = var.size();
    Index packet = Eigen::internal::packet_traits<T>::size;
    if (length % packet == 0) {
      length = length / packet;
    } else {
      packet = 1;
    }
    auto shard = [var_ptr, grad_ptr, step, packet](int begin, int end) {
      int size = (end - begin) * packet;
      begin = begin * packet;
      auto v = typename TTypes<T>::UnalignedTensor(var_ptr + begin, size);
      auto g = typename TTypes<T>::UnalignedConstTensor(grad_ptr + begin, size);
      v -= g * step;
    };
    d.parallelFor(length, cost, shard);
    """)
    assert formulas(rule) == {"var": "var - grad*(2*lr)"}
    assert not rule.unknowns


def test_other_build_s_preprocessor_branch_is_left_out() -> None:
    rule = dense("""
#if TENSORFLOW_USE_ROCM
    var.device(d) = acc;
#else
    var.device(d) -= grad;
#endif
#ifdef EIGEN_USE_THREADS
    acc.device(d) = grad;
#endif
    """)
    assert formulas(rule) == {"var": "var - grad", "acc": "grad"}


def test_macros_of_the_file_stand_for_values_and_expressions() -> None:
    before = """
#define TWICE(x) ((x) + (x))
#define FACTOR 0.25
    """
    rule = dense("var.device(d) -= TWICE(grad) * static_cast<T>(FACTOR);", before)
    assert formulas(rule) == {"var": "var - (grad + grad)*0.25"}


def test_constants_of_the_file() -> None:
    rule = dense("var.device(d) -= grad * T(kFactor);", "constexpr float kFactor = 1e-3f;")
    assert formulas(rule) == {"var": "var - grad*0.001"}


def test_method_defined_outside_its_class_and_static_method() -> None:
    before = """
    struct Tools {
      template <typename T> static T Half(T x) { return x / T(2); }
      float Twice(float x);
    };
    float Tools::Twice(float x) { return x + x; }
    """
    rule = dense(
        """
    Tools tools;
    for (int i = 0; i < n; i++) var(i) -= Tools::Half(grad(i)) * tools.Twice(lr());
    """,
        before,
    )
    assert formulas(rule) == {"var": "var - grad/2*(lr + lr)"}


def test_functor_object_with_a_name() -> None:
    before = """
    template <typename T> struct Scale {
      T operator()(T x, T y) const { return x * y; }
    };
    """
    rule = dense(
        "Scale<T> scale; for (int i = 0; i < n; i++) var(i) = scale(var(i), lr());", before
    )
    assert formulas(rule) == {"var": "var*lr"}


def test_temporary_tensor_holds_nothing_until_it_is_set() -> None:
    rule = dense("""
    Eigen::Tensor<T, 1> kept(var.dimensions());
    kept.device(d) = var + grad;
    var.device(d) = grad;
    acc.device(d) = kept;
    """)
    assert formulas(rule) == {"var": "grad", "acc": "var + grad"}
    unset = dense("Eigen::Tensor<T, 1> kept(var.dimensions()); var.device(d) = kept;")
    assert [unknown.reason for unknown in unset.unknowns] == ["read before it was set"]


def test_scalar_read_as_the_first_element_of_a_vector() -> None:
    rule = dense("""
    const T* rate = lr.data();
    var.device(d) -= grad * rate[0] * *rate;
    """)
    assert formulas(rule) == {"var": "var - grad*lr*lr"}


def test_loop_that_is_left_early_is_not_understood() -> None:
    rule = dense("""
    for (int i = 0; i < n; i++) {
      if (grad(i) > lr()) break;
      var(i) -= grad(i);
    }
    """)
    assert [unknown.reason for unknown in rule.unknowns] == ["loop left before its end"]


def test_element_by_row_and_column_and_its_transpose() -> None:
    rule = dense("""
    T* v = var.data();
    const T* g = grad.data();
    const int columns = var.dimension(0);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        v[i * columns + j] -= g[i * columns + j];
        acc(i, j) = grad(j, i);
      }
    }
    """)
    values = formulas(rule)
    assert values["var"] == "var - grad"
    assert values["acc"] == "grad[j, i]"


def test_static_method_of_a_specialization() -> None:
    before = """
    enum class How { ADD, SET };
    template <How how> struct Apply {};
    template <> struct Apply<How::ADD> {
      template <typename P, typename U> static void Run(P p, U u) { p += u; }
    };
    template <> struct Apply<How::SET> {
      template <typename P, typename U> static void Run(P p, U u) { p = u; }
    };
    template <How how, typename V, typename G>
    void Do(V v, G g) { Apply<how>::Run(v, g); }
    """
    rule = dense("Do<How::ADD>(var, grad); Do<How::SET>(acc, grad * lr());", before)
    assert formulas(rule) == {"var": "var + grad", "acc": "grad*lr"}
