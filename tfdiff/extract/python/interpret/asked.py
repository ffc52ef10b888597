"""Files outside of the interpreted ones that are asked a single question each."""

from typing import Final

HORIZON_FILE: Final = "tensorflow/python/compat/compat.py"
RESOURCE_FILE: Final = "tensorflow/python/ops/resource_variable_ops.py"
