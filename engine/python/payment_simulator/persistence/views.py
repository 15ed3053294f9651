"""What is told of the tables as views: events as people read them, their banks, and tables of older programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from payment_simulator_core_rs import event_catalogue

from payment_simulator.execution.event_codes import codes_with_payment, event_codes
from payment_simulator.persistence.models import Transaction

_DETAIL = "CAST(json_extract_string(details, '$.{0}') AS {1})"


def _detail(name: str, kind: str = "BIGINT") -> str:
    return _DETAIL.format(name, kind)


_RUNS = """CREATE OR REPLACE VIEW simulation_runs AS
SELECT simulation_id, config_file AS config_name, config_hash, description, started_at AS start_time,
    completed_at AS end_time, ticks_per_day, num_days, rng_seed, status, total_arrivals AS total_transactions,
    config_json, started_at AS created_at, ticks_per_day * num_days AS total_ticks
FROM simulations;"""

_COLLATERAL = f"""CREATE OR REPLACE VIEW collateral_events AS
SELECT e.seq AS id, e.simulation_id, e.agent_id, tick, e.day,
    CASE event_type WHEN 'CollateralPost' THEN 'post' ELSE 'withdraw' END AS action,
    {_detail("amount")} AS amount,
    coalesce(json_extract_string(details, '$.reason'), json_extract_string(details, '$.original_reason')) AS reason,
    CASE event_type WHEN 'CollateralTimerWithdrawn' THEN 'timer' ELSE 'policy' END AS layer,
    {_detail("new_total")} + CASE event_type WHEN 'CollateralPost' THEN -1 ELSE 1 END * {_detail("amount")}
        AS posted_collateral_before,
    {_detail("new_total")} AS posted_collateral_after,
    greatest(0, collateral_capacity - {_detail("new_total")}) AS available_capacity_after,
    balance_before
FROM simulation_events AS e LEFT JOIN daily_agent_metrics AS m
    ON m.simulation_id = e.simulation_id AND m.agent_id = e.agent_id AND m.day = e.day
    LEFT JOIN collateral_balances AS c ON c.simulation_id = e.simulation_id AND c.seq = e.seq
WHERE event_type IN ('CollateralPost', 'CollateralWithdraw', 'CollateralTimerWithdrawn');"""
# Runs of versions before that of `collateral_balances` have no balance there: their events do not tell it.

_CYCLES = f"""CREATE OR REPLACE VIEW lsm_cycles AS
SELECT seq AS id, simulation_id, tick, day,
    CASE WHEN event_type IN ('LsmBilateralOffset', 'EntryDispositionOffset') THEN 'bilateral' ELSE 'multilateral' END
        AS cycle_type,
    json_array_length(details, '$.agent_ids') AS cycle_length,
    json_extract(details, '$.agent_ids') AS agents,
    coalesce(json_extract(details, '$.tx_ids'),
        json_array(json_extract(details, '$.incoming_tx_id'), json_extract(details, '$.queued_tx_id'))) AS transactions,
    CASE WHEN event_type = 'EntryDispositionOffset' THEN {_detail("offset_amount")}
        WHEN event_type = 'LsmBilateralOffset' THEN least({_detail("amount_a")}, {_detail("amount_b")})
        ELSE {_detail("total_value")} END AS settled_value,
    CASE WHEN event_type = 'EntryDispositionOffset' THEN {_detail("incoming_amount")} + {_detail("queued_amount")}
        WHEN event_type = 'LsmBilateralOffset' THEN {_detail("amount_a")} + {_detail("amount_b")}
        ELSE {_detail("total_value")} END AS total_value,
    json_extract(details, '$.tx_amounts') AS tx_amounts,
    json_extract(details, '$.net_positions') AS net_positions,
    {_detail("max_net_outflow")} AS max_net_outflow,
    json_extract_string(details, '$.max_net_outflow_agent') AS max_net_outflow_agent
FROM simulation_events
WHERE event_type IN
    ('LsmBilateralOffset', 'EntryDispositionOffset', 'LsmCycleSettlement', 'LsmMultilateralSettlement');"""

_AGENTS = """CREATE OR REPLACE VIEW event_agents AS
SELECT simulation_id, seq, agent_id FROM event_rows JOIN simulations USING (run_number)
    JOIN simulation_agents USING (simulation_id) WHERE agent_number = agent
UNION ALL SELECT simulation_id, seq, agent_id FROM event_rows JOIN simulations USING (run_number)
    JOIN simulation_agents USING (simulation_id) WHERE agent_number = peer
UNION ALL SELECT simulation_id, seq, agent_id FROM more_event_agents;"""


def _events() -> str:
    """Events in the columns of the specification, made of the numbers that are stored."""
    catalogue = event_catalogue()
    with_agent = [event["code"] for event in catalogue if ("agent_id", "agent") in _columns(event)]
    told = "\n".join(f"        WHEN {event['code']} THEN {_told(event)}" for event in catalogue if event["by_numbers"])
    return f"""CREATE OR REPLACE VIEW simulation_events AS
SELECT s.simulation_id, e.seq, s.simulation_id || ':' || e.seq AS event_id, CAST(e.tick AS BIGINT) AS tick,
    e.tick // s.ticks_per_day AS day, e.written_at AS event_timestamp,
    {_one_of(list(event_codes()), "e.kind")} AS event_type,
    coalesce(e.details, CASE e.kind
{told} END) AS details,
    CASE WHEN e.kind IN ({_list(with_agent)}) THEN a.agent_id END AS agent_id,
    CASE WHEN e.payment > 0 THEN printf('tx_%08d', e.payment) || coalesce(e.part, '')
        WHEN e.kind IN ({_list(codes_with_payment())})
        THEN concat_ws('_', 'scheduled_settlement', a.agent_id, p.agent_id, e.amount, e.tick) END AS tx_id,
    e.written_at AS created_at
FROM event_rows AS e JOIN simulations AS s ON s.run_number = e.run_number
    LEFT JOIN simulation_agents AS a ON a.simulation_id = s.simulation_id AND a.agent_number = e.agent
    LEFT JOIN simulation_agents AS p ON p.simulation_id = s.simulation_id AND p.agent_number = e.peer;"""


def _payments() -> str:
    """Payments in the columns of the specification, made of the numbers that are stored."""
    statuses = get_args(Transaction.model_fields["status"].annotation)
    whole = "printf('tx_%08d', p.payment)"
    return f"""CREATE OR REPLACE VIEW transactions AS
SELECT s.simulation_id, {whole} || CASE p.part WHEN 0 THEN '' ELSE '.' || p.part END AS tx_id,
    sender.agent_id AS sender_id, receiver.agent_id AS receiver_id, {_wide("amount", "priority")}, p.is_divisible,
    {_wide("arrival_tick")}, CAST(p.arrival_tick // s.ticks_per_day AS BIGINT) AS arrival_day, {_wide("deadline_tick")},
    {_tick("settlement_tick")}, CASE WHEN p.settlement_tick >= 0 THEN p.settlement_tick // s.ticks_per_day END
        AS settlement_day,
    {_one_of(list(statuses), "p.status + 1")} AS status, {_tick("overdue_since_tick")},
    CASE p.status WHEN {statuses.index("dropped")} THEN {_text("PolicyDrop", "reason", "0")} END AS drop_reason,
    {_wide("amount_settled", "queue1_ticks", "queue2_ticks", "total_delay_ticks", "delay_cost")},
    CASE WHEN p.part > 0 THEN {whole} END AS parent_tx_id, CASE WHEN p.part > 0 THEN CAST(p.part AS BIGINT) END
        AS split_index,
    {_text("RtgsSubmission", "rtgs_priority", "p.rtgs_priority")} AS rtgs_priority, {_tick("rtgs_submission_tick")},
    {_text("RtgsSubmission", "rtgs_priority", "p.declared_rtgs_priority")} AS declared_rtgs_priority
FROM payment_rows AS p JOIN simulations AS s ON s.run_number = p.run_number
    LEFT JOIN simulation_agents AS sender
        ON sender.simulation_id = s.simulation_id AND sender.agent_number = p.sender
    LEFT JOIN simulation_agents AS receiver
        ON receiver.simulation_id = s.simulation_id AND receiver.agent_number = p.receiver;"""


def _wide(*names: str) -> str:
    """SQL for numbers as wide as the specification has them."""
    return ", ".join(f"CAST(p.{name} AS BIGINT) AS {name}" for name in names)


def _tick(name: str) -> str:
    """SQL for a tick, or NULL."""
    return f"CASE WHEN p.{name} >= 0 THEN CAST(p.{name} AS BIGINT) END AS {name}"


def _text(event_type: str, name: str, place: str) -> str:
    """SQL for one of the texts of a field by its place, from 0; NULL for -1."""
    fields = next(event["fields"] for event in event_catalogue() if event["event_type"] == event_type)
    texts = next(field["texts"] for field in fields if field["name"] == name)
    return f"CASE WHEN {place} >= 0 THEN {_one_of(texts, f'{place} + 1')} END"


def _columns(event: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(field["name"], field["column"]) for field in event["fields"]]


def _told(event: dict[str, Any]) -> str:
    """SQL for the details of an event that numbers tell."""
    fields = [field for field in event["fields"] if field["name"] not in ("agent_id", "tx_id")]
    pairs = " || ',".join(f'"{field["name"]}":\' || {_value(field)}' for field in fields)
    return f"'{{{pairs} || '}}'" if fields else "'{}'"


def _value(field: dict[str, Any]) -> str:
    """SQL for a field's value as JSON."""
    if field["column"] is None:
        return "'null'"
    if field["column"] in ("agent", "peer"):
        return f"to_json({field['column'][0]}.agent_id)"
    number = f"e.{field['column']}"
    if field["type"] == "boolean":
        return f"CASE {number} WHEN 0 THEN 'false' ELSE 'true' END"
    if texts := field.get("texts"):
        return f"""'"' || {_one_of(texts, number + " + 1")} || '"'"""
    return number


def _one_of(texts: list[str], place: str) -> str:
    """SQL for a text by its place, from 1."""
    return f"([{_list([repr(text) for text in texts])}])[{place}]"


def _list(items: Iterable[Any]) -> str:
    return ", ".join(str(item) for item in items)


VIEWS = {
    "simulation_events": _events(),
    "transactions": _payments(),
    "event_agents": _AGENTS,
    "simulation_runs": _RUNS,
    "collateral_events": _COLLATERAL,
    "lsm_cycles": _CYCLES,
}
"""Statements that make them, in an order in which that can be done."""
