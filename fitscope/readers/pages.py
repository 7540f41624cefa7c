"""fitscope's own report pages, which hold their result."""

from __future__ import annotations

import re

from fitscope.errors import DataError
from fitscope.readers import jsons
from fitscope.readers.reading import Names

_EMBEDDED = re.compile(r'<script type="application/json" id="fitscope-result">(.*?)</script>', re.DOTALL)


def read(text: str, names: Names) -> jsons.Found:
    """Read the result that a report page holds.

    Raises:
        DataError: it holds none, or more than one.
    """
    found = _EMBEDDED.findall(text)
    if len(found) != 1:
        raise DataError(f"it is a page with {len(found)} results of fitscope's in it; give a report that fitscope wrote.")
    return jsons.read(found[0], names)
