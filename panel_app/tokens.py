"""Which token of the theme stands for what in the figures, and their font: shared by Bokeh and by the first picture."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"
MECHANISM_TOKENS = ("gross", "queue", "bilateral", "cycle", "cycle")
STATE_TOKENS = ("ink2", "alert", "ink")
"""A waiting payment: plain, overdue, selected."""
