"""Inline SVG: icons of controls (ink) and marks of the settlement mechanisms (colour and shape)."""

from functools import cache

from markupsafe import Markup

_PATHS = {
    "chevron": "M4 6l4 4 4-4",
    "help": "M14 8a6 6 0 11-12 0 6 6 0 0112 0zM6.3 6.2A1.8 1.8 0 119 7.7c-.7.4-1 .8-1 1.5M8 11.4v.1",
    "sun": "M10.8 8a2.8 2.8 0 11-5.6 0 2.8 2.8 0 015.6 0zM8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6"
    "M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1",
    "moon": "M13 9.6A5.6 5.6 0 016.4 3a5.6 5.6 0 106.6 6.6z",
    "next": "M3 8h9M8.5 4.5L12 8l-3.5 3.5",
    "undo": "M3.5 6.5h6a3.5 3.5 0 010 7H6M3.5 6.5l3-3M3.5 6.5l3 3",
    "redo": "M12.5 6.5h-6a3.5 3.5 0 000 7H10M12.5 6.5l-3-3M12.5 6.5l-3 3",
    "dice": "M13 8a5 5 0 11-1.5-3.6M13 2v3h-3",
    "search": "M11.2 7a4.2 4.2 0 11-8.4 0 4.2 4.2 0 018.4 0zM10.2 10.2L14 14",
    "network": "M5.5 11.5a2 2 0 11-4 0 2 2 0 014 0zM14.5 11.5a2 2 0 11-4 0 2 2 0 014 0zM10 3.5a2 2 0 11-4 0 2 2 0 "
    "014 0z"
    "M7 5.3L4.5 9.7M9 5.3l2.5 4.4M5.5 11.5h5",
    "charts": "M2.5 2.5v11h11M5 10l2.5-3 2 1.8L13 4.5",
    "sliders": "M2.5 5h6M12 5h1.5M2.5 11H4M7.5 11h6M11.9 5a1.7 1.7 0 11-3.4 0 1.7 1.7 0 013.4 0zM7.4 11A1.7 1.7 0 "
    "114 11a1.7 1.7 0 013.4 0z",
    "letters": "M1 13L5 3h.4l4 10M2.4 9.6h5.6M10 13l2.4-6h.2L15 13M10.8 11h3.4",
    "up": "M9.5 4L5.5 8l4 4",
    "hand": "M4 2.5v10l2.6-2.4 1.7 3.6 1.6-.8-1.6-3.4H12z",
    "check": "M3 8.5l3.5 3.5L13 4.5",
    "warn": "M8 2.2l6.3 11.3H1.7zM8 6.4v3.4M8 11.6v.1",
    "info": "M14 8a6 6 0 11-12 0 6 6 0 0112 0zM8 7.4v3.6M8 5v.1",
    "list": "M2.5 4h.1M2.5 8h.1M2.5 12h.1M5.5 4h8M5.5 8h8M5.5 12h8",
    "swap": "M2.5 5.5h10M9.5 2.5l3 3-3 3M13.5 10.5h-10M6.5 7.5l-3 3 3 3",
    "share": "M7 9.5L9.5 7M6 7.5L3.9 9.6a2.3 2.3 0 003.2 3.2L9.3 10.7M10 8.5l2.1-2.1a2.3 2.3 0 00-3.2-3.2L6.7 5.3",
    "export": "M8 2.5v7.5M4.8 7L8 10.2 11.2 7M3 13.3h10",
    "close": "M4 4l8 8M12 4l-8 8",
}
_SOLID = {
    "start": "M3 3h1.8v10H3zM13 3v10L6 8z",
    "back": "M9.5 3v10L3 8zM11 3h1.8v10H11z",
    "play": "M4.5 2.5v11L13.5 8z",
    "pause": "M4 3h3v10H4zM9 3h3v10H9z",
    "step": "M6.5 3v10L13 8zM3.2 3H5v10H3.2z",
    "end": "M11.2 3H13v10h-1.8zM3 3v10l7-5z",
}
LOGO = Markup(
    '<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round">'
    '<path d="M6.2 8.2C9 3.8 15 3.8 17.6 8M17.8 15.8C15 20.2 9 20.2 6.4 16"/><circle cx="5" cy="12" r="2.6" '
    'fill="currentColor"/>'
    '<circle cx="19" cy="12" r="2.6" fill="var(--bg)"/></svg>'
)
_SHAPES = (
    '<path d="M-4.2 -4.2L4.2 0L-4.2 4.2Z" fill="var(--gross)"/>',
    '<rect x="-3.8" y="-3.8" width="7.6" height="7.6" fill="var(--queue)"/>',
    '<path d="M0 -5.25L5.25 0L0 5.25L-5.25 0Z" fill="var(--bilateral)"/>',
    '<circle r="4" fill="var(--bg)" stroke="var(--cycle)" stroke-width="2.3"/>',
    '<circle r="4" fill="var(--bg)" stroke="var(--cycle)" stroke-width="2.3"/>',
)
_COLOURS = ("gross", "queue", "bilateral", "cycle", "cycle")
WAITING = Markup(
    '<svg class="mark" width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true">'
    '<circle r="4.2" fill="none" stroke="var(--ink2)" stroke-width="1.4" stroke-dasharray="2.7 1.9"/></svg>'
)
OVERDUE = Markup(str(WAITING).replace("--ink2", "--alert"))


@cache
def icon(name: str) -> Markup:
    """An icon of a control; the control has the words."""
    solid = name in _SOLID
    path = _SOLID[name] if solid else _PATHS[name]
    css = "icon solid" if solid else "icon"
    return Markup('<svg class="{}" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>').format(css, path)


@cache
def mark(mechanism: int, size: int = 12) -> Markup:
    """The mark of a settlement mechanism."""
    return Markup(
        '<svg class="mark" width="{0}" height="{0}" viewBox="-6 -6 12 12" aria-hidden="true">{1}</svg>'
    ).format(size, Markup(_SHAPES[mechanism]))


@cache
def sample(mechanism: int) -> Markup:
    """A piece of a flow with its mark, for the legend."""
    head = '<path d="M14 -4L21 0L14 4Z" fill="var(--gross)"/>' if mechanism == 0 else ""
    shape = "" if mechanism == 0 else _SHAPES[mechanism]
    return Markup(
        '<svg width="22" height="12" viewBox="-11 -6 22 12" aria-hidden="true"><path d="M-11 0H{}" '
        'stroke="var(--{})" stroke-width="2.6"/>'
        "{}</svg>"
    ).format(
        5 if mechanism == 0 else 11,
        _COLOURS[mechanism],
        Markup(head.replace("14 ", "3 ").replace("L21", "L11") or shape),
    )
