"""Dotted module names and the files that hold them."""

from collections.abc import Iterable


class Packages:
    """The module names of a set of Python files.

    A repository may keep its packages below a folder (``src/``): a module is also found under
    its name without the leading folders, as long as one file only answers to it.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths: dict[str, str] = {}
        below: dict[str, set[str]] = {}
        for path in paths:
            parts = self.name(path).split(".")
            self._paths[".".join(parts)] = path
            for cut in range(1, len(parts) - 1):
                below.setdefault(".".join(parts[cut:]), set()).add(path)
        for name, found in below.items():
            if len(found) == 1:
                self._paths.setdefault(name, *found)

    @staticmethod
    def name(path: str) -> str:
        """``a.b`` for ``a/b.py`` and for ``a/b/__init__.py``."""
        return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def path(self, name: str) -> str | None:
        """The file of a module, None where none of the files is it."""
        return self._paths.get(name)

    def absolute(self, path: str, module: str) -> str:
        """The full name of a module as a file's import writes it (leading dots are relative)."""
        climbs = len(module) - len(module.lstrip("."))
        if not climbs:
            return module
        package = self.name(path).split(".")
        if not path.endswith("/__init__.py"):
            package = package[:-1]
        package = package[: len(package) - (climbs - 1)]
        return ".".join([*package, module[climbs:]]).strip(".")
