"""The rules as a page of the documentation, made from the rules themselves."""

from collections.abc import Sequence

from tfdiff.rules.registry import Rule

_HEAD = """# The rules

<!-- Made by `tfdiff rules --markdown`; a test fails where it is stale. -->

What tfdiff looks for between two releases. Rules of the first stage compare facts and formulas,
those of the second the statements that these leave, those of the last tell what no other rule
accounts for, so that nothing is lost. `tfdiff rules ID` prints one of them.
"""
_STAGES = ("facts and formulas", "statements", "what is left")


def rules_page(rules: Sequence[Rule]) -> str:
    """The whole page as Markdown: a table of all rules, then each with its documentation."""
    rows = [f"| [{rule.id}](#{rule.id}) | {_cell(rule.title)} | {_stage(rule)} |" for rule in rules]
    table = "\n".join(["| rule | what it means | compares |", "|---|---|---|", *rows])
    return "\n".join([_HEAD, table, "", *map(_section, rules)])


def _stage(rule: Rule) -> str:
    return "presence" if rule.presence else _STAGES[rule.stage]


def _section(rule: Rule) -> str:
    parts = [f"**{heading}.** {_prose(body)}\n" for heading, body in rule.documentation]
    return "\n".join([f"## {rule.id}", "", f"{_prose(rule.title)}\n", *parts])


def _prose(text: str) -> str:
    """A docstring's words as Markdown: outside of code a "<" would begin a tag."""
    parts = text.split("``")
    shown = (part if place % 2 else part.replace("<", "&lt;") for place, part in enumerate(parts))
    return "`".join(shown)


def _cell(text: str) -> str:
    return _prose(text).replace("|", "\\|")
