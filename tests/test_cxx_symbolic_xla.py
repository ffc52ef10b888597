"""XLA kernels: builder methods, operators, inputs by number and by name, inheritance."""

import pytest

from tests.cxx_symbolic_kit import OPS, XLA, formulas, read, register_op, xla

READ = """
    xla::XlaOp var, acc;
    TensorShape shape;
    OP_REQUIRES_OK(ctx, ctx->ReadVariableInput(0, dtype_, &shape, &var));
    OP_REQUIRES_OK(ctx, ctx->ReadVariableInput(1, dtype_, &shape, &acc));
"""
WRITE = """
    OP_REQUIRES_OK(ctx, ctx->AssignVariable(0, dtype_, var));
    OP_REQUIRES_OK(ctx, ctx->AssignVariable(1, dtype_, acc));
"""


def test_builder_methods() -> None:
    rule = xla("""
    xla::ComputationBuilder* b = ctx->builder();
    xla::ComputationDataHandle var, acc;
    OP_REQUIRES_OK(ctx, ctx->ReadVariableInput(0, &var));
    OP_REQUIRES_OK(ctx, ctx->ReadVariableInput(1, &acc));
    xla::ComputationDataHandle half = XlaHelpers::FloatLiteral(b, dtype_, 0.5);
    acc = b->Add(acc, b->Mul(ctx->Input(3), ctx->Input(2)));
    var = b->Sub(var, b->Div(acc, b->Pow(b->Clamp(b->Neg(half), acc, half), half)));
    OP_REQUIRES_OK(ctx, ctx->AssignVariable(0, dtype_, var));
    OP_REQUIRES_OK(ctx, ctx->AssignVariable(1, dtype_, acc));
    """)
    assert formulas(rule) == {
        "var": "var - (acc + grad*lr)/min(max(-0.5, acc + grad*lr), 0.5)^0.5",
        "acc": "acc + grad*lr",
    }


def test_operators_and_functions() -> None:
    rule = xla(f"""{READ}
    xla::XlaOp lr = ctx->Input(2);
    xla::XlaOp grad = ctx->Input("grad");
    xla::XlaOp one = xla::ScalarLike(lr, 1.0);
    acc = xla::Max(acc * lr, xla::Abs(grad)) + (one - lr) * xla::Square(grad);
    var = xla::Select(xla::Gt(lr, xla::ZerosLike(lr)), -var, var) * xla::Rsqrt(acc);
    {WRITE}""")
    assert formulas(rule)["acc"] == "max(acc*lr, abs(grad)) + (1 - lr)*grad^2"
    assert formulas(rule)["var"].startswith("(-var if lr > 0 else var)*rsqrt(")
    assert not rule.unknowns


def test_helper_functions_and_attributes() -> None:
    before = """
xla::XlaOp Root(xla::XlaOp x) { return xla::Pow(x, xla::ScalarLike(x, 0.5)); }
void Update(XlaOpKernelContext* ctx, DataType type, bool doubled, bool flag) {
  xla::XlaOp var;
  OP_REQUIRES_OK(ctx, ctx->ReadVariableInput(0, type, nullptr, &var));
  xla::XlaOp grad = ctx->Input(3);
  if (doubled) { grad = grad + grad; }
  if (flag) { var = var - grad; } else { var = var - Root(grad); }
  OP_REQUIRES_OK(ctx, ctx->AssignVariable(0, type, var));
}
"""
    rule = xla("Update(ctx, dtype_, /*doubled=*/true, flag_);", before)
    assert formulas(rule) == {"var": "(var - (grad + grad) if flag else var - (grad + grad)^0.5)"}


@pytest.mark.parametrize(("name", "value"), [("ResourceFirst", "grad"), ("ResourceSecond", "lr")])
def test_derived_kernel_overrides_methods_and_members(name: str, value: str) -> None:
    kernels = """
class Base : public XlaOpKernel {
 public:
  explicit Base(OpKernelConstruction* ctx) : XlaOpKernel(ctx) {}
  void Compile(XlaOpKernelContext* ctx) override {
    xla::XlaOp var;
    OP_REQUIRES_OK(ctx, ctx->ReadVariableInput("var", type_, &shape_, &var));
    var = var - (second_ ? ctx->Input("lr") : ctx->Input("grad")) * Scale(var);
    OP_REQUIRES_OK(ctx, ctx->AssignVariable("var", type_, var));
  }
  virtual xla::XlaOp Scale(xla::XlaOp x) = 0;
 protected:
  bool second_ = false;
};
class First : public Base {
 public:
  explicit First(OpKernelConstruction* ctx) : Base(ctx) {}
  xla::XlaOp Scale(xla::XlaOp x) override { return x; }
};
class Second : public Base {
 public:
  explicit Second(OpKernelConstruction* ctx) : Base(ctx) { second_ = true; }
  xla::XlaOp Scale(xla::XlaOp x) override { return xla::Exp(x); }
};
REGISTER_XLA_OP(Name("ResourceFirst"), First);
REGISTER_XLA_OP(Name("ResourceSecond"), Second);
"""
    inputs = "var: resource, lr: T, grad: T"
    files = {OPS: register_op("ResourceFirst", inputs) + register_op("ResourceSecond", inputs)}
    rule = read({**files, XLA: kernels}, name)["xla"]
    scale = "var" if name == "ResourceFirst" else "exp(var)"
    assert formulas(rule) == {"var": f"var - {value}*{scale}"}


def test_operation_that_is_not_known_taints_what_it_reaches_only() -> None:
    rule = xla(f"""{READ}
    var = var - xla::Scatter(ctx->Input(3), acc);
    acc = acc + ctx->Input(3);
    {WRITE}""")
    assert formulas(rule)["acc"] == "acc + grad"
    assert [unknown.reason for unknown in rule.unknowns] == ["operation not understood: Scatter"]
    assert rule.unknowns[0].span is not None
    assert rule.unknowns[0].span.path == XLA
