"""A report as HTML, Markdown, JSON or terminal text."""
