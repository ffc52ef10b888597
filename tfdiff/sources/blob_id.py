"""Git's name for a file's content, also for content that came from elsewhere."""

from hashlib import sha1

BlobIds = dict[str, str]  # path -> blob id


def blob_id_of(content: bytes) -> str:
    """The git blob id: SHA-1 over ``blob``, the length in bytes, and the content."""
    header = b"blob %d\0" % len(content)
    return sha1(header + content, usedforsecurity=False).hexdigest()
