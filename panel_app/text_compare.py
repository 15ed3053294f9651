"""Every sentence of the comparison of two runs, A and B. Money comes in as cents."""

from __future__ import annotations

from collections.abc import Sequence

from panel_app.compare import Comparison, Fate, Measure
from panel_app.differences import PAYMENT_KINDS, Difference
from panel_app.figures.numbers import MINUS, count, full, short
from panel_app.text import number_word, policy_name

COMPARE = "Comparison"
SWAP, CHOOSE_A = "Swap A and B", "Run A is"
IN_RUN = {"a": "in A", "b": "in B"}
RUN_NAMES = {"kept": "the kept run", "before": "before the last change", "scenario": "the scenario in its file"} | {
    "no-netting": "this run without netting"
}
KEPT_RUN, CURRENT_RUN = "kept run", "current run"
NO_RUN = "Keep a run as A, then change something."
NO_RUN_MORE = (
    "Both runs then play side by side, over the same payments, and every difference is counted. Change anything under "
    "What if; the run on show is always B."
)
CHANGE_SOMETHING = "Now change something: A stays, B follows."
KEEP = "Keep this run as A"
WITHOUT_NETTING, WITH_FILE = "Compare with netting off", "Compare with the scenario in its file"
DIFFERENCE, BY_BANK, BY_PAYMENT = "Difference at the end", "What changed for whom", "Payment by payment"
MEASURE, CHANGE, BANK, MINUS_A = "Measure", "Change", "Bank", "B minus A"
PAYMENT, FROM, TO, VALUE, IN_A, IN_B, SOONER = "Payment", "From", "To", "Value", "In A", "In B", "Change"
BY_BANK_MORE = "B minus A; choose a bank for the figures of both"
CURVES_NOTE = "A dashed, B solid, gap shaded"
SETTLED, WAITING, COST = "Settled", "Waiting", "Cost"
NOTHING_HERE = "There is no such payment."
NEVER = "never"
MEASURES = {
    "settled": "Payments settled",
    "value": "Value settled",
    "left": "Left in the queue",
    "late": "Late or never settled",
    "credit": "Most credit in use at once",
    "delay": "Mean delay by value, ticks",
    "gridlock": "Ticks in gridlock",
    "cost": "Cost, all banks",
}
BANK_MEASURES = {
    "settled": "Value paid",
    "left": "Left unpaid",
    "delay": "Mean delay, ticks",
    "lowest": "Lowest liquidity",
    "cost": "Cost",
}
FATES: dict[Fate, str] = {
    "only-b": "Settle only in B",
    "only-a": "Only in A",
    "earlier": "Earlier in B",
    "later": "Later in B",
    "same": "The same",
}
REPEAT, REPEATING, STOP = "Repeat with 50 seeds", "Repeating", "Stop"
AS_MANY = "as many payments settle"
ONE_DAY = "One run shows one day;"
TO_SEE = "to see how often this holds."
_NETTING = {"bilateral": "bilateral", "cycles": "cycle", "multilateral": "multilateral"}
_NAMES = {
    "netting": "netting",
    "balance": "opening balances",
    "credit": "credit lines",
    "policy": "policies",
    "arrivals": "arrivals",
    "seed": "seed",
}


def listed(items: Sequence[str]) -> str:
    """`a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def what(difference: Difference, names: Sequence[str]) -> str:
    """What differs: `netting`, `opening balance of Elm`, `max_cycle_length`."""
    if difference.kind == "other":
        return difference.path
    name = _NAMES[difference.kind]
    if len(difference.banks) == 1 and len(names) > 1:
        return {"balance": "opening balance", "credit": "credit line", "policy": "policy"}.get(
            difference.kind, name
        ) + f" of {names[difference.banks[0]]}"
    return name


def same(payments: int, differences: Sequence[Difference], names: Sequence[str], same_payments: bool) -> str:
    """What the two runs have in common: `Same 308 payments, one difference: netting.`"""
    if not differences:
        return f"Same {count(payments, 'payment')}, no difference yet."
    told = [what(difference, names) for difference in differences[:3]]
    more = [f"{len(differences) - 3} more"] if len(differences) > 3 else []
    number = number_word(len(differences)).lower()
    noun = "difference" if len(differences) == 1 else "differences"
    if same_payments:
        return f"Same {count(payments, 'payment')}, {number} {noun}: {listed([*told, *more])}."
    because = [what(difference, names) for difference in differences if difference.kind in PAYMENT_KINDS] or told
    return f"The payments differ too, by {listed(because)}: not like for like."


def run_label(differences: Sequence[Difference], names: Sequence[str], side: str) -> str:
    """What a run is called, after what differs: `Netting off`."""
    if not differences:
        return "The same run"
    first = _side(differences[0], names, side)
    rest = len(differences) - 1
    label = first + (f", {_side(differences[1], names, side)}" if rest else "")
    label += f" and {rest - 1} more" if rest > 1 else ""
    return label[:1].upper() + label[1:]


def _side(difference: Difference, names: Sequence[str], side: str) -> str:
    value = difference.a if side == "a" else difference.b
    whose = f" of {names[difference.banks[0]]}" if len(difference.banks) == 1 and len(names) > 1 else ""
    if difference.kind == "netting":
        return f"{listed([_NETTING[name] for name in value])} netting" if value else "netting off"
    if difference.kind == "balance":
        return f"opening balance{whose or 's'} {short(value)}"
    if difference.kind == "credit":
        return f"credit{whose} {short(value)}"
    if difference.kind == "policy":
        return f"{listed([policy_name(name) for name in value])}{' at ' + whose[4:] if whose else ''}"
    if difference.kind == "arrivals":
        return f"{value:.1f} payments a tick"
    if difference.kind == "seed":
        return f"seed {value}"
    key = difference.path.rpartition(".")[2].replace("_", " ")
    return f"{key} {_plain(value)}"


def _plain(value: object) -> str:
    shown = "none" if value is None else str(value)
    return shown if len(shown) <= 24 else shown[:23] + "\u2026"


def amount(measure: Measure, value: float, out_of: int = 0) -> str:
    """A figure in a table."""
    if measure.unit == "cents":
        return full(int(value))
    if measure.unit == "ticks":
        return f"{value:,.1f}" if measure.name == "delay" else f"{int(value):,}"
    return f"{int(value):,} of {out_of:,}" if out_of else f"{int(value):,}"


def signed(measure: Measure) -> str:
    """B minus A: `+27`, `\u22125.8`."""
    change = measure.change
    shown = amount(measure, abs(change))
    if not change or not shown.strip("0.,"):
        return "0"
    return ("+" if change > 0 else MINUS) + shown


def percent(measure: Measure) -> str:
    """The change in percent: `+10 %`."""
    if not measure.change:
        return "0 %"
    if measure.percent is None:
        return "new"
    if abs(measure.percent) >= 999.5:
        return f"\u00d7 {measure.b / measure.a:.0f}"
    size = f"{abs(measure.percent):.0f}"
    return ("+" if measure.change > 0 else MINUS) + ("<1" if size == "0" else size) + " %"


def summary(comparison: Comparison) -> str:
    """What changed from A to B in one sentence, from the figures of both."""
    differences = comparison.differences
    if not differences:
        return "A and B are the same run."
    measures = {measure.name: measure for measure in comparison.measures()}
    settled, left, delay, cost = (measures[name] for name in ("settled", "left", "delay", "cost"))
    if not any(measure.change for measure in measures.values()):
        return "A and B come out the same in every figure."
    parts = []
    if settled.change:
        parts.append(f"{count(abs(int(settled.change)), _more(settled) + ' payment')} {_verb(settled, 'settle')}")
    elif left.change:
        parts.append(f"{short(abs(int(left.change)))} {_more(left)} is left in the queue")
    else:
        parts.append(AS_MANY)
    if abs(delay.change) >= 0.05:
        parts.append(
            f"payments wait {abs(delay.change):.1f} ticks {'longer' if delay.change > 0 else 'less'} on average"
        )
    if cost.change:
        by = percent(cost).lstrip("+" + MINUS)
        parts.append(f"the day costs {by} {_more(cost)}" if cost.percent is not None else "the day costs something")
    same_money = not {"balance", "credit"} & {difference.kind for difference in differences}
    money = ", with the same money" if same_money and comparison.same_payments else ""
    than = "as" if parts == [AS_MANY] else "than"
    return f"In B, {listed(parts)} {than} in A{money}."


def _more(measure: Measure) -> str:
    return "more" if measure.change > 0 else "less" if measure.unit == "cents" else "fewer"


def _verb(measure: Measure, plural: str) -> str:
    return plural + ("s" if abs(measure.change) == 1 else "")


def selected(name: str, who: str, value: int, a: str, b: str) -> str:
    """What became of the selected payment in both runs."""
    return f"{name}, {who}, {short(value)}: " + (f"in both runs {a}." if a == b else f"in A {a}, in B {b}.")


def sooner(a: int, b: int) -> str:
    """From the tick in which a payment settles in A to that in B: `12 ticks earlier`; empty where there is no such."""
    if a < 0 or b < 0 or a == b:
        return ""
    return f"{count(abs(b - a), 'tick')} {'later' if b > a else 'earlier'}"


def cut(shown: int, payments: int) -> str:
    """Under a list that is longer than what is shown of it."""
    return f"The {shown} with the largest change, of {payments:,}."


def fate(clock: str | None, how: str) -> str:
    """`it settles at 10:50, by cycle netting`."""
    return "it never settles" if clock is None else f"it settles at {clock}, {how}"


def compared_series(title: str, a: int, b: int, largest: int, at: str) -> str:
    """One curve in words: where both end, and where they are furthest apart."""
    ends = f"{title}: A ends at {short(a)}, B at {short(b)}."
    return ends + (f" They are furthest apart at {at}, by {short(largest)}." if largest else " They never differ.")


def repeated(done: int, settles_more: int, dearer: int, low: float, middle: float, high: float) -> str:
    """Over several seeds: how often B does better, and the spread of the change in cost (percent)."""
    cheaper = done - dearer
    return (
        f"With {count(done, 'seed')}, B settles more value in {settles_more} and costs no more in {cheaper}. "
        f"Its cost changes by {_percent(middle)} in the middle case, and in half of them by {_percent(low)} to "
        f"{_percent(high)}."
    )


def _percent(value: float) -> str:
    return ("+" if value > 0 else MINUS if value < 0 else "") + f"{abs(value):.0f} %"


def progress(done: int, of: int) -> str:
    return f"{REPEATING}: {done} of {of}."
