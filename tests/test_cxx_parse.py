import pytest

from tfdiff.extract.cxx.conditions import decide
from tfdiff.extract.cxx.lex import Hashes, hashes, lex
from tfdiff.extract.cxx.parse import parse, parse_statements, statements

PLAIN = b"""
template <typename T>
T Half(const T x) {
  // divides
  if (x > 0) { return Status("not a " "scalar"); }
  return x / T(2);
}
"""


def hashed(source: bytes) -> Hashes:
    return hashes(lex(source))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"  return x / T(2);", b"  return x /\n      T(2);"),
        (b'"not a " "scalar"', b'"not a scalar"'),
        (b"const T x", b"const  T\n x"),
        (b"template <typename T>\n", b"template <typename T> "),
    ],
)
def test_layout_is_no_part_of_the_hash(old: bytes, new: bytes) -> None:
    assert old in PLAIN
    assert hashed(PLAIN) == hashed(PLAIN.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"), [(b"T(2)", b"T(3)"), (b"x /", b"x *"), (b"not a", b"no"), (b"> 0", b">= 0")]
)
def test_code_is_part_of_the_hash(old: bytes, new: bytes) -> None:
    assert hashed(PLAIN).tokens != hashed(PLAIN.replace(old, new)).tokens


def test_comments_have_a_hash_of_their_own() -> None:
    changed = hashed(PLAIN.replace(b"// divides", b"/* splits */"))
    assert changed.tokens == hashed(PLAIN).tokens
    assert changed.docs != hashed(PLAIN).docs


def test_continued_lines_and_comments_in_directives_are_layout() -> None:
    one = b"#define F(x) x + /*plus=*/1\n"
    two = b"#  define F(x) \\\n    x +       \\\n    1\n"
    assert hashed(one).tokens == hashed(two).tokens


def test_both_spellings_of_a_fixed_width_integer_are_one() -> None:
    assert hashed(b"int64 n;") == hashed(b"int64_t n;")
    assert hashed(b"int64 n;") != hashed(b"int32 n;")


def test_a_comment_sign_in_a_string_is_no_comment() -> None:
    assert [token.kind for token in lex(b'"// no" R"x(/* no */)x"')] == ["string", "string"]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("k.cc", b"class A { void F() override NO_THREAD_SAFETY_ANALYSIS { x(); } };"),
        ("k.cc", b"class A { void F() TF_SHARED_LOCKS_REQUIRED(mu_) override { x(); } };"),
        ("k.cc", b"class A { int x_ TF_GUARDED_BY(mu_); };"),
        ("k.cc", b"class A { void F() LOCKS_REQUIRED(a) LOCKS_EXCLUDED(b); };"),
        ("k.cc", b"void F() { auto f = [this](A* a) LOCKS_REQUIRED(a->mu()) { g(a); }; }"),
        ("k.cc", b"class TF_SCOPED_LOCKABLE A { A(V* v) TF_LOCKS(v->mu()) : v_(v) { f(); } };"),
        ("k.cc", b"void F() { TF_ASSIGN_OR_RETURN(std::pair<A, B> x, G(1, 2)); use(x); }"),
        ("k.cc", b"REGISTER_KERNELS(CPU, float);\nREGISTER_KERNELS(GPU, float)\nint x;"),
        ("k.cc", b"void F() { auto v = typename TTypes<T>::Vec(p, n); }"),
        ("k.cc", b"#define R(T) \\\n  F<T, /*flag=*/true>()\nint x;"),
        ("k.cu.cc", b"template struct F<GPUDevice, float>;\ntemplate struct F<G, double>;"),
        ("k.cu.cc", b"__global__ void K(int n) { GPU_1D_KERNEL_LOOP(i, n) { f(i); } }"),
        ("k.cu.h", b"template <typename T>\n__global__ void K(T* x) { x[0] = T(1); }"),
    ],
)
def test_what_tensorflow_writes_is_accepted_at_equal_length(path: str, source: bytes) -> None:
    parsed = parse(path, source)
    assert parsed.errors == ()
    assert len(parsed.cleaned) == len(source)
    assert parsed.cleaned.count(b"\n") == source.count(b"\n")
    share = parsed.share()
    assert share.parsed + share.skipped + share.macros == len(source)


def test_source_text_keeps_what_the_grammar_did_not_see() -> None:
    parsed = parse("k.cc", b"class A { void F() override NO_THREAD_SAFETY_ANALYSIS { x(); } };")
    assert "NO_THREAD_SAFETY_ANALYSIS" in parsed.text(parsed.root)
    assert [stretch.reason for stretch in parsed.blanked] == [
        "annotation NO_THREAD_SAFETY_ANALYSIS"
    ]


def test_what_no_grammar_accepts_is_counted_as_opaque() -> None:
    parsed = parse("k.cc", b"int good;\nint = = bad ( ;\nint fine;\n")
    assert parsed.errors
    assert parsed.share().opaque > 0


@pytest.mark.parametrize(
    "source",
    [
        b"extern const char* const DEVICE_NAME;",
        b"int f() { return MAX_SIZE; }",
        b"int f() { return (int) MAX_SIZE; }",
        b"void f() { if (x) OP_REQUIRES_OK(ctx, g()); else OP_REQUIRES_OK(ctx, h()); }",
        b"void f() { OP_REQUIRES(ctx, x) OP_REQUIRES_OK(ctx, g()); }",
        b"void f() { for (int i = 0; i < n; ++i) STEP_ONE(i); }",
    ],
)
def test_a_macro_that_computes_is_no_annotation(source: bytes) -> None:
    assert parse("k.cc", source).blanked == ()


def test_a_macro_call_inside_a_function_is_left_to_the_grammar() -> None:
    parsed = parse("k.cc", b"void F() {\n  OP_REQUIRES_OK(ctx, G());\n}\n")
    assert parsed.invocations == ()
    assert parsed.errors == ()


def test_statements_of_an_expanded_macro_can_be_parsed() -> None:
    parsed = parse_statements("accum += grad * grad; var -= lr;")
    assert [parsed.text(node) for node in statements(parsed)] == [
        "accum += grad * grad;",
        "var -= lr;",
    ]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("GOOGLE_CUDA || TENSORFLOW_USE_ROCM", True),
        ("!GOOGLE_CUDA", False),
        ("defined(GOOGLE_CUDA) && !defined(OTHER)", True),
        ("defined GOOGLE_CUDA", True),
        ("OTHER", False),
        ("(VERSION >= 9000) && VERSION < 10000", True),
        ("VERSION == 9", False),
        ("__has_include(x)", None),
        ("__has_include(x) && OTHER", False),
        ("EMPTY", None),
    ],
)
def test_conditions_are_decided_for_a_build(condition: str, holds: bool | None) -> None:  # noqa: FBT001
    assert decide(condition, {"GOOGLE_CUDA": 1, "VERSION": 9001, "EMPTY": None}) is holds
