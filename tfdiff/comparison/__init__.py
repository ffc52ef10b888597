"""From the facts of two releases to findings and verdicts; touches no file."""
