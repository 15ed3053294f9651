"""Every sentence the interface says. Plain words, present tense; bank, payment, queue (never agent, transaction, Queue
2).

Amounts come in as cents. Texts are plain; `views` escape them.
"""

from __future__ import annotations

from collections.abc import Sequence

from panel_app.figures.numbers import count, short

ON, OFF = "on", "off"
BRAND = "Payment Simulator"
SKIP = "Skip to the network"
SCENARIO = "Scenario"
SEED = "Seed"
WHAT_IF = "What if"
RESET = "Reset"
UNDO, REDO = "Undo", "Redo"
HELP = "Keys"
CLOSE = "Close"
TO_LIGHT, TO_DARK = "Switch to light theme", "Switch to dark theme"
LARGE_TYPE = "Large type, for a projector"
MECHANISMS = ("Gross RTGS", "Released from queue", "Bilateral netting", "Cycle netting", "Multilateral netting")
SWITCHES = ("Gross RTGS", "Release from queue", "Bilateral netting", "Cycle netting", "Multilateral")
HOW = ("at once", "released from the queue", "by bilateral netting", "by cycle netting", "by multilateral netting")
IN_PARTS = "in parts"
HOW_SHORT = ("at once", "from the queue", "bilateral", "cycle", "multilateral")
ALWAYS = "always"
VIEW_NAMES = {"simulate": "Simulate", "compare": "Compare", "lessons": "Lessons", "edit": "Edit"}
VIEWS = "Views"
TABS = (("network", "Network"), ("why", "Why?"), ("charts", "Charts"), ("what-if", "What if"), ("events", "Events"))
TRANSPORT, START, BACK, PLAY, PAUSE, STEP, END = "Time", "Start", "Back", "Play", "Pause", "Step", "End"
SPEED, NEXT_EVENT, FLOWS_SHOWN, GRIDLOCK = "Speed", "Next event", "Flows shown", "gridlock"
WINDOWS = {"tick": "This tick", "hour": "Last hour", "day": "Whole day"}
TIME_OF_DAY, PARTS, LEGEND = "Time of day", "Parts", "Legend"
WAITING, ABOVE_BELOW, CREDIT_USED = "Waiting", "Balance above, below 0", "Credit used"
KINDS = {"cycle": "netting cycle", "bilateral": "bilateral netting", "gridlock": "gridlock"}
"""What the slider says of a kind of moment, where there is something to say."""

KEYS = (
    ("Space", "play, pause"),
    ("\u2190 \u2192", "one tick back, forward"),
    ("Shift \u2190 \u2192", "ten ticks"),
    ("Home, End", "start, end of the run"),
    ("n, p", "next, previous event"),
    ("\u2212 +", "slower, faster"),
    ("b, Shift b", "next, previous bank"),
    ("q", "next waiting payment"),
    ("1 2 3", "flows of tick, last hour, whole day"),
    ("k, c", "keep this run as A, compare"),
    ("w, i", "what if, inspector, where hidden"),
    ("/", "filter the events"),
    ("t, g", "light or dark, large type"),
    ("Ctrl Z, Ctrl Shift Z", "undo, redo a change"),
    ("F8, Shift F8", "next, previous message of the editor"),
    ("Esc", "close; cancel a day under way"),
)

SINGLE_KEYS = "Single keys"
SINGLE_KEYS_MORE = (
    "Letters, digits and signs do something. Switch them off if you speak to your computer, or press them by mistake."
)

_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


def number_word(number: int) -> str:
    """`Four` to begin a sentence; figures above twelve."""
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"


def verb(number: int, plural: str) -> str:
    """`3 settle`, `1 settles`: the verb for so many payments."""
    return plural if number != 1 else plural + "s"


def payments_worth(number: int, value: int) -> str:
    """`16 payments worth 27.43 M`."""
    return f"{count(number, 'payment')} worth {short(value)}"


def speed(ticks: int) -> str:
    """`4 ticks/s`."""
    return f"{count(ticks, 'tick')}/s"


def difference(cents: int) -> str:
    """Against the run before: `+1.25 M`."""
    return ("+" if cents > 0 else "") + short(cents)


def in_payments(number: int) -> str:
    return f"in {count(number, 'payment')}"


def of_arrived(value: int) -> str:
    return f"of {short(value)} arrived"


def _way(names: Sequence[str]) -> str:
    return " \u2192 ".join(names)


# The sentence


def netting_moment(number: int, value: int, liquidity: int) -> str:
    """A cycle or more settle at once: `liquidity` is what the banks had to pay on balance."""
    return (
        f"{number_word(number)} blocked payments settle together: {short(value)} with {short(liquidity)} of liquidity."
    )


def offset(one: str, other: str, value: int, difference: int) -> str:
    """Two banks offset."""
    if difference == 0:
        return f"{one} and {other} offset payments worth {short(value)}. No money moves."
    return f"{one} and {other} offset payments worth {short(value)}. Only the difference, {short(difference)}, moves."


def offsets(pairs: int, value: int, difference: int) -> str:
    """Several pairs offset in one tick."""
    worth = f"{number_word(pairs)} pairs of banks offset payments worth {short(value)}."
    return f"{worth} Only the differences, {short(difference)}, move."


def gridlock(number: int, value: int) -> str:
    """Nothing settles, and what waits contains a closed loop."""
    waits = f"{payments_worth(number, value)} {verb(number, 'wait')} for each other."
    return f"Gridlock: nothing can settle one by one. {waits}"


def plain(settled: int, settled_value: int, waiting: int, waiting_value: int) -> str:
    """Something settles, nothing by netting."""
    rest = (
        f"{payments_worth(waiting, waiting_value)} {verb(waiting, 'wait')} for liquidity."
        if waiting
        else "Nothing waits."
    )
    return f"{payments_worth(settled, settled_value)} {verb(settled, 'settle')}. {rest}"


def quiet(waiting: int, waiting_value: int) -> str:
    """Nothing settles."""
    rest = f"{payments_worth(waiting, waiting_value)} {verb(waiting, 'wait')}." if waiting else "Nothing waits."
    return f"Nothing settles in this tick. {rest}"


def end_of_day(settled: int, arrived: int, waiting_value: int) -> str:
    """The last tick of the run."""
    left = arrived - settled
    if not arrived:
        return "The day ends without a payment. Under Edit, give a bank payments per tick."
    if not left:
        return (
            f"The day ends. All {count(arrived, 'payment')} have settled."
            if arrived > 1
            else "The day ends. The payment has settled."
        )
    still = f"{left:,} worth {short(waiting_value)} {'are' if left != 1 else 'is'} left in the queue."
    return f"The day ends. {settled:,} of {count(arrived, 'payment')} have settled; {still}"


# The network and the strip


def network(banks: int, clock: str, number: int, value: int) -> str:
    """Name of the network for those who do not see it."""
    waiting = (
        f"{payments_worth(number, value)} {'are' if number != 1 else 'is'} waiting."
        if number
        else "Nothing is waiting."
    )
    return f"Network of {banks} banks at {clock}. {waiting}"


def bank(name: str, liquidity: int, credit_percent: int | None, number: int) -> str:
    """One bank in the hidden list: `Birch: can pay 0.24 M, credit used 76 percent, 8 payments waiting`."""
    credit = f", credit used {credit_percent} percent" if credit_percent is not None else ""
    waiting = f", {count(number, 'payment')} waiting" if number else ", nothing waiting"
    return f"{name}: can pay {short(liquidity)}{credit}{waiting}"


def place(clock: str, tick: int, ticks: int, what: str) -> str:
    """Value of the slider: `10:50, tick 35 of 120, netting cycle`."""
    return f"{clock}, tick {tick + 1} of {ticks}" + (f", {what}" if what else "")


def tick_of(tick: int, ticks: int, day: int, days: int) -> str:
    """`tick 35 of 120, day 1 of 1`; ticks are counted from 1 on screen."""
    return f"tick {tick + 1:,} of {ticks:,}" + (f", day {day + 1} of {days}" if days > 1 else "")


# What if

SETTLEMENT, OPENING_BALANCE, ALL_BANKS, CREDIT, ARRIVALS, NEW_SEED = (
    "Settlement",
    "Opening balance",
    "All banks",
    "Credit",
    "Arrivals",
    "Another seed",
)


CREDIT_LINES, AS_IN_SCENARIO, EACH_BANK, MIXED = (
    "Credit line",
    "As in the scenario",
    "Each bank",
    "Mixed",
)
MULTILATERAL = {"off": "off", "queue_order": "in queue order", "best_effort": "best effort"}
PARAMETERS = {
    "urgency_threshold": "Urgent from",
    "target_buffer": "Buffer",
    "max_splits": "At most",
    "num_splits": "Split in",
    "stagger_first_now": "First now",
    "stagger_gap_ticks": "Then every",
    "priority_boost_children": "Raised by",
}
UNITS = {"cents": "", "ticks": "ticks", "parts": "parts", "levels": "levels"}


def parameter_of(name: str, whose: str) -> str:
    """`Urgent from, Elm`: what a field is called for those who do not see where it stands."""
    return f"{PARAMETERS[name]}, {whose}"


def policy_at(name: str) -> str:
    return f"Policy of {name}"


def credit_of(name: str) -> str:
    return f"Credit line of {name}"


KEEP, KEEP_AGAIN, COMPARE_WITH_A = "Keep as A and compare", "Keep this as A", "Compare with A"


def times(percent: int) -> str:
    """`\u00d7 1.00`."""
    return f"\u00d7 {percent / 100:.2f}"


def recomputed(seconds: float, changes: int) -> tuple[str, str]:
    """What differs from the scenario, and how long the day took."""
    what = f"{count(changes, 'change')} from the scenario." if changes else "Same as the scenario."
    took = f"{seconds * 1000:.0f} ms" if seconds >= 0.0015 else f"{seconds * 1000:.1f} ms"
    return what, f"Day computed in {took}."


COMPUTING, CANCEL, CANCEL_KEY = "Computing the day", "Cancel", "Cancel (Esc)"


def computing(done: int, ticks: int) -> str:
    """How far a day is that takes long."""
    return f"Computing the day: {done:,} of {count(ticks, 'tick')}."


def preparing(ticks: int) -> str:
    """The day is computed, what its pictures are drawn from is not."""
    return f"Preparing the pictures of {count(ticks, 'tick')}."


def bad_link(reason: str) -> str:
    """A link that asks for what is not there; what is on show instead can be seen."""
    return f"This link cannot be opened. {reason} What you see instead is not what was shared with you."


def bad_seed(seed: str) -> str:
    """A seed that is none."""
    return f"{seed!r} is not a seed: a whole number from 0 to {2**64 - 1} is."


def edited_title(title: str) -> str:
    """What a scenario is called whose text is another one than its file's; `title` as the text gives it."""
    return f"{title}, {EDITED}"


def refused(reason: str) -> str:
    """A change that the engine does not take."""
    return f"{reason} The last valid run stays."


# The inspector

INSPECTOR, PAYMENT, BANK, PAYS = "Inspector", "Payment", "Bank", "pays"
WAITING_SINCE, DEADLINE, PRIORITY, ARRIVED, SETTLED, WAITED = (
    "Waiting since",
    "Deadline",
    "Priority",
    "Arrived",
    "Settled",
    "Waited",
)
MET, LATE = "met", "late"
DROPPED = "Its bank has cancelled it."
BALANCE, CREDIT_IN_USE, TO_PAY, TO_RECEIVE, LOWEST = (
    "Balance",
    "Credit in use",
    "Waiting to pay",
    "Waiting to receive",
    "Lowest so far",
)
COST = "Cost"
NO_CREDIT, CAN_PAY, LIQUIDITY = "no credit line", "Can pay ", "available liquidity"
END_OF_DAY, END_OF_RUN = "end of day", "end of run"
FLOW, OTHER_WAY = "Flow", "Waiting the other way"
CHOOSE = "Choose a bank or a payment."
WHY = "Why is it waiting?"
WAYS_OUT = "What would settle it"
NEVER = "In this run it never settles."
TURN_ON_BILATERAL, TURN_ON_CYCLES = "Turn on bilateral netting", "Turn on cycle netting"


def nothing_waits(clock: str) -> str:
    return f"Nothing waits at {clock}. Choose a payment in the table, or a bank in the network."


def short_of(sender: str, liquidity: int, amount: int) -> tuple[str, str]:
    """Why a payment waits for liquidity; the second part is the point of it."""
    return (
        f"{sender} can pay {short(liquidity)} now. This payment needs {short(amount)}, which is ",
        f"{short(amount - liquidity)} more",
    )


def arriving(value: int, bank_name: str, expected: int) -> tuple[str, str]:
    return f"{short(value)} arriving", f" at {bank_name}. Expected from others in the queue: {short(expected)}."


def offset_with(sender: str, receiver: str, liquidity: int, amount: int, opposite: int) -> tuple[str, str]:
    """A way out by offsetting with the receiver; what the receiver has waiting is `opposite`."""
    if not opposite:
        return "", f"No offset: {receiver} has nothing waiting for {sender}."
    difference = abs(amount - opposite)
    moves = (
        f"Only {short(difference)} would move."
        if amount - opposite <= liquidity
        else f"The difference, {short(difference)}, is still too large."
    )
    return f"Offset with {receiver}", f", which has {short(opposite)} waiting for {sender}. {moves}"


def cycle_open(names: Sequence[str]) -> tuple[str, str]:
    """A closed loop of waiting payments through this one."""
    if not names:
        return "", "No cycle through this payment yet."
    return "A cycle is open:", f" {_way(names)}."


def settles(clock: str, mechanism: int) -> str:
    return f"In this run it settles at {clock}, {HOW[mechanism]}."


def go_to(clock: str) -> str:
    return f"Go to {clock}"


def not_arrived(clock: str) -> str:
    return f"It arrives at {clock}."


def place_in(sender: str) -> str:
    return f"In {sender}\u2019s queue"


def has(value: int) -> str:
    return f"has {short(value)}"


def short_by(value: int) -> str:
    return f"short {short(value)}"


def has_needs(liquidity: int, amount: int) -> str:
    return f"Has {short(liquidity)}, needs {short(amount)}"


def liquidity_of(name: str) -> str:
    return f"Available liquidity of {name} over the day"


def queue_of(name: str) -> str:
    return f"Queue of {name}, first in line on top"


def to(receiver: str) -> str:
    return f"to {receiver}"


def since(clock: str) -> str:
    return f"since {clock}"


def and_more(number: int) -> str:
    return f"and {number:,} more"


POLICIES = {
    "Fifo": "FIFO",
    "Deadline": "Deadline",
    "LiquidityAware": "Liquidity-aware",
    "LiquiditySplitting": "Liquidity splitting",
    "MockSplitting": "Even splitting",
    "FromJson": "Own rules, in a file",
    "Inline": "Own rules",
    "InlineJson": "Own rules, as JSON",
    "MockStaggerSplit": "Staggered splitting",
    "Tree": "Own rules",
}


def policy_name(kind: str) -> str:
    """`FIFO`; a kind that has no name of its own is called as in the scenario."""
    return POLICIES.get(kind, kind)


def policy(kind: str) -> str:
    """`Policy: FIFO`."""
    return f"Policy: {policy_name(kind)}"


def priority(level: int) -> str:
    """`5, normal`."""
    return f"{level}, {'urgent' if level > 7 else 'normal' if level > 3 else 'low'}"


def can_pay(balance: int, liquidity: int, credit: int) -> str:
    """After `Can pay 0.15 M now`."""
    if balance < 0:
        return f" now: its balance is {short(balance)} and {short(max(liquidity, 0))} of its credit is still free."
    if credit:
        return f" now: a balance of {short(balance)} and a credit line of {short(credit)}."
    return " now: its balance. It has no credit line."


def bank_waits(name: str, number: int, liquidity: int, all_larger: bool, incoming: int) -> str:
    """Why the payments of a bank wait."""
    if not number:
        return f"{name} has paid everything that arrived so far."
    if number == 1:
        first = (
            f"It is larger than the {short(liquidity)} that {name} can pay now."
            if all_larger
            else f"{name} has not paid it yet."
        )
    elif all_larger:
        first = f"Each one is larger than the {short(liquidity)} that {name} can pay now."
    else:
        first = f"{name} has too little for all of them at once."
    coming = (
        f" {short(incoming)} is on its way to {name}, but those payments wait too."
        if incoming
        else " Nothing is on its way to it."
    )
    return first + coming


def bank_question(number: int) -> str:
    if not number:
        return "Nothing waits here"
    return "Why is 1 payment waiting?" if number == 1 else f"Why are {number:,} payments waiting?"


# Tables

EVENTS, PAYMENTS = "Events", "Payments"
FILTER_EVENTS, FILTER_PAYMENTS = "Filter: bank, payment, kind", "Filter: from, to, id"
SHOW_AS_TABLE = "Show as table"
RELEASES = "would release it"
ALL_EVENTS, EVENT = "All events", "Event"
OPENING, OTHER_MOVEMENTS = "Opening balance", "Deferred credits, pools and other movements"
COST_OF, USES_CREDIT = "Cost of {}", "{} is below zero"


def traced(what: str, whose: str, total: int, number: int) -> tuple[str, str]:
    """What a figure is, and what it is the sum of; `whose` is a bank, a flow, or nothing."""
    names = {
        "settled": "Settled",
        "arrived": "Arrived",
        "waiting": "Waiting",
        "credit": "Credit in use",
        "cost": "Cost",
        "balance": "Balance",
        "to-pay": "Waiting to pay",
        "to-receive": "Waiting to receive",
        "flow": "Settled",
        "flow-waiting": "Waiting",
    }
    parts = {"credit": "bank", "cost": "charge", "balance": "entry"}.get(what, "payment")
    plural = "entries" if parts == "entry" else parts + "s"
    return (
        f"{names[what]}{', ' + whose if whose else ''}: {short(total)}",
        f"the sum of {number:,} {parts if number == 1 else plural} so far",
    )


def trace_to(what: str) -> str:
    return f"Show the events behind: {what}"


NO_MATCH = "No payment matches."
NO_EVENT = "No event matches."
NO_EVENT_YET = "Nothing has happened yet."
NO_PAYMENT_YET = "No payment has arrived yet."
CLEAR = "Clear the filter"
OVERDUE = "overdue"
TIME, WHAT_HAPPENED, VALUE, FROM, TO, STATE = "Time", "What happened", "Value", "From", "To", "State"
SHOW, ALL, WAITING_ONLY, OVERDUE_ONLY = "Show", "All", "Waiting", "Overdue"


def pays(sender: str, receiver: str, waited: int) -> str:
    """A payment settles: `Alder pays Damson, after 6 ticks`."""
    return f"{sender} pays {receiver}" + (f", after {count(waited, 'tick')}" if waited else "")


def goes_overdue(sender: str, receiver: str) -> str:
    return f"{sender}'s payment to {receiver} is overdue"


def cycle(names: Sequence[str]) -> str:
    return f"Cycle {_way([*names, names[0]])}"


def bilateral(names: Sequence[str]) -> str:
    return f"{names[0]} and {names[1]} offset"


def rows_of(title: str) -> str:
    return f"{title}, rows"


def waits(ticks: int) -> str:
    return f"waiting {count(ticks, 'tick')}"


def after(ticks: int) -> str:
    return f"after {count(ticks, 'tick')}" if ticks else HOW_SHORT[1]


# Lessons

LESSONS = "Lessons"
LESSON = "Lesson"
LESSONS_INTRO = "Each lesson sets the simulator, asks, and notices what you do. Nothing is graded."
ALL_LESSONS = "All lessons"
BEGIN, GO_ON, NEXT, FINISH = "Begin", "Go on", "Next", "Finish"
SHOW_AGAIN = "Show it again"
SHOW_ME = "Show me"
DO_IT = "Your turn"
RIGHT, NOT_QUITE, DONE = "Right.", "Not quite.", "Done."
YOUR_DAYS = "The days that you have tried"
IS_LOWEST = "lowest"
OTHER_SCENARIO = "The simulator shows another scenario."
BACK_TO_LESSON = "Back to this step"
FACTS = {
    "bilateral": "Bilateral",
    "cycles": "Cycles",
    "balances": "Balances",
    "credit": "Credit lines",
    "arrivals": "Arrivals",
    "opening-balance": "Opening balance",
    "day-settled": "Settled",
    "day-left": "Left",
    "day-cost": "Cost",
    "day-credit-cost": "Credit",
    "day-delay-cost": "Delay",
    "day-late-cost": "Lateness",
    "day-waiting-cost": "Waiting",
}
"""Column heads of a table of tried days; a fact that is not here stands there by its name."""


def step_of(step: int, steps: int) -> str:
    """`Step 2 of 5`; steps are counted from 0 inside."""
    return f"Step {step + 1} of {steps}"


def lesson_number(place: int, title: str) -> str:
    return f"Lesson {place}: {title}"


def steps_and_seen(steps: int, seen: int) -> str:
    """`5 steps`, `5 steps, 2 seen`."""
    return count(steps, "step") + (f", {seen} seen" if seen else "")


# Editor

EDITOR, TEXT_OF_SCENARIO = "Editor", "Scenario as YAML"
EDITOR_HELP = "Tab leaves the text. F8 goes to the next message."
EDITED = "edited"
OPEN_SCENARIO, SAVE_FILE, REVERT = "Open file", "Save file", "Revert"
NO_SOURCE = (
    "# This run came by a link or as a run file, which hold its scenario as the engine takes it, not its text.\n"
    "# Open a file here, or choose a scenario above. The run stays on show until a text is valid.\n"
)
GROUPS = {"bank": "Bank", "day": "Day and netting", "costs": "Costs"}
FORM, MESSAGES = "Form", "Messages"
NEXT_MESSAGE = "F8 next message"
CREDIT_LINE, POLICY, ARRIVAL_RATE = "Credit line, unsecured", "Policy", "Payments per tick, on average"
TICKS_PER_DAY, DAYS, LONGEST_CYCLE = "Ticks per day", "Days", "Longest cycle"
CREDIT_RATE, DELAY_RATE, OVERDUE_TIMES = "Credit, basis points per tick", "Delay, per cent and tick", "Overdue, times"
LATE_PENALTY, LEFT_PENALTY, SPLIT_COST = "Missed deadline", "Left at the end of the day", "Each further part of a split"
IN_THE_TEXT = "see the text"
LAST_VALID = "The last valid version is still running."
RUNNING = "This version is running."
ALL_RIGHT = "No errors."
CHECK_COMES = "Checking begins in a moment."
NO_FORM = "The form follows the text as soon as it can be read."
FORM_OF_BANK = "Banks"
FIX_IT = "Fix it"
WHOLE_TEXT = "The text"
YES, NO = "yes", "no"


def found(errors: int, warnings: int) -> str:
    """`2 errors, 1 warning.`"""
    parts = [count(number, noun) for number, noun in ((errors, "error"), (warnings, "warning")) if number]
    return f"{', '.join(parts)}." if parts else ALL_RIGHT


def line_column(line: int, column: int) -> str:
    return f"Line {line}, column {column}"


def did_you_mean(key: str) -> str:
    return f"{FIX_IT}: {key}"


def in_file(name: str) -> str:
    return f"in {name}"


# Policy trees

FIELD_WORDS = {
    "remaining_amount": "amount",
    "my_q2_in_value_from_counterparty": "waiting for us",
    "my_q2_out_value_to_counterparty": "waiting for the receiver",
    "queue1_total_value": "own queue",
    "rtgs_queue_value": "central queue",
}
"""Shorter words for fields of policy trees; the others are shown by their names."""
POLICY_WORDS = {
    "Fifo": "It pays at once, in the order in which payments arrive.",
    "Deadline": "It pays when the deadline is near, and holds everything else.",
    "LiquidityAware": "It pays as long as its buffer stays, and what is urgent if it can.",
    "LiquiditySplitting": "It pays what its balance covers, and splits what it does not.",
    "MockSplitting": "It splits every payment.",
    "MockStaggerSplit": "It splits every payment and releases the parts one after the other.",
}
NO_PAYMENT_TREE = "Its document has no tree for payments."
TREES_ELSEWHERE = "There is no tree to draw. The scenario \u201cCautious banks\u201d has banks that decide by one."
IN_WORDS, IF_YES, IF_NO = "In words", "If so:", "If not:"
CHOOSE_ONE = "choose one"
CHOOSE_PAYMENT = "Choose a payment to see the way that it took."


def policy_of(bank_name: str) -> str:
    return f"Policy of {bank_name}"


def tree_of(bank_name: str, nodes: int) -> str:
    return f"Policy of {bank_name} as a tree of {count(nodes, 'node')}; the same in words below"


def path_of(payment: str, clock: str) -> str:
    return f"The way of {payment} at {clock} is drawn bold."


def no_decision(payment: str, clock: str) -> str:
    return f"Nothing was decided about {payment} at {clock}."


def payment_option(payment: str, receiver: str, amount: str) -> str:
    return f"{payment} to {receiver}, {amount}"


def compared(left: float, operator: str, right: float) -> str:
    """The values of a comparison, as the engine had them."""
    return f"{left:,.10g} {operator} {right:,.10g}"
