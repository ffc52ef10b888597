"""Progress bars for what takes longer than a second."""

from threading import Timer

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tfdiff.sources.options import ProgressHandle

_PATIENCE = 1.0  # seconds before a bar is shown: most tasks end earlier


class Bars:
    """A ``sources.Progress`` that draws on standard error."""

    def start(self, label: str, total: int | None) -> ProgressHandle:
        """Begin a task; its bar appears when it lasts."""
        return _Bar(label, total)


class _Bar:
    def __init__(self, label: str, total: int | None) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task(label, total=total)
        self._timer = Timer(_PATIENCE, self._progress.start)
        self._timer.daemon = True
        self._timer.start()

    def advance(self, amount: int) -> None:
        self._progress.advance(self._task, amount)

    def done(self) -> None:
        self._timer.cancel()
        self._progress.stop()
