"""Why a payment waits and what would release it, as the inspector shows it."""

from __future__ import annotations

from markupsafe import Markup

from panel_app import text, text_why
from panel_app.differences import mechanisms
from panel_app.figures.numbers import short
from panel_app.session import Session
from panel_app.views.icons import mark
from panel_app.views.part import NOTHING, join
from panel_app.why import Why

LISTED_MOST = 6


def reasons(session: Session, why: Why) -> Markup:
    """The box: why it waits, each of the engine's reasons a paragraph."""
    parts = [_reason(session, why, reason) for reason in why.reasons]
    return Markup('<div class="why" id="why"><h3>{}</h3>{}</div>').format(text.WHY, join(parts))


def _reason(session: Session, why: Why, reason: str) -> Markup:
    index, told = session.index, why.told
    sender = session.names[index.sender[why.payment]]
    receiver = session.names[index.receiver[why.payment]]
    amount = int(index.amount[why.payment])
    if reason == "policy_hold":
        decision = why.told["decision"] or {}
        detail = str(decision.get("reason_detail") or "")
        left = decision.get("ticks_to_deadline")
        said = text_why.held(sender, str(decision.get("reason", "")), detail, left if isinstance(left, int) else None)
        return Markup("<p>{}</p>").format(said)
    if reason == "liquidity":
        return Markup("<p>{}<b>{}</b>.</p>{}").format(
            *text.short_of(sender, why.liquidity, amount), gauge(why.liquidity, amount)
        )
    if reason in ("bilateral_limit", "multilateral_limit"):
        renewed = why.told["limits_renewed_tick"]
        again = session.clock(renewed) if isinstance(renewed, int) and renewed < session.ticks else None
        whom = receiver if reason == "bilateral_limit" else None
        return Markup("<p>{}</p>").format(text_why.limit(sender, whom, told[reason], again))
    if reason == "behind_earlier_payment":
        ahead = NOTHING if why.behind is None else payments(session, (why.behind,))
        return Markup("<p>{}</p>{}").format(text_why.behind(sender), ahead)
    if reason == "next_tick":
        return Markup("<p>{}</p>").format(text_why.NEXT_TICK)
    return Markup("<p>{}</p>").format(text_why.in_own_queue(reason, sender))


def ways_out(session: Session, why: Why) -> Markup:
    """What would settle it: money that comes in, and each way of netting."""
    if why.held or not why.short_by:
        return NOTHING
    index = session.index
    sender = session.names[index.sender[why.payment]]
    needed = why.needed if why.needed is not None else why.short_by
    number, value = why.incoming
    ways = [way(1, *text.arriving(needed, sender, value))]
    if why.taken_first:
        ways.append(
            Markup('<p class="small muted">{}</p>').format(text_why.taken_first(len(why.taken_first), needed, sender))
        )
    if why.releasing:
        bring = int(index.amount[list(why.releasing)].sum())
        ways.append(
            Markup('<div class="release" id="releasing"><h3>{}</h3><p class="small">{}</p>{}</div>').format(
                text_why.WOULD_RELEASE, text_why.enough(len(why.releasing), bring), payments(session, why.releasing)
            )
        )
    else:
        ways.append(Markup('<p class="small muted">{}</p>').format(text_why.not_enough(number, value)))
    return Markup("<h3>{}</h3>{}{}").format(text.WAYS_OUT, join(ways), join(_netting(session, why)))


def _netting(session: Session, why: Why) -> list[Markup]:
    """Each way of netting: what the engine says of those that are on, what is open for those that are off."""
    index, names = session.index, session.names
    sender, receiver = names[index.sender[why.payment]], names[index.receiver[why.payment]]
    amount, found = int(index.amount[why.payment]), {one.mechanism: one for one in why.netting}
    rows = []
    on = mechanisms(session.config)
    for mechanism, name in ((2, "bilateral"), (3, "cycles"), (4, "multilateral")):
        one = found.get(mechanism)
        if one is not None:
            most = None if one.most is None else (names[one.most[0]], one.most[1])
            rows.append(way(mechanism, "", text_why.netting(mechanism, one.outcome, sender, receiver, most)))
        elif name == "bilateral" and name not in on:
            more = link("bilateral", "on", text.TURN_ON_BILATERAL) if why.opposite else NOTHING
            said = text.offset_with(sender, receiver, why.liquidity, amount, why.opposite)
            rows.append(way(mechanism, *said, more=more))
        elif name == "cycles" and name not in on:
            loop = [names[bank] for bank in why.loop]
            more = link("cycles", "on", text.TURN_ON_CYCLES) if loop else NOTHING
            rows.append(way(mechanism, *text.cycle_open(loop), more=more))
    return rows


def received(session: Session, why: Why) -> Markup:
    """The payments that came in until it settled."""
    if not why.received:
        return NOTHING
    return Markup('<p class="small muted">{}</p>{}').format(text_why.RELEASED_BY, payments(session, why.received))


def payments(session: Session, numbers: tuple[int, ...]) -> Markup:
    """Payments as buttons that select them."""
    index, names = session.index, session.names
    rows = [
        Markup(
            '<li><button class="plain" data-do="payment" data-value="{}">{}</button> '
            '<span class="number">{}</span></li>'
        ).format(
            number,
            f"{names[index.sender[number]]} {text.PAYS} {names[index.receiver[number]]}",
            short(int(index.amount[number])),
        )
        for number in numbers[:LISTED_MOST]
    ]
    left = len(numbers) - LISTED_MOST
    more = Markup('<li class="muted">{}</li>').format(text.and_more(left)) if left > 0 else NOTHING
    return Markup('<ul class="some">{}{}</ul>').format(join(rows), more)


def gauge(has: int, needs: int) -> Markup:
    """What there is of what is needed."""
    return Markup(
        '<div class="gauge" role="img" aria-label="{}"><div style="width:{:.1f}%"></div></div>'
        '<p class="ends"><span class="muted">{}</span><span class="alert">{}</span></p>'
    ).format(text.has_needs(has, needs), 100 * max(has, 0) / max(needs, 1), text.has(has), text.short_by(needs - has))


def way(mechanism: int, strong: str, rest: str, more: Markup = NOTHING) -> Markup:
    """One way out, with the mark of its mechanism."""
    return Markup('<div class="way">{}<span>{}{} {}</span></div>').format(
        mark(mechanism, 14), Markup("<b>{}</b>").format(strong) if strong else "", rest, more
    )


def link(action: str, value: str, label: str) -> Markup:
    """A button that reads like a link."""
    return Markup('<button class="link" data-do="{}" data-value="{}">{}</button>').format(action, value, label)
