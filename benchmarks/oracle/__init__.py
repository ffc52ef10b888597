"""The judge is TensorFlow itself: real releases run beside what was read from their sources."""
