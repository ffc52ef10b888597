"""One spelling for what C++ says in several ways, so that a statement is compared by meaning.

Everything here is a table of the language's and the framework's synonyms; none of it knows a
release. Namespaces are left out: a name that only moved to another one is still the same.
"""

import re
from collections.abc import Sequence
from typing import Final

from tfdiff.extract.cxx.lex import Token


def words_of(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


_WORDS: Final = {
    **{f"{sign}int{bits}": f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64)},
    "NULL": "nullptr",
    "StringPiece": "string_view",
    "MakeUnique": "make_unique",
    "CudaLaunchConfig": "GpuLaunchConfig",
    "GetCudaLaunchConfig": "GetGpuLaunchConfig",
    "CudaLaunchKernel": "GpuLaunchKernel",
    "CUDA_1D_KERNEL_LOOP": "GPU_1D_KERNEL_LOOP",
    "CudaGridRangeX": "GpuGridRangeX",
    "CudaAtomicAdd": "GpuAtomicAdd",
    "cudaStream_t": "gpuStream_t",
    "GetCudaStream": "GetGpuStream",
    "context": "ctx",
    "tstring": "string",
    "ArraySlice": "Span",
    "ComputationDataHandle": "XlaOp",
    "ComputationBuilder": "XlaBuilder",
}
# Say nothing about what is computed: the compiler's business, or thread-safety annotations.
_DROPPED: Final = words_of(
    "const constexpr inline explicit override final virtual typename NO_THREAD_SAFETY_ANALYSIS "
    "TF_NO_THREAD_SAFETY_ANALYSIS EIGEN_ALWAYS_INLINE EIGEN_STRONG_INLINE "
    "TF_ATTRIBUTE_ALWAYS_INLINE TF_MUST_USE_RESULT __restrict__ __launch_bounds__"
)
_ANNOTATIONS: Final = words_of(
    "GUARDED_BY TF_GUARDED_BY PT_GUARDED_BY TF_PT_GUARDED_BY EXCLUSIVE_LOCKS_REQUIRED "
    "TF_EXCLUSIVE_LOCKS_REQUIRED SHARED_LOCKS_REQUIRED TF_SHARED_LOCKS_REQUIRED LOCKS_EXCLUDED "
    "TF_LOCKS_EXCLUDED __launch_bounds__"
)
_PHRASES: Final = (
    (("Status", "::", "OK", "("), ("OkStatus", "(")),
    (("def", "(", ")", ".", "input", "("), ("requested_input", "(")),
    (("pop_back", "(", ")"), ("remove_suffix", "(", "1", ")")),
    (("name", "(", ")", "."), ()),
)
_BUILDERS: Final = (("ctx", "->", "builder", "(", ")", "->"), ("b", "->"), ("builder", "->"))
_CUDA: Final = re.compile(r"^Cuda(?=[A-Z])")  # the framework's own wrappers, renamed for ROCm
_BUILDS: Final = words_of(
    "Add Sub Mul Div Pow Neg Max Min Lt Le Gt Ge Eq Ne And Or Not Select Clamp Sqrt Rsqrt Square "
    "Abs Sign Exp Log Floor Ceil Round Tanh Broadcast Reshape ConvertElementType"
)
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CASTS: Final = frozenset({"static_cast"})


def spelled(tokens: Sequence[Token]) -> tuple[str, ...]:
    """The words of a statement in their one spelling."""
    words = [token.text.decode("utf-8", "replace") for token in tokens]
    words = _without_annotations(_joined(words))
    words = _without_namespaces([_WORDS.get(word) or _CUDA.sub("Gpu", word) for word in words])
    for before, after in _PHRASES[:3]:
        words = _replaced(words, before, after)
    if "::" in words:
        words = _accessors(words)
    if _BUILDS.intersection(words):
        words = _without_builder(words)
    return tuple(_increment(_plain_casts(_launches(words))))


def _launches(words: list[str]) -> list[str]:
    """``kernel<<<grid, block, 0, stream>>>(x)`` is ``GpuLaunchKernel(kernel, grid, ..., x)``.

    What checks whether the launch went well is left out.
    """
    opening, closing = _found(words, ("<<", "<")), _found(words, (">", ">", ">", "("))
    if 0 < opening < closing:
        last = _closed(words, closing + 3)
        grid, given = words[opening + 2 : closing], words[closing + 4 : last]
        call = [*words[:opening], ",", *grid, *([","] if given else []), *given]
        return ["GpuLaunchKernel", "(", *call, ")", *words[last + 1 :]]
    if words[:3] == ["TF_CHECK_OK", "(", "GpuLaunchKernel"]:
        last = _closed(words, 1)
        return words[2:last] + words[last + 1 :]
    return words


def _found(words: Sequence[str], wanted: tuple[str, ...]) -> int:
    """Where some words stand one after the other; -1 for nowhere."""
    many = len(wanted)
    places = (at for at in range(len(words)) if tuple(words[at : at + many]) == wanted)
    return next(places, -1)


def _accessors(words: list[str]) -> list[str]:
    """``ShapeUtil::Rank(shape)`` is ``shape.rank()``: what it is asked moved into the class."""
    found: list[str] = []
    index = 0
    while index < len(words):
        match words[index : index + 6]:
            case [owner, "::", asked, "(", given, ")"] if (
                owner.endswith("Util") and given.isidentifier()
            ):
                found += [given, ".", _CAPITAL.sub("_", asked).lower(), "(", ")"]
                index += 6
            case _:
                found.append(words[index])
                index += 1
    return found


def _without_builder(words: list[str]) -> list[str]:
    """XLA's operations were methods of a builder, and are functions."""
    for builder in _BUILDERS:
        for index in range(len(words) - len(builder) - 1, -1, -1):
            called = words[index + len(builder)] in _BUILDS
            if called and tuple(words[index : index + len(builder)]) == builder:
                del words[index : index + len(builder)]
    return words


def _joined(words: list[str]) -> list[str]:
    """Adjacent string literals are one; clang-format splits them."""
    found: list[str] = []
    for word in words:
        if word[:1] == '"' and found and found[-1][-1:] == '"':
            found[-1] = found[-1][:-1] + word[1:]
        else:
            found.append(word)
    return found


def _without_annotations(words: list[str]) -> list[str]:
    found: list[str] = []
    index = 0
    while index < len(words):
        word = words[index]
        if word in _ANNOTATIONS and words[index + 1 : index + 2] == ["("]:
            index = _closed(words, index + 1) + 1
            continue
        helps_the_parser = word == "template" and found[-1:] in (["->"], ["."])
        if word not in _DROPPED and not helps_the_parser:
            found.append(word)
        index += 1
    return found


def _closed(words: Sequence[str], opening: int) -> int:
    depth = 0
    for index in range(opening, len(words)):
        depth += (words[index] == "(") - (words[index] == ")")
        if depth == 0:
            return index
    return len(words) - 1


def _without_namespaces(words: list[str]) -> list[str]:
    """Qualifiers in lower case are namespaces; a class's name in front of ``::`` stays."""
    found: list[str] = []
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if word == "::" and (not found or not _is_class(words[index - 1])):
            continue
        if following == "::" and word[:1].islower():
            continue
        found.append(word)
    return found


def _is_class(word: str) -> bool:
    return word[:1].isupper() or word in {">", "T"}


def _replaced(words: list[str], before: tuple[str, ...], after: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    index = 0
    while index < len(words):
        if tuple(words[index : index + len(before)]) == before:
            found += after
            index += len(before)
        else:
            found.append(words[index])
            index += 1
    return found


def _plain_casts(words: list[str]) -> list[str]:
    """``static_cast<T>(x)`` is ``T(x)``."""
    found: list[str] = []
    index = 0
    while index < len(words):
        if words[index] in _CASTS and words[index + 1 : index + 2] == ["<"]:
            end = index + 1
            depth = 0
            while end < len(words):
                depth += (words[end] == "<") - (words[end] == ">")
                if depth == 0:
                    break
                end += 1
            found += words[index + 2 : end]
            index = end + 1
        else:
            found.append(words[index])
            index += 1
    return found


def _increment(words: list[str]) -> list[str]:
    """``i++`` as a statement of its own, or as a loop's last part, is ``++i``."""
    for index in range(1, len(words)):
        last = index + 1 == len(words) or words[index + 1] in {")", ";"}
        if words[index] in {"++", "--"} and last and words[index - 1].isidentifier():
            words[index - 1], words[index] = words[index], words[index - 1]
    return words
