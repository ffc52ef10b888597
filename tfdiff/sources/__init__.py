"""A release's files: from a git repository, a wheel, or a folder."""
