"""Facts from Python sources, read with the standard library's parser."""
