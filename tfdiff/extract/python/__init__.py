"""Facts from Python sources, read with libcst."""
