"""Which token of the theme stands for what in the figures, and their font: shared by Bokeh and by the first picture."""

EDGE = 1
"""Pixels left free on the left and on top of a canvas: Bokeh draws half a pixel off and never clears the first one."""
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"
MECHANISM_TOKENS = ("gross", "queue", "bilateral", "cycle", "cycle")
MARK_FILL_TOKENS = ("gross", "queue", "bilateral", "bg", "bg")
MARK_LINE_TOKENS = ("bg", "bg", "bg", "cycle", "cycle")
"""The mark of a mechanism is filled and edged with the ground, but for cycles: a ring filled with the ground."""
STATE_TOKENS = ("ink2", "alert", "ink", "ink")
STATE_FILL_TOKENS = ("bg", "bg", "ink", "cost3")
"""A waiting payment: plain, overdue, selected, one that would release the selected one; its line and its fill."""
