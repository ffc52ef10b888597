"""Attach a report to a migration ticket."""
