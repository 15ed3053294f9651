"""The inspector: one payment or one bank, and why payments wait."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from markupsafe import Markup

from panel_app import text
from panel_app.figures.numbers import count, full, short
from panel_app.figures.run_index import RunIndex
from panel_app.payments import WAITING, payment_id, state_at
from panel_app.views import why_box
from panel_app.views.icons import mark
from panel_app.views.part import Part, join

QUEUE_SHOWN = 8
SPARK_POINTS = 180


class Inspector(Part):
    """Follows the selection and the cursor."""

    area = "inspector"
    watches = frozenset({"run", "tick", "selection", "playing"})

    def html(self) -> Markup:
        selection = self.session.selection
        kind = selection[0] if selection else None
        tabs = join(
            [
                Markup('<button role="tab" aria-selected="{}" data-do="inspect-{}">{}</button>').format(
                    "true" if kind == name else "false", name, label
                )
                for name, label in (("payment", text.PAYMENT), ("bank", text.BANK), ("flow", text.FLOW))
            ]
        )
        if selection is None:
            waits = bool(self.session.index.waiting_count[self.session.tick])
            body = Markup('<p class="muted">{}</p>').format(
                text.CHOOSE if waits else text.nothing_waits(self.session.clock(self.session.tick))
            )
        else:
            draw = {"payment": self._payment, "bank": self._bank, "flow": self._flow}[selection[0]]
            body = draw(selection[1])
        return Markup(
            '<section class="side" aria-label="{0}"><h2 class="unseen">{0}</h2>'
            '<div class="tabs" role="tablist">{1}</div>{2}</section>'
        ).format(text.INSPECTOR, tabs, body)

    def _payment(self, payment: int) -> Markup:
        session, index, tick = self.session, self.session.index, self.session.tick
        sender, receiver = session.names[index.sender[payment]], session.names[index.receiver[payment]]
        head = Markup(
            '<p class="small muted">{}</p><p class="amount">{}</p><p class="who"><b>{}</b> {} <b>{}</b></p>'
        ).format(payment_id(session.run, payment), short(int(index.amount[payment])), sender, text.PAYS, receiver)
        return head + (
            self._waiting(payment) if state_at(index, payment, tick) == WAITING else self._not_waiting(payment)
        )

    def _waiting(self, payment: int) -> Markup:
        session, why = self.session, self.session.why
        if why is None:
            return self._not_waiting(payment)
        place, length = why.place
        facts = _pairs(
            [
                (text.WAITING_SINCE, self._since(payment)),
                (text.DEADLINE, self._deadline(payment)),
                (text.PRIORITY, text.priority(int(session.run.payments.priority[payment]))),
                (text.place_in(session.names[session.index.sender[payment]]), f"{place} of {length}"),
            ]
        )
        told = why_box.reasons(session, why) + why_box.ways_out(session, why)
        return facts + told + self._outcome(payment) + why_box.received(session, why)

    def _not_waiting(self, payment: int) -> Markup:
        session, index, tick = self.session, self.session.index, self.session.tick
        settled = int(index.settled[payment])
        if 0 <= settled <= tick:
            how = int(index.mechanism[payment])
            rows = [
                (text.ARRIVED, session.clock(int(index.arrival[payment]))),
                (text.SETTLED, Markup("{} {}").format(mark(how), f"{session.clock(settled)}, {text.HOW[how]}")),
                (text.WAITED, count(settled - int(index.arrival[payment]), "tick")),
                (text.DEADLINE, self._deadline(payment)),
                (text.PRIORITY, text.priority(int(session.run.payments.priority[payment]))),
            ]
            return _pairs(rows)
        if int(index.arrival[payment]) > tick:
            return Markup("<p>{} {}</p>").format(
                text.not_arrived(session.clock(int(index.arrival[payment]))),
                _go(int(index.arrival[payment]), session.clock),
            )
        return Markup("<p>{}</p>").format(text.DROPPED)

    def _outcome(self, payment: int) -> Markup:
        settled = int(self.session.index.settled[payment])
        if settled < 0:
            return Markup('<p class="foot">{}</p>').format(text.NEVER)
        sentence = text.settles(self.session.clock(settled), int(self.session.index.mechanism[payment]))
        return Markup('<p class="foot">{} {}</p>').format(sentence, _go(settled, self.session.clock))

    def _since(self, payment: int) -> str:
        arrival = int(self.session.index.arrival[payment])
        return f"{self.session.clock(arrival)}, {count(self.session.tick - arrival, 'tick')}"

    def _deadline(self, payment: int) -> str | Markup:
        session, tick = self.session, self.session.tick
        deadline, settled = int(session.index.deadline[payment]), int(session.index.settled[payment])
        clock = session.clock(min(deadline, session.ticks - 1))
        if 0 <= settled <= tick:
            return (
                f"{clock}, {text.MET}"
                if settled <= deadline
                else Markup('{}, <span class="alert">{}</span>').format(clock, text.LATE)
            )
        if tick > deadline:
            return Markup('{}, <span class="alert">{}</span>').format(clock, text.OVERDUE)
        return f"{clock}, in {count(deadline - tick, 'tick')}"

    def _bank(self, bank: int) -> Markup:
        session, index, tick = self.session, self.session.index, self.session.tick
        name = session.names[bank]
        balance, credit = int(index.balance[tick, bank]), int(index.credit[tick, bank])
        liquidity = int(index.liquidity[tick, bank])
        everything = np.concatenate(index.waiting(tick))
        own = everything[index.sender[everything] == bank]
        incoming = everything[index.receiver[everything] == bank]
        own_value, incoming_value = int(index.amount[own].sum()), int(index.amount[incoming].sum())
        policy = session.config["agents"]
        kind = next(
            str((agent.get("policy") or {}).get("type", "Fifo"))
            for agent in policy
            if agent["id"] == session.run.agent_ids[bank]
        )
        head = Markup(
            '<div class="titled"><p class="amount">{}</p><span class="small muted">{}</span></div><p>{}<b>{}</b>{}</p>'
        ).format(name, text.policy(kind), text.CAN_PAY, short(liquidity), text.can_pay(balance, liquidity, credit))
        facts = _pairs(
            [
                (text.BALANCE, _traced(f"balance.{bank}", full(balance), text.BALANCE)),
                (text.CREDIT_IN_USE, f"{short(max(0, -balance))} of {short(credit)}" if credit else text.NO_CREDIT),
                (text.TO_PAY, _traced(f"to-pay.{bank}", f"{short(own_value)} in {len(own):,}", text.TO_PAY)),
                (
                    text.TO_RECEIVE,
                    _traced(f"to-receive.{bank}", f"{short(incoming_value)} in {len(incoming):,}", text.TO_RECEIVE),
                ),
                (text.COST, _traced(f"cost.{bank}", short(self._cost(bank)), text.COST)),
                (text.LOWEST, full(int(index.balance[: tick + 1, bank].min()))),
            ]
        )
        all_larger = bool(len(own)) and bool((index.amount[own] > liquidity).all())
        why = Markup('<div class="why{}"><h3>{}</h3><p>{}</p></div>').format(
            "" if len(own) else " calm",
            text.bank_question(len(own)),
            text.bank_waits(name, len(own), liquidity, all_larger, incoming_value),
        )
        return head + self._spark(bank) + facts + why + self._queue(name, own)

    def _cost(self, bank: int) -> int:
        """What a bank has paid for so far, in cents."""
        costs = self.session.run.series.costs.values()
        return sum(int(np.asarray(cost)[: self.session.tick + 1, bank].sum()) for cost in costs)

    def _flow(self, pair: int) -> Markup:
        """All that one bank pays another: what settled, by mechanism, and what waits; and the other way."""
        session, index, tick = self.session, self.session.index, self.session.tick
        banks = len(session.names)
        sender, receiver = pair // banks, pair % banks
        of = (index.sender == sender) & (index.receiver == receiver)
        done = np.flatnonzero(of & (index.settled >= 0) & (index.settled <= tick))
        everything = np.concatenate(index.waiting(tick))
        waiting, back = everything[of[everything]], everything[index.sender[everything] == receiver]
        back = back[index.receiver[back] == sender]
        total, queued = int(index.amount[done].sum()), int(index.amount[waiting].sum())
        rows: list[tuple[str, str | Markup]] = [
            (text.SETTLED, _traced(f"flow.{pair}", f"{short(total)} in {len(done):,}", text.SETTLED)),
        ]
        for how in range(5):
            part = done[index.mechanism[done] == how]
            if len(part):
                worth = f"{short(int(index.amount[part].sum()))} in {len(part):,}"
                rows.append((text.HOW[how].capitalize(), Markup("{} {}").format(mark(how), worth)))
        rows.append(
            (text.WAITING, _traced(f"flow-waiting.{pair}", f"{short(queued)} in {len(waiting):,}", text.WAITING))
        )
        other = Markup('<button class="link" data-do="flow" data-value="{}">{}</button>').format(
            receiver * banks + sender, f"{short(int(index.amount[back].sum()))} in {len(back):,}"
        )
        rows.append((text.OTHER_WAY, other))
        latest = [*waiting.tolist(), *done[np.argsort(index.settled[done], kind="stable")][::-1].tolist()]
        head = Markup('<p class="amount">{}</p><p class="who"><b>{}</b> {} <b>{}</b></p>').format(
            short(total + queued), session.names[sender], text.PAYS, session.names[receiver]
        )
        return head + _pairs(rows) + self._payments_of_flow(latest)

    def _payments_of_flow(self, payments: list[int]) -> Markup:
        index, tick = self.session.index, self.session.tick
        rows = []
        for payment in payments[:QUEUE_SHOWN]:
            settled = int(index.settled[payment])
            state = (
                Markup("{} {}").format(mark(int(index.mechanism[payment])), self.session.clock(settled))
                if 0 <= settled <= tick
                else text.since(self.session.clock(int(index.arrival[payment])))
            )
            rows.append(
                Markup(
                    '<tr data-do="payment" data-value="{}"><td><button class="plain" data-do="payment" '
                    'data-value="{}">{}</button></td><td class="number">{}</td><td class="number muted">{}</td></tr>'
                ).format(
                    payment, payment, payment_id(self.session.run, payment), short(int(index.amount[payment])), state
                )
            )
        left = len(payments) - QUEUE_SHOWN
        more = Markup('<p class="small muted">{}</p>').format(text.and_more(left)) if left > 0 else Markup("")
        return Markup("<h3>{}</h3><table><tbody>{}</tbody></table>{}").format(text.PAYMENTS, join(rows), more)

    def _queue(self, name: str, own: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Markup:
        if not len(own):
            return Markup("")
        index = self.session.index
        rows = [
            Markup(
                '<tr data-do="payment" data-value="{}"><td><button class="plain" data-do="payment" '
                'data-value="{}">{}</button></td>'
                '<td class="number">{}</td><td class="number muted">{}</td></tr>'
            ).format(
                payment,
                payment,
                text.to(self.session.names[index.receiver[payment]]),
                full(int(index.amount[payment])),
                text.since(self.session.clock(int(index.arrival[payment]))),
            )
            for payment in own[:QUEUE_SHOWN].tolist()
        ]
        more = (
            Markup('<p class="small muted">{}</p>').format(text.and_more(len(own) - QUEUE_SHOWN))
            if len(own) > QUEUE_SHOWN
            else Markup("")
        )
        return Markup("<h3>{}</h3><table><tbody>{}</tbody></table>{}").format(text.queue_of(name), join(rows), more)

    def _spark(self, bank: int) -> Markup:
        """Available liquidity over the run, small, with the cursor."""
        session = self.session
        path, width, height = _spark_path(session.index, bank)
        x = width * (session.tick + 1) / session.ticks
        return Markup(
            '<svg class="spark" viewBox="0 0 {w} {h}" role="img" aria-label="{label}"><path d="M0 {y}H{w}" '
            'stroke="var(--ctl)"/>'
            '<path d="{path}" fill="none" stroke="var(--ink)" stroke-width="1.8"/>'
            '<path d="M{x:.1f} 0V{h}" stroke="var(--ink)" stroke-width="1.2"/></svg>'
            '<p class="ends muted"><span>{start}</span><span>{caption}</span><span>{end}</span></p>'
        ).format(
            w=width,
            h=height,
            y=height - 1,
            x=x,
            path=path,
            label=text.liquidity_of(session.names[bank]),
            caption=text.LIQUIDITY,
            start=session.clock(0),
            end=text.END_OF_DAY if session.times.days == 1 else text.END_OF_RUN,
        )


def _spark_path(index: RunIndex, bank: int) -> tuple[str, int, int]:
    width, height = 260, 46
    line = index.liquidity[:, bank]
    at = np.unique(np.linspace(0, len(line) - 1, min(len(line), SPARK_POINTS)).astype(int))
    top = max(1, int(line.max()))
    points = [
        f"{width * (int(tick) + 1) / len(line):.1f} {height - 2 - (height - 6) * int(line[tick]) / top:.1f}"
        for tick in at
    ]
    return "M" + "L".join(points), width, height


def _pairs(rows: list[tuple[str, str | Markup]]) -> Markup:
    return Markup('<dl class="pairs">{}</dl>').format(
        join([Markup("<dt>{}</dt><dd>{}</dd>").format(*row) for row in rows])
    )


def _traced(what: str, shown: str, name: str) -> Markup:
    """A figure that leads to what it is the sum of."""
    return Markup('<button class="plain figure" data-do="trace" data-value="{}" title="{}">{}</button>').format(
        what, text.trace_to(name), shown
    )


def _go(tick: int, clock: Callable[[int], str]) -> Markup:
    return why_box.link("go", str(tick), text.go_to(clock(tick)))
