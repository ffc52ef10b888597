"""Markdown in each tracker's own markup; parsed by markdown-it, so that nothing is guessed."""
