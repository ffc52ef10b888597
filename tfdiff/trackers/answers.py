"""What a server answered, read without trusting its shape."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON value; whatever is missing or of another type reads as empty."""

    value: object

    def __getitem__(self, key: str) -> "Answer":
        return Answer(self.value.get(key) if isinstance(self.value, dict) else None)

    def __iter__(self) -> Iterator["Answer"]:
        return iter([Answer(item) for item in self.value] if isinstance(self.value, list) else [])

    @property
    def text(self) -> str:
        """A text or a number as text; "" for anything else."""
        return str(self.value) if isinstance(self.value, str | int | float) else ""

    @property
    def number(self) -> int | None:
        """A whole number, None for anything else."""
        is_number = isinstance(self.value, int) and not isinstance(self.value, bool)
        return self.value if is_number and isinstance(self.value, int) else None

    @property
    def truth(self) -> bool | None:
        """A truth value, None for anything else."""
        return self.value if isinstance(self.value, bool) else None


def complaints(value: object) -> list[str]:
    """What a server says is wrong, from the places where the trackers put it.

    GitHub: ``message`` and ``errors[].message``; Jira: ``errorMessages`` and ``errors.comment``;
    GitLab: ``message`` (a text, a list or a field -> list) or ``error``; Redmine: ``errors``;
    Azure DevOps: ``message``.
    """
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, list):
        return [said for item in value for said in complaints(item)]
    if not isinstance(value, dict):
        return []
    names = ("message", "errorMessages", "errors", "error", "error_description", "code")
    known = [said for name in names[:-1] for said in complaints(value.get(name))]
    if known or "message" in value or "errors" in value:
        return list(dict.fromkeys(known))
    # Inside errors: field -> text or texts (Jira, GitLab), or GitHub's records of codes.
    return [f"{field}: {said}" for field, inner in value.items() for said in complaints(inner)]
