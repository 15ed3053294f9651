"""What is told of the tables as views: the banks of events, and tables of older versions that programs may ask for."""

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
SELECT e.simulation_id, seq, a.agent_id FROM simulation_events AS e JOIN simulation_agents AS a
    ON a.simulation_id = e.simulation_id AND a.agent_number = e.first_agent
UNION ALL SELECT e.simulation_id, seq, a.agent_id FROM simulation_events AS e JOIN simulation_agents AS a
    ON a.simulation_id = e.simulation_id AND a.agent_number = e.second_agent
UNION ALL SELECT simulation_id, seq, agent_id FROM more_event_agents;"""

VIEWS = {"event_agents": _AGENTS, "simulation_runs": _RUNS, "collateral_events": _COLLATERAL, "lsm_cycles": _CYCLES}
