"""What a fetch says while it runs: how far it is, and what it complains about."""

from git.util import RemoteProgress

from tfdiff.sources.options import Progress, ProgressHandle

# Said by git where the server cannot leave blobs out, and then it sends them all.
_NO_FILTER = "filtering not recognized by server"


class FetchReport(RemoteProgress):
    """Passes a fetch's progress on and keeps what else it said.

    Args:
        progress: who hears of it.
        label: what is being fetched.
    """

    def __init__(self, progress: Progress, label: str) -> None:
        super().__init__()
        self.hear = self.new_message_handler()
        self._progress = progress
        self._label = label
        self._handle: ProgressHandle = progress.start(label, None)
        self._receiving = False
        self._count = 0

    @property
    def said(self) -> str:
        """What git said beside its progress, errors first."""
        return " ".join(filter(None, (*self.error_lines, *self.other_lines)))

    @property
    def without_filter(self) -> bool:
        """Whether the server sent everything, although only some of it was asked for."""
        return _NO_FILTER in self.said

    def update(
        self,
        op_code: int,
        cur_count: str | float,
        max_count: str | float | None = None,
        message: str = "",
    ) -> None:
        """Called for each line of progress."""
        del message
        if op_code & self.OP_MASK != self.RECEIVING or not max_count:
            return
        if not self._receiving:
            self._receiving = True
            self._handle.done()
            self._handle = self._progress.start(self._label, int(float(max_count)))
        self._handle.advance(int(float(cur_count)) - self._count)
        self._count = int(float(cur_count))

    def done(self) -> None:
        """Say that the fetch has ended."""
        self._handle.done()
