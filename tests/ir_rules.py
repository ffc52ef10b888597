"""Update rules of the field, written by hand, for tests and benchmarks.

Only the formulas are facts of TensorFlow's kernels; the text is ours. Symbols are the states,
``grad``, hyperparameters and ``step``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tfdiff.ir.expr import Expr, call, number, operation, select, symbol

if TYPE_CHECKING:
    from tfdiff.ir.walk import States


class F:
    """An expression with Python's operators, so that formulas can be read."""

    def __init__(self, expr: Expr) -> None:
        self.expr = expr

    def __add__(self, other: F | float) -> F:
        return F(operation("add", self.expr, lift(other)))

    def __radd__(self, other: float) -> F:
        return F(operation("add", lift(other), self.expr))

    def __sub__(self, other: F | float) -> F:
        return F(operation("sub", self.expr, lift(other)))

    def __rsub__(self, other: float) -> F:
        return F(operation("sub", lift(other), self.expr))

    def __mul__(self, other: F | float) -> F:
        return F(operation("mul", self.expr, lift(other)))

    def __rmul__(self, other: float) -> F:
        return F(operation("mul", lift(other), self.expr))

    def __truediv__(self, other: F | float) -> F:
        return F(operation("div", self.expr, lift(other)))

    def __rtruediv__(self, other: float) -> F:
        return F(operation("div", lift(other), self.expr))

    def __pow__(self, other: F | float) -> F:
        return F(operation("pow", self.expr, lift(other)))

    def __neg__(self) -> F:
        return F(operation("neg", self.expr))

    def __lt__(self, other: F | float) -> F:
        return F(operation("lt", self.expr, lift(other)))

    def __gt__(self, other: F | float) -> F:
        return F(operation("gt", self.expr, lift(other)))

    def __le__(self, other: F | float) -> F:
        return F(operation("le", self.expr, lift(other)))

    def __ge__(self, other: F | float) -> F:
        return F(operation("ge", self.expr, lift(other)))

    def equals(self, other: F | float) -> F:
        return F(operation("eq", self.expr, lift(other)))


def lift(value: F | float) -> Expr:
    return value.expr if isinstance(value, F) else number(Fraction(repr(value)))


def names(text: str) -> list[F]:
    return [F(symbol(name)) for name in text.split()]


def fn(name: str, *args: F | float) -> F:
    return F(call(name, *map(lift, args)))


def where(condition: F, then: F | float, other: F | float) -> F:
    return F(select(condition.expr, lift(then), lift(other)))


def rule(**states: F) -> States:
    return tuple((name, value.expr) for name, value in states.items())


def adam() -> States:
    var, m, v, grad = names("var m v grad")
    beta1_power, beta2_power, lr, beta1, beta2, epsilon = names(
        "beta1_power beta2_power lr beta1 beta2 epsilon"
    )
    (use_nesterov,) = names("use_nesterov")
    alpha = lr * fn("sqrt", 1 - beta2_power) / (1 - beta1_power)
    m_new = m + (grad - m) * (1 - beta1)
    v_new = v + (fn("square", grad) - v) * (1 - beta2)
    nesterov = grad * (1 - beta1) + beta1 * m_new
    step = where(use_nesterov, nesterov * alpha, m_new * alpha)
    var_new = var - step / (fn("sqrt", v_new) + epsilon)
    return rule(
        var=var_new,
        m=m_new,
        v=v_new,
        beta1_power=beta1_power * beta1,
        beta2_power=beta2_power * beta2,
    )


def amsgrad() -> States:
    var, m, v, vhat, grad = names("var m v vhat grad")
    step, lr, beta1, beta2, epsilon, use = names("step lr beta1 beta2 epsilon amsgrad")
    m_new = beta1 * m + (1 - beta1) * grad
    v_new = beta2 * v + (1 - beta2) * fn("square", grad)
    vhat_new = where(use, fn("max", vhat, v_new), vhat)
    scale = lr * fn("sqrt", 1 - beta2 ** (step + 1)) / (1 - beta1 ** (step + 1))
    root = where(use, fn("sqrt", vhat_new), fn("sqrt", v_new))
    return rule(var=var - scale * m_new / (root + epsilon), m=m_new, v=v_new, vhat=vhat_new)


def rmsprop() -> States:
    var, ms, mg, mom, grad = names("var ms mg mom grad")
    lr, rho, momentum, epsilon, centered = names("lr rho momentum epsilon centered")
    ms_new = ms + (fn("square", grad) - ms) * (1 - rho)
    mg_new = where(centered, mg + (grad - mg) * (1 - rho), mg)
    inside = where(centered, (ms_new - fn("square", mg_new)) + epsilon, ms_new + epsilon)
    mom_new = mom * momentum + (grad * lr) * fn("rsqrt", inside)
    return rule(var=var - mom_new, ms=ms_new, mg=mg_new, mom=mom_new)


def ftrl() -> States:
    var, accum, linear, grad = names("var accum linear grad")
    lr, l1, l2, l2_shrinkage, lr_power = names("lr l1 l2 l2_shrinkage lr_power")
    shrunken = grad + 2 * l2_shrinkage * var
    accum_new = accum + grad * grad
    plain = lr_power.equals(-0.5)
    change = where(
        plain,
        fn("sqrt", accum_new) - fn("sqrt", accum),
        accum_new ** (-lr_power) - accum ** (-lr_power),
    )
    linear_new = linear + (shrunken - change / lr * var)
    x = l1 * fn("sign", linear_new) - linear_new
    y = where(plain, fn("sqrt", accum_new), accum_new ** (-lr_power)) / lr + 2 * l2
    var_new = where(fn("abs", linear_new) > l1, x / y, 0)
    return rule(var=var_new, accum=accum_new, linear=linear_new)


def adadelta() -> States:
    var, accum, accum_update, grad = names("var accum accum_update grad")
    lr, rho, epsilon = names("lr rho epsilon")
    accum_new = accum * rho + fn("square", grad) * (1 - rho)
    update = fn("sqrt", accum_update + epsilon) * fn("rsqrt", accum_new + epsilon) * grad
    update_new = accum_update * rho + fn("square", update) * (1 - rho)
    return rule(var=var - update * lr, accum=accum_new, accum_update=update_new)


def proximal_adagrad() -> States:
    var, accum, grad = names("var accum grad")
    lr, l1, l2 = names("lr l1 l2")
    accum_new = accum + fn("square", grad)
    rate = lr * fn("rsqrt", accum_new)
    prox = var - grad * rate
    shrunk = (
        fn("sign", prox) * fn("max", fn("abs", prox) - rate * fn("max", l1, 0), 0) / (1 + rate * l2)
    )
    return rule(var=where(l1 > 0, shrunk, prox / (1 + rate * l2)), accum=accum_new)


def momentum() -> States:
    var, accum, grad = names("var accum grad")
    lr, factor, use_nesterov = names("lr momentum use_nesterov")
    accum_new = accum * factor + grad
    var_new = where(
        use_nesterov,
        var - (grad * lr + accum_new * factor * lr),
        var - accum_new * lr,
    )
    return rule(var=var_new, accum=accum_new)


def adamax() -> States:
    var, m, v, grad = names("var m v grad")
    beta1_power, lr, beta1, beta2, epsilon = names("beta1_power lr beta1 beta2 epsilon")
    m_new = m + (grad - m) * (1 - beta1)
    v_new = fn("max", beta2 * v, fn("abs", grad))
    return rule(
        var=var - lr / (1 - beta1_power) * (m_new / (v_new + epsilon)),
        m=m_new,
        v=v_new,
        beta1_power=beta1_power * beta1,
    )


def nadam() -> States:
    var, m, v, m_schedule, grad = names("var m v m_schedule grad")
    step, lr, beta1, beta2, epsilon = names("step lr beta1 beta2 epsilon")
    u_t = beta1 * (1 - 0.5 * fn("exp", (step + 1) * -0.0408))
    u_next = beta1 * (1 - 0.5 * fn("exp", (step + 2) * -0.0408))
    schedule = m_schedule * u_t
    m_new = beta1 * m + (1 - beta1) * grad
    v_new = beta2 * v + (1 - beta2) * fn("square", grad)
    m_bar = (1 - u_t) * (grad / (1 - schedule)) + u_next * (m_new / (1 - schedule * u_next))
    v_hat = v_new / (1 - beta2 ** (step + 1))
    return rule(
        var=var - lr * m_bar / (fn("sqrt", v_hat) + epsilon),
        m=m_new,
        v=v_new,
        m_schedule=schedule,
    )


RULES = {
    function.__name__: function
    for function in (
        adam,
        amsgrad,
        rmsprop,
        ftrl,
        adadelta,
        proximal_adagrad,
        momentum,
        adamax,
        nadam,
    )
}
