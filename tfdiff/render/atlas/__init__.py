"""The atlas: linked pages on all optimizers over all releases, in one folder.

The pages work on any web server and from ``file://``. They share a stylesheet and the scripts,
which only add filters and search.
"""

from tfdiff.render.atlas.site import Site
from tfdiff.render.atlas.write import write

__all__ = ["Site", "write"]
