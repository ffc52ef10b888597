"""Facts from C++, CUDA and XLA sources, read with tree-sitter."""
