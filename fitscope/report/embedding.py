"""Plain data inside a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def as_script(content: Mapping[str, Any]) -> str:
    """Return plain data as JSON so that nothing in it can end the script element that holds it.

    Example:
        >>> as_script({"name": "</script>"})
        '{"name":"\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
