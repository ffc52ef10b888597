"""What a kernel does to its variables: C++ executed symbolically, statement by statement.

``kernel_rules(index, bodies, op_name)`` gives one ``KernelRule`` per device that an op is
registered for. See ``rules`` for what the symbols in a rule mean.
"""

from tfdiff.extract.cxx.symbolic.rules import kernel_rules

__all__ = ["kernel_rules"]
