"""Names of data types: the C++ type, the enumerator and the short name are one."""

import re
from collections.abc import Sequence
from typing import Final

_QUALIFIED: Final = re.compile(r"(?:\w+)?\s*::\s*")
_FIXED_WIDTH: Final = re.compile(r"(u?int\d+)_t$")
_DEVICES: Final = {
    "ThreadPoolDevice": "CPUDevice",
    "GpuDevice": "GPUDevice",
    "SyclDevice": "SYCLDevice",
}
_SAME: Final = {"ResourceHandle": "resource", "tstring": "string", "Variant": "variant"}


def type_name(text: str) -> str:
    """``Eigen::half``, ``DT_HALF`` and ``half`` are ``half``; ``int64_t`` is ``int64``.

    Text that is no single type name comes back as it is, without needless space.
    """
    name = _QUALIFIED.sub("", " ".join(text.split()))
    if name.startswith("DT_"):
        name = name.removeprefix("DT_").lower()
    name = _FIXED_WIDTH.sub(r"\1", name)
    return _SAME.get(name, name)


def argument_name(tokens: Sequence[str]) -> str:
    """A template argument without qualification; Eigen's devices by TensorFlow's names."""
    whole = "<" in tokens or "::" not in tokens
    last = " ".join(tokens) if whole else tokens[-1]
    return _DEVICES.get(last, last)
