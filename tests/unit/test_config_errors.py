"""Every mistake of a scenario is named with its path, line, column, value and what to write instead."""

import pytest
from payment_simulator import ConfigError, parse_config

DAY = "simulation: {ticks_per_day: 10}\n"
BANKS = "agents: [{id: A, opening_balance: 5}, {id: B, opening_balance: 5}]\n"
AMOUNT = "{type: Uniform, min: 1, max: 5}"
ARRIVALS = (
    f"{{rate_per_tick: 1, amount_distribution: {AMOUNT}, counterparty_weights: {{B: 1}}, deadline_range: [1, 5]}}"
)
BAND = f"{{rate_per_tick: 1, amount_distribution: {AMOUNT}, deadline_offset_min: 2, deadline_offset_max: 5}}"
ONCE = "schedule: {type: OneTime, tick: 0}"

# In each document § stands before what is blamed.
Case = tuple[str, str, str, str]


def top(name: str, text: str, path: str, message: str) -> Case:
    """A mistake in what stands beside a whole simulation block and two banks."""
    return name, DAY + BANKS + text, path, message


def bank(name: str, text: str, path: str, message: str) -> Case:
    """A mistake in a key of the bank A."""
    agents = "agents:\n- {id: A, opening_balance: 5, " + text + "}\n- {id: B, opening_balance: 5}"
    return name, DAY + agents, f"agents.0.{path}", message


def arrivals(name: str, old: str, new: str, path: str, message: str) -> Case:
    """A mistake in the arrivals of the bank A: `new` instead of `old`."""
    assert old in ARRIVALS, old
    return bank(name, "arrival_config: " + ARRIVALS.replace(old, new), f"arrival_config.{path}", message)


def event(name: str, text: str, path: str, message: str) -> Case:
    """A mistake in a scenario event."""
    blamed = "{" if "§" in text else "§{"
    return top(name, f"scenario_events:\n- {blamed}{text}}}", f"scenario_events.0{path}", message)


CASES = [
    # Money
    (
        "float",
        DAY + "agents: [{id: A, opening_balance: §5.0}]",
        "agents.0.opening_balance",
        "money is an integer number of cents: write 5",
    ),
    (
        "fraction",
        DAY + "agents: [{id: A, opening_balance: §5.5}]",
        "agents.0.opening_balance",
        "got 5.5; write an integer",
    ),
    ("text", DAY + 'agents: [{id: A, opening_balance: §"5"}]', "agents.0.opening_balance", "write 5 without quotes"),
    (
        "truth",
        DAY + "agents: [{id: A, opening_balance: §true}]",
        "agents.0.opening_balance",
        "got true; write an integer",
    ),
    ("nothing", DAY + "agents: [{id: A, opening_balance: §null}]", "agents.0.opening_balance", "got nothing"),
    (
        "too much",
        DAY + "agents: [{id: A, opening_balance: §2_000_000_000_000_000}]",
        "agents.0.opening_balance",
        "at most",
    ),
    ("older spelling", DAY + "agents: [{id: A, balance: §5.0}]", "agents.0.balance", "write 5"),
    bank("negative credit", "unsecured_cap: §-1", "unsecured_cap", "got -1; write at least 0"),
    # The document and its keys
    ("no ticks per day", "§" + BANKS, "", "ticks_per_day is missing; write the number of ticks in a day"),
    ("no banks", "§" + DAY, "", "agents is missing; write a list of banks"),
    ("empty list of banks", DAY + "agents: §[]", "agents", "at least 1"),
    (
        "no balance",
        DAY + "agents: [§{id: A}]",
        "agents.0",
        "opening_balance is missing; write the balance at the start",
    ),
    ("a bank that is text", DAY + "agents: [§A]", "agents.0", 'got "A"; write a mapping'),
    top("unknown key", "§lsm_confg: {}", "lsm_confg", "is not a known key; did you mean lsm_config?"),
    top("unknown key, nothing near", "§zzz: {}", "zzz", "known are simulation, agents, cost_rates"),
    top("unknown key of costs", "cost_rates: {§overdraft_bps: 1}", "cost_rates.overdraft_bps", "overdraft_cost_bps?"),
    bank("unknown key near an alias", "§credit_limt: 5", "credit_limt", "did you mean credit_limit?"),
    arrivals(
        "unknown key below",
        "rate_per_tick",
        "§rate_per_tik: 1, rate_per_tick",
        "rate_per_tik",
        "did you mean rate_per_tick?",
    ),
    top("a list for a mapping", "cost_rates: §[]", "cost_rates", "got a list; write a mapping"),
    # Simulation
    ("zero ticks", BANKS + "simulation: {ticks_per_day: §0}", "simulation.ticks_per_day", "got 0; write at least 1"),
    (
        "ticks as a float",
        BANKS + "simulation: {ticks_per_day: §1.5}",
        "simulation.ticks_per_day",
        "got 1.5; write an integer",
    ),
    ("flat", BANKS + "ticks_per_day: §no", "ticks_per_day", 'got "no"; write an integer'),
    (
        "negative seed",
        BANKS + "simulation: {ticks_per_day: 1, seed: §-1}",
        "simulation.seed",
        "got -1; write at least 0",
    ),
    (
        "seed beyond 64 bits",
        BANKS + "simulation: {ticks_per_day: 1, rng_seed: §18446744073709551616}",
        "simulation.rng_seed",
        "at most 18446744073709551615",
    ),
    ("too long", BANKS + "simulation: {ticks_per_day: 90_000, num_days: §90_000}", "simulation.num_days", "too long"),
    # Banks
    (
        "same id",
        DAY + "agents:\n- {id: A, opening_balance: 5}\n- {id: §A, opening_balance: 5}",
        "agents.1.id",
        "in line 3",
    ),
    ("blank id", DAY + 'agents: [{id: §" ", opening_balance: 5}]', "agents.0.id", "an id is not blank"),
    (
        "id that is a number",
        DAY + "agents: [{id: §7, opening_balance: 5}]",
        "agents.0.id",
        'got 7; write text, in quotes: "7"',
    ),
    bank("limit for nobody", "limits: {bilateral_limits: {§C: 5}}", "limits.bilateral_limits.C", "known are A, B"),
    bank("limit below nothing", "multilateral_limit: §-5", "multilateral_limit", "got -5; write at least 0"),
    bank("haircut", "collateral_haircut: §1.5", "collateral_haircut", "got 1.5; write at most 1"),
    # Policies
    bank("unknown policy", "policy: {type: §Deadine}", "policy.type", "did you mean Deadline?"),
    bank("unknown policy as text", "policy: §Deadine", "policy", "did you mean Deadline?"),
    bank("policy without type", "policy: §{}", "policy", "type is missing; write one of Fifo, Deadline"),
    bank("policy that is a number", "policy: §5", "policy", "got 5; write a mapping with type"),
    bank("parameter missing", "policy: §{type: Deadline}", "policy", "urgency_threshold is missing"),
    bank("parameter zero", "policy: {type: Deadline, urgency_threshold: §0}", "policy.urgency_threshold", "at least 1"),
    bank(
        "parameter of another policy",
        "policy: {type: Fifo, §target_buffer: 5}",
        "policy.target_buffer",
        "not a known key",
    ),
    bank("both texts of a policy", "policy: §{type: FromJson}", "policy", "write either json_path"),
    # Arrivals
    arrivals("negative rate", "rate_per_tick: 1", "rate_per_tick: §-1", "rate_per_tick", "got -1; write at least 0"),
    arrivals(
        "rate as text", "rate_per_tick: 1", "rate_per_tick: §often", "rate_per_tick", 'got "often"; write a number'
    ),
    arrivals("infinite rate", "rate_per_tick: 1", "rate_per_tick: §1e9999", "rate_per_tick", "write a finite number"),
    arrivals(
        "no distribution", "Uniform", "§Gamma", "amount_distribution.type", "write one of Uniform, Normal, LogNormal"
    ),
    arrivals("amount of nothing", "min: 1", "min: §0", "amount_distribution.min", "got 0; write at least 1"),
    arrivals("amounts upside down", "min: 1, max: 5", "min: 9, max: §5", "amount_distribution.max", "at least min, 9"),
    arrivals("lambda", AMOUNT, "{type: Exponential, lambda: §0}", "amount_distribution.lambda", "more than 0"),
    arrivals(
        "moments",
        AMOUNT,
        "{type: LogNormal, mean: §0, std_dev: 1, parameterization: moments}",
        "amount_distribution.mean",
        "above 0",
    ),
    arrivals(
        "parameterization",
        AMOUNT,
        "{type: LogNormal, mean: 9, std_dev: 1, parameterization: §log}",
        "amount_distribution.parameterization",
        'got "log"; write moments or log_space',
    ),
    arrivals(
        "unknown receiver",
        "{B: 1}",
        "{§C: 1}",
        "counterparty_weights.C",
        '"C" is not the id of a bank of this scenario',
    ),
    arrivals("negative weight", "{B: 1}", "{B: §-1}", "counterparty_weights.B", "got -1; write at least 0"),
    arrivals(
        "weights of nothing", "{B: 1}", "§{B: 0, A: 3}", "counterparty_weights", "adds up to nothing for other banks"
    ),
    arrivals("no weights", "{B: 1}", "§{}", "counterparty_weights", "write a weight for each receiver"),
    arrivals("one deadline", "[1, 5]", "§[1]", "deadline_range", "write [min, max]"),
    arrivals("deadlines upside down", "[1, 5]", "§[5, 1]", "deadline_range", "got [5, 1]"),
    arrivals("deadline at once", "[1, 5]", "[§0, 5]", "deadline_range.0", "got 0; write at least 1"),
    arrivals("priority", "rate_per_tick", "priority: §11, rate_per_tick", "priority", "got 11; write at most 10"),
    arrivals(
        "weights of priorities",
        "rate_per_tick",
        "priority_distribution: {type: Categorical, values: [1, 2], weights: §[1]}, rate_per_tick",
        "priority_distribution.weights",
        "1 weights for 2 values",
    ),
    arrivals(
        "window backwards",
        "rate_per_tick",
        "time_windows: [{start_tick: 5, end_tick: §5, rate_multiplier: 2}], rate_per_tick",
        "time_windows.0.end_tick",
        "write more than start_tick, 5",
    ),
    top(
        "window beyond the day",
        "time_windows: [{start_tick: 5, end_tick: §11, rate_multiplier: 2}]",
        "time_windows.0.end_tick",
        "at most ticks_per_day, 10",
    ),
    bank("no band", "arrival_bands: §{}", "arrival_bands", "at least one of urgent, normal, low"),
    bank("another band", "arrival_bands: {§lo: " + BAND + "}", "arrival_bands.lo", "did you mean low?"),
    bank(
        "band upside down",
        "arrival_bands: {low: " + BAND.replace("offset_max: 5", "offset_max: §1") + "}",
        "arrival_bands.low.deadline_offset_max",
        "at least deadline_offset_min, 2",
    ),
    bank(
        "both kinds",
        f"arrival_config: {ARRIVALS}, arrival_bands: §{{low: {BAND}}}",
        "arrival_bands",
        "beside arrival_config",
    ),
    (
        "nobody to pay",
        DAY + f"agents: [{{id: A, opening_balance: 5, arrival_bands: {{low: §{BAND}}}}}]",
        "agents.0.arrival_bands.low",
        "a payment needs a second bank",
    ),
    top(
        "arrivals of nobody",
        "arrival_configs: [{agent_id: §C}]",
        "arrival_configs.0.agent_id",
        '"C" is not the id of a bank',
    ),
    # Costs
    top("penalty as a fraction", "cost_rates: {deadline_penalty: §5.5}", "cost_rates.deadline_penalty", "got 5.5"),
    top("penalty as a truth", "cost_rates: {eod_penalty: §true}", "cost_rates.eod_penalty", "got true"),
    top(
        "negative penalty",
        "cost_rates: {eod_penalty_per_transaction: §-1}",
        "cost_rates.eod_penalty_per_transaction",
        "at least 0",
    ),
    top(
        "half a penalty",
        "cost_rates: {eod_penalty: §{mode: rate}}",
        "cost_rates.eod_penalty",
        "bps_per_event is missing",
    ),
    top(
        "mode of a penalty",
        "cost_rates: {eod_penalty: {mode: §flat}}",
        "cost_rates.eod_penalty.mode",
        "one of fixed, rate",
    ),
    top(
        "negative rate", "cost_rates: {overdraft_bps_per_tick: §-0.5}", "cost_rates.overdraft_bps_per_tick", "got -0.5"
    ),
    top(
        "rate as text",
        'cost_rates: {overdraft_bps_per_tick: §"0.5"}',
        "cost_rates.overdraft_bps_per_tick",
        "write a number",
    ),
    top(
        "rate with too many digits",
        "cost_rates: {overdraft_bps_per_tick: §0.1234567890123456789}",
        "cost_rates.overdraft_bps_per_tick",
        "at most 18 digits",
    ),
    # Netting
    top("cycle length", "lsm_config: {max_cycle_length: §2}", "lsm_config.max_cycle_length", "got 2; write at least 3"),
    top(
        "truth as text",
        "lsm_config: {enable_cycles: §off}",
        "lsm_config.enable_cycles",
        'got "off"; write true or false',
    ),
    top(
        "multilateral", "lsm_config: {multilateral: §on}", "lsm_config.multilateral", "off, queue_order or best_effort"
    ),
    top("ordering", "queue1_ordering: §lifo", "queue1_ordering", 'got "lifo"; write fifo or priority_deadline'),
    # Events
    event("unknown event", f"type: §Transfer, {ONCE}", ".type", "did you mean DirectTransfer?"),
    event("amount", f"type: DirectTransfer, from_agent: A, to_agent: B, amount: §0, {ONCE}", ".amount", "at least 1"),
    event(
        "unknown sender",
        f"type: DirectTransfer, from_agent: §C, to_agent: B, amount: 1, {ONCE}",
        ".from_agent",
        '"C" is not',
    ),
    event(
        "to itself", f"type: DirectTransfer, from_agent: A, to_agent: §A, amount: 1, {ONCE}", ".to_agent", "pays itself"
    ),
    event(
        "no schedule",
        "type: DirectTransfer, from_agent: A, to_agent: B, amount: 1",
        "",
        "schedule is missing; write {type",
    ),
    event(
        "unknown schedule",
        "type: DirectTransfer, from_agent: A, to_agent: B, amount: 1, schedule: {type: §Daily}",
        ".schedule.type",
        "write one of OneTime, Repeating",
    ),
    event(
        "interval",
        "type: DirectTransfer, from_agent: A, to_agent: B, amount: 1, schedule: Repeating, start_tick: 1, interval: §0",
        ".interval",
        "got 0; write at least 1",
    ),
    event(
        "no multiplier",
        "type: GlobalArrivalRateChange, schedule: {type: OneTime, tick: 1}",
        "",
        "write either multiplier",
    ),
    top(
        "older payment that is late",
        "initial_transactions: [{sender: A, receiver: B, amount: 5, arrival_tick: 4, deadline: §4}]",
        "initial_transactions.0.deadline",
        "the payment arrives at tick 4: write a later tick",
    ),
    # Toggles and display
    top(
        "both toggles",
        "policy_feature_toggles: {include: [], exclude: §[]}",
        "policy_feature_toggles.exclude",
        "keep one",
    ),
    top(
        "unknown category",
        "cost_feature_toggles: {include: §[Daly]}",
        "cost_feature_toggles.include",
        '"Daly" is not a category',
    ),
    top("clock", "display: {day_start: §8am}", "display.day_start", 'write a time of day such as "08:00"'),
    top("day backwards", "display: {day_start: 10:00, day_end: §09:00}", "display.day_end", "after day_start, 10:00"),
    top("name of nobody", "display: {names: {§C: Cedar}}", "display.names.C", '"C" is not the id of a bank'),
    top("open late", "display: {open_at: §10}", "display.open_at", "write at most 9"),
    top("open somewhere", "display: {open_at: §noon}", "display.open_at", "a tick or largest_netting"),
    top("two places", "display: {places: [A, B, §A]}", "display.places.2", "has a place already"),
    top("no place", "display: {places: §[A]}", "display.places", "leaves out B"),
]


@pytest.mark.parametrize("document, path, message", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_mistake_is_named_with_its_place(document: str, path: str, message: str) -> None:
    before, _, after = document.partition("§")
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    with pytest.raises(ConfigError) as caught:
        parse_config(before + after, "scenario.yaml")
    [problem] = [problem for problem in caught.value.problems if "is not supported yet" not in problem.message]
    assert message in problem.message
    assert (problem.path, problem.line, problem.column) == (path, line, column)
    assert f"scenario.yaml:{line}:{column}: " in str(caught.value)


def test_all_mistakes_are_told_in_the_order_of_the_text() -> None:
    text = "simulation: {ticks_per_day: 0}\nagents:\n- {id: A, opening_balance: 5.0}\n- {id: A}\nqueue1_order: fifo"
    with pytest.raises(ConfigError) as caught:
        parse_config(text)
    assert [problem.line for problem in caught.value.problems] == [1, 3, 4, 4, 5]
    assert len(str(caught.value).splitlines()) == 5


def test_a_problem_holds_value_and_what_is_allowed_for_tools() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(DAY + BANKS + "lsm_config: {enable_cycles: maybe}")
    [problem] = caught.value.problems
    assert (problem.value, problem.allowed) == ("maybe", "true or false")
