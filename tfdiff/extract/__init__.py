"""From source text to facts: the only place that imports a parser."""
