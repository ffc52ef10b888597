import subprocess
import sys
from pathlib import Path

from tests.cxx_kit import MINIATURE, MemoryTree
from tfdiff.extract.cxx.index import read_kernels
from tfdiff.extract.store import FactStore

WARM = """
import sys
from pathlib import Path
from tests.cxx_kit import MINIATURE, MemoryTree
from tfdiff.extract.cxx.index import read_kernels
from tfdiff.extract.store import FactStore
index = read_kernels(MemoryTree(MINIATURE), FactStore(Path(sys.argv[1])))
assert index.kernel("ApplyHeavy").registrations
assert "tree_sitter" not in sys.modules
"""


def test_facts_come_back_from_the_store_without_a_parser(tmp_path: Path) -> None:
    store = FactStore(tmp_path)
    cold = read_kernels(MemoryTree(MINIATURE), store)
    store.save()
    warm = read_kernels(MemoryTree(MINIATURE), FactStore(tmp_path))
    for op in cold.ops:
        assert cold.kernel(op) == warm.kernel(op)
    root = Path(__file__).parent.parent
    subprocess.run([sys.executable, "-c", WARM, str(tmp_path)], check=True, cwd=root)


def test_a_changed_header_is_seen_by_the_files_that_include_it(tmp_path: Path) -> None:
    store = FactStore(tmp_path)
    old = read_kernels(MemoryTree(MINIATURE), store).kernel("ApplyHeavy")
    header = "tensorflow/core/framework/register_types.h"
    text = MINIATURE[header].replace("m(Eigen::half)", "m(Eigen::half) m(double)")
    new = read_kernels(MemoryTree({**MINIATURE, header: text}), store).kernel("ApplyHeavy")
    assert old is not None
    assert new is not None
    assert len(new.registrations) == len(old.registrations) + 1
