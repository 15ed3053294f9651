"""Transport: start, back, play, step, end, the clock, speed, next event, which flows are shown."""

from __future__ import annotations

from functools import cache

from markupsafe import Markup

from panel_app import text
from panel_app.session import SPEEDS, WINDOWS
from panel_app.views.icons import icon
from panel_app.views.part import Part, join

_HATCH = Markup(
    '<svg width="22" height="12" viewBox="0 0 22 12" aria-hidden="true"><path d="M0 0l10 10M5 0l10 10M10 0l10 10M15 '
    '0l7 7M0 5l5 5" '
    'stroke="var(--alert)" stroke-width="1.3"/><path d="M0 10.5H22" stroke="var(--alert)" stroke-width="3"/></svg>'
)


class Transport(Part):
    """Buttons that cannot do anything now are disabled."""

    area = "transport"
    watches = frozenset({"run", "tick", "playing", "window", "speed"})

    def html(self) -> Markup:
        session = self.session
        first, last = session.tick == 0, session.tick == session.ticks - 1
        play = text.PAUSE if session.playing else text.PLAY
        day = session.tick // session.ticks_per_day
        return Markup(
            '<section class="transport" aria-label="{label}">{start}{back}'
            '<button class="play" data-do="play" aria-label="{play}" title="{play} '
            '(Space)">{play_icon}</button>{step}{end}'
            '<p class="clock"><b>{clock}</b> <span>{tick}</span></p>'
            '<label class="picker wide"><select data-do="speed" aria-label="{speed}">{speeds}</select>{chevron}</label>'
            '<button class="button wide" data-do="next" title="{next} (n)"{no_next}>{next}{arrow}</button>'
            '<div class="right wide"><span class="optional">{hatch}{gridlock}</span><span id="flows">{flows}</span>'
            '<div class="segments" role="group" aria-labelledby="flows">{windows}</div></div></section>'
        ).format(
            label=text.TRANSPORT,
            start=_button("start", text.START, "Home", first, wide=True),
            back=_button("back", text.BACK, "\u2190", first),
            play=play,
            play_icon=icon("pause" if session.playing else "play"),
            step=_button("step", text.STEP, "\u2192", last),
            end=_button("end", text.END, "End", last, wide=True),
            clock=session.clock(session.tick),
            tick=text.tick_of(session.tick, session.ticks, day, session.times.days),
            speed=text.SPEED,
            speeds=_speeds(session.ticks_per_second),
            chevron=icon("chevron"),
            next=text.NEXT_EVENT,
            no_next=Markup(" disabled") if last else "",
            arrow=icon("next"),
            hatch=_HATCH,
            gridlock=text.GRIDLOCK,
            flows=text.FLOWS_SHOWN,
            windows=_windows(session.window),
        )


@cache
def _button(action: str, label: str, key: str, disabled: bool, wide: bool = False) -> Markup:
    return Markup('<button class="button square{}" data-do="{}" aria-label="{}" title="{} ({})"{}>{}</button>').format(
        " wide" if wide else "", action, label, label, key, Markup(" disabled") if disabled else "", icon(action)
    )


@cache
def _speeds(chosen: int) -> Markup:
    return join(
        [
            Markup('<option value="{}"{}>{}</option>').format(
                speed, Markup(" selected") if speed == chosen else "", text.speed(speed)
            )
            for speed in SPEEDS
        ]
    )


@cache
def _windows(shown: str) -> Markup:
    return join(
        [
            Markup('<button data-do="window-{}" aria-pressed="{}">{}</button>').format(
                window, "true" if window == shown else "false", text.WINDOWS[window]
            )
            for window in WINDOWS
        ]
    )
