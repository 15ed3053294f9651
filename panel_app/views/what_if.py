"""What if: switches of the mechanisms (also a legend), opening balances, credit lines, policies, arrivals, seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from panel_app import text
from panel_app.figures.numbers import short
from panel_app.session import Session
from panel_app.theme import Theme
from panel_app.views.icons import icon, mark
from panel_app.views.part import NOTHING, Part, join
from panel_app.views.policy_choice import multilateral, policy_choice


@dataclass(frozen=True)
class Scale:
    """Range of the sliders of opening balances, in cents: the same for all banks, so that their places compare."""

    low: int
    high: int
    step: int

    @classmethod
    def of(cls, balances: list[int], credit_lines: list[int]) -> Scale:
        """From 0 (or the lowest balance) to half as much again as the largest."""
        largest = max(max(balances), max(credit_lines), 100)
        step = 10 ** max(2, len(str(largest)) - 3)
        return cls(min(0, min(balances)) // step * step, -(-largest * 3 // 2 // step) * step, step)


class WhatIfPanel(Part):
    """Every control runs the whole day again."""

    area = "what-if"
    watches = frozenset({"run", "message", "kept", "view", "what-if", "wanted"})

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__(session, theme)
        self.open: set[str] = set()
        """Which lists of single banks are open: `credit`, `policy`."""
        self.actions = {"what-if-each": self._toggle_each}

    def _toggle_each(self, name: Any) -> None:
        self.open ^= {str(name)}
        self.update(frozenset({"what-if"}))

    def html(self) -> Markup:
        session = self.session
        what, wanted = session.wanted, session.wanted_config
        lsm = wanted.get("lsm_config") or {}
        switches = join(
            [
                *(_row(number, Markup('<span class="small muted">{}</span>').format(text.ALWAYS)) for number in (0, 1)),
                _row(2, toggle("bilateral", text.SWITCHES[2], bool(lsm.get("enable_bilateral")))),
                _row(3, toggle("cycles", text.SWITCHES[3], bool(lsm.get("enable_cycles")))),
                _row(4, multilateral(str(lsm.get("multilateral", "off")))),
            ]
        )
        base = sorted(session.base_config["agents"], key=lambda agent: str(agent["id"]).encode())
        now = sorted(wanted["agents"], key=lambda agent: str(agent["id"]).encode())
        scale = Scale.of(
            [agent["opening_balance"] for agent in base], [agent.get("unsecured_cap", 0) for agent in base]
        )
        own = dict(what.balances)
        balances = []
        for number, (bank, changed) in enumerate(zip(base, now, strict=True)):
            label = short(changed["opening_balance"])
            value = own.get(number, bank["opening_balance"])
            balances.append(
                slider(session.names[number], "balance", label, value, scale.low, scale.high, scale.step, number)
            )
        factor = round(what.balance_factor * 100)
        lines = dict(what.credits)
        lines_shown = [
            slider(
                session.names[number],
                "credit",
                short(changed.get("unsecured_cap", 0)),
                lines.get(number, bank.get("unsecured_cap", 0)),
                0,
                scale.high,
                scale.step,
                number,
                text.credit_of(session.names[number]),
            )
            for number, (bank, changed) in enumerate(zip(base, now, strict=True))
        ]
        credit = round(what.credit_factor * 100)
        arrivals = round(what.arrivals_factor * 100)
        differs, took = text.recomputed(session.seconds, what.count)
        error = (
            Markup('<p class="error" role="alert" id="refused">{}</p>').format(text.refused(session.message))
            if session.message
            else Markup("")
        )
        reset = _history(session)
        return Markup(
            '<section class="side" aria-label="{title}"{follow}><h2>{title}{reset}</h2>{error}'
            '<div class="group"><h3>{settlement}</h3>{switches}</div>'
            '<div class="group"><h3>{opening}</h3>{all}{balances}</div>'
            '<div class="group"><h3>{credit_line}{each_credit}</h3>{credit}{credits}</div>'
            '<div class="group"><h3>{policy}{each_policy}</h3>{policies}</div>'
            '<div class="group">{arrivals}<div class="field"><label for="seed">{seed}</label><span '
            'class="entry">'
            '<input id="seed" type="number" min="0" step="1" value="{seed_value}" data-do="seed" data-every="400">'
            '<button class="button" data-do="seed-next" aria-label="{new_seed}" '
            'title="{new_seed}">{dice}</button></span></div></div>'
            '<p class="foot">{differs} {took}</p>{keep}</section>'
        ).format(
            title=text.WHAT_IF,
            follow=Markup(" data-follow") if session.taken_back else NOTHING,
            reset=reset,
            error=error,
            settlement=text.SETTLEMENT,
            switches=switches,
            opening=text.OPENING_BALANCE,
            all=slider(text.ALL_BANKS, "balance-factor", text.times(factor), factor, 0, 300, 5),
            balances=join(balances),
            credit_line=text.CREDIT_LINES,
            each_credit=self._each("credit"),
            credits=join(lines_shown) if "credit" in self.open else "",
            policy=text.POLICY,
            each_policy=self._each("policy"),
            policies=self._policies(now),
            credit=slider(text.ALL_BANKS, "credit-factor", text.times(credit), credit, 0, 300, 5),
            arrivals=slider(text.ARRIVALS, "arrivals-factor", text.times(arrivals), arrivals, 10, 300, 5),
            seed=text.SEED,
            seed_value=wanted["rng_seed"],
            new_seed=text.NEW_SEED,
            dice=icon("dice"),
            differs=Markup("<b>{}</b>").format(differs) if what.count else differs,
            took=took,
            keep=_keep(session.kept is not None, session.view == "compare"),
        )

    def _each(self, name: str) -> Markup:
        """The button that opens the list of single banks."""
        return Markup(
            '<button class="link small" data-do="what-if-each" data-value="{}" aria-expanded="{}">{}</button>'
        ).format(name, "true" if name in self.open else "false", text.EACH_BANK)

    def _policies(self, agents: list[dict[str, Any]]) -> Markup:
        """One policy for all banks, or one for each."""
        policies = [agent.get("policy") or {"type": "Fifo"} for agent in agents]
        same = all(policy == policies[0] for policy in policies)
        rows = [policy_choice(-1, text.ALL_BANKS, policies[0] if same else {"type": text.MIXED})]
        if "policy" in self.open:
            names = self.session.names
            rows += [policy_choice(number, names[number], policy) for number, policy in enumerate(policies)]
        return join(rows)


def _history(session: Session) -> Markup:
    """Undo, redo, and back to the scenario."""
    steps = [
        Markup('<button class="button square" data-do="{0}" aria-label="{1}" title="{1} ({2})"{3}>{4}</button>').format(
            action, label, keys, NOTHING if able else Markup(" disabled"), icon(action)
        )
        for action, label, keys, able in (
            ("undo", text.UNDO, "Ctrl Z", session.can_undo),
            ("redo", text.REDO, "Ctrl Shift Z", session.can_redo),
        )
    ]
    reset = Markup('<button class="button" data-do="reset"{}>{}</button>').format(
        NOTHING if session.changed else Markup(" disabled"), text.RESET
    )
    return Markup('<span class="history">{}{}</span>').format(join(steps), reset)


def _keep(kept: bool, comparing: bool) -> Markup:
    """The way to the comparison."""
    ways = [("keep", text.KEEP_AGAIN), ("compare", text.COMPARE_WITH_A)] if kept else [("keep-compare", text.KEEP)]
    return Markup('<div class="keep">{}</div>').format(
        join(
            [
                Markup('<button class="button outline" data-do="{}">{}{}</button>').format(
                    action, icon("swap") if action != "keep" else "", label
                )
                for action, label in ways
                if not (comparing and action == "compare")
            ]
        )
    )


def _row(mechanism: int, control: Markup) -> Markup:
    return Markup('<div class="switch">{}<span>{}</span>{}</div>').format(
        mark(mechanism, 14), text.SWITCHES[mechanism], control
    )


def toggle(action: str, label: str, on: bool) -> Markup:
    """A switch; pressed, it asks for `action` with the other position."""
    return Markup(
        '<button class="toggle" role="switch" aria-checked="{}" aria-label="{}" data-do="{}" data-value="{}"></button>'
    ).format("true" if on else "false", label, action, "off" if on else "on")


def slider(
    label: str,
    action: str,
    shown: str,
    value: int,
    low: int,
    high: int,
    step: int,
    number: int | None = None,
    name: str = "",
) -> Markup:
    """A slider that asks for `action` with its value, or with (number, value), while it is dragged."""
    part = 100 * (min(max(value, low), high) - low) / max(1, high - low)
    extra = "" if number is None else Markup(' data-extra="{}"').format(number)
    return Markup(
        '<div class="slider"><span title="{label}">{label}</span><input type="range" min="{low}" max="{high}" '
        'step="{step}" value="{value}" '
        'style="--part:{part:.1f}%" data-do="{action}"{extra} data-every="120" aria-label="{name}" '
        'aria-valuetext="{shown}">'
        '<output class="number">{shown}</output></div>'
    ).format(
        label=label,
        low=low,
        high=high,
        step=step,
        value=value,
        part=part,
        action=action,
        extra=extra,
        shown=shown,
        name=name or label,
    )
