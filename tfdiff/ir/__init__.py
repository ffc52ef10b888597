"""Update rules as expressions: built, compared, evaluated and shown."""
