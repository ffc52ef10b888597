"""Does my TensorFlow optimizer still do the same? Answered from the sources."""

__version__ = "0.1.0"
