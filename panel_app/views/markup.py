"""The little markup that texts may hold: `**bold**` and `*emphasis*`. Everything else in them is text."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_EMPHASIS = re.compile(r"\*(.+?)\*")


def inline(text: str) -> Markup:
    """Escaped text with its bold and emphasised words."""
    bold = _BOLD.sub(r"<b>\1</b>", str(escape(text)))
    return Markup(_EMPHASIS.sub(r"<em>\1</em>", bold))
