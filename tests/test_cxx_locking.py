"""What a kernel locks, however it is written."""

import pytest

from tfdiff.extract.cxx.lex import lex
from tfdiff.extract.cxx.locking import locking
from tfdiff.facts import Locking

READ = (("use_locking", "exclusive_"),)


@pytest.mark.parametrize(
    ("body", "call"),
    [
        ("mutex_lock l(*GetTrainingVariableMutex(ctx, 0));", "mutex_lock"),
        ("mutex* mu = GetTrainingVariableMutex(ctx, 0); mu->lock(); mu->unlock();", "mutex::lock"),
        ("auto mu = GetTrainingVariableMutex(ctx, 0); mu.lock();", "mutex::lock"),
        ("auto locks = MaybeLockMutexesInOrder(ctx, exclusive_, {0});", "MaybeLockMutexesInOrder"),
    ],
)
def test_lock_is_seen_however_it_is_taken(body: str, call: str) -> None:
    tokens = tuple(lex(f"if (exclusive_) {{ {body} }}".encode()))
    assert locking(tokens, READ) == Locking(call, ("0",), "exclusive_")


@pytest.mark.parametrize(
    "body", ["door->lock(key);", "lock();", "int lock = 0;", "mu->try_lock();"]
)
def test_other_locks_are_none(body: str) -> None:
    assert locking(tuple(lex(body.encode())), READ) == Locking("", (), "")
