"""Attach a report to a migration ticket: Jira, GitHub, GitLab, Redmine, Azure DevOps.

``attach`` is the way in; ``read_summary`` makes what the comment says from the report's own
files. Importing this package is cheap: ``requests`` is imported when something is attached.
"""

from tfdiff.trackers.attach import attach, check_ticket
from tfdiff.trackers.options import AttachOptions, AttachResult
from tfdiff.trackers.summary import Summary, read_summary, summarise

__all__ = [
    "AttachOptions",
    "AttachResult",
    "Summary",
    "attach",
    "check_ticket",
    "read_summary",
    "summarise",
]
