-- What is told of every tick, where it was asked for: after `rollup_day.sql`, whose working tables it reads.

INSERT INTO policy_decisions BY NAME
SELECT s.simulation_id, seq AS id, agent_id, tick, tick // ticks_per_day AS day,
    lower(event_type[7:]) AS decision_type, tx_id,
    CASE WHEN event_type = 'PolicyHold' THEN coalesce(text_of(details, 'reason_detail'), text_of(details, 'reason'))
        WHEN event_type = 'PolicyDrop' THEN text_of(details, 'reason') END AS reason,
    cents_of(details, 'num_splits') AS num_splits, CAST(json_extract(details, '$.child_ids') AS VARCHAR) AS child_tx_ids
FROM day_events, working_settings AS s
WHERE event_type IN ('PolicySubmit', 'PolicyHold', 'PolicyDrop', 'PolicySplit') ORDER BY seq;

INSERT INTO tick_agent_states BY NAME
WITH grid AS (SELECT unnest(range(first_tick, end_tick)) AS tick, b.* FROM working_range, working_banks AS b),
moved AS (SELECT tick, agent_id, sum(delta) AS delta FROM day_legs WHERE of IN ('balance', 'return') GROUP BY tick, agent_id),
collateral AS (SELECT tick, agent_id, arg_max(total, seq) AS total FROM day_collateral GROUP BY tick, agent_id),
costs AS (SELECT tick, agent_id, sum(COLUMNS(* EXCLUDE (tick, agent_id))) FROM day_costs GROUP BY tick, agent_id),
ticks AS (SELECT g.*, coalesce(moved.delta, 0) AS balance_change, collateral.total AS collateral_total,
        coalesce(costs.liquidity_cost, 0) AS liquidity_cost_delta, coalesce(costs.delay_cost, 0) AS delay_cost_delta,
        coalesce(costs.collateral_cost, 0) AS collateral_cost_delta,
        coalesce(costs.deadline_penalty, 0) + coalesce(costs.eod_penalty, 0) AS penalty_cost_delta,
        coalesce(costs.split_friction_cost, 0) AS split_friction_cost_delta
    FROM grid AS g LEFT JOIN moved USING (tick, agent_id) LEFT JOIN collateral USING (tick, agent_id)
        LEFT JOIN costs USING (tick, agent_id))
SELECT s.simulation_id, agent_id, tick, tick // ticks_per_day AS day, balance + sum(balance_change) OVER so_far AS balance,
    balance_change, unsecured_cap,
    coalesce(last_value(collateral_total IGNORE NULLS) OVER so_far, posted_collateral) AS posted_collateral,
    liquidity_cost + sum(liquidity_cost_delta) OVER so_far AS liquidity_cost,
    delay_cost + sum(delay_cost_delta) OVER so_far AS delay_cost,
    collateral_cost + sum(collateral_cost_delta) OVER so_far AS collateral_cost,
    penalty_cost + sum(penalty_cost_delta) OVER so_far AS penalty_cost,
    split_friction_cost + sum(split_friction_cost_delta) OVER so_far AS split_friction_cost,
    liquidity_cost_delta, delay_cost_delta, collateral_cost_delta, penalty_cost_delta, split_friction_cost_delta
FROM ticks, working_settings AS s
WINDOW so_far AS (PARTITION BY agent_id ORDER BY tick ROWS UNBOUNDED PRECEDING) ORDER BY tick, agent_id;

-- When a payment was where: from each event that brought it there to the next that took it away.
INSERT INTO tick_queue_snapshots BY NAME
WITH moves AS (
    SELECT tx_id, seq, tick, CASE WHEN kind IN ('QueuedRtgs', 'Queue2LiquidityRelease', 'Netted') THEN 'rtgs'
        ELSE 'queue1' END AS queue_type, kind IN ('QueuedRtgs', 'RtgsWithdrawal') AS enters,
        last_value(CASE kind WHEN 'RtgsSubmission' THEN word END IGNORE NULLS)
            OVER (PARTITION BY tx_id ORDER BY seq) AS rtgs_priority
    FROM day_moves WHERE kind IN ('QueuedRtgs', 'Queue2LiquidityRelease', 'Netted', 'RtgsSubmission', 'PolicyDrop',
        'PolicySplit', 'RtgsWithdrawal')
    UNION ALL SELECT tx_id, seq, tick, 'rtgs', false, NULL FROM day_moves WHERE kind = 'RtgsWithdrawal'
    UNION ALL SELECT tx_id, arrived_seq, tick, 'queue1', true, NULL FROM day_arrivals
    UNION ALL SELECT tx_id, seq, first_tick, queue_type, true, rtgs_priority FROM carried_queues, working_range),
stays AS (SELECT *, lead(tick) OVER (PARTITION BY tx_id, queue_type ORDER BY seq) AS leaves FROM moves),
held AS (SELECT tx_id, queue_type, seq, rtgs_priority, unnest(range(tick, coalesce(leaves, end_tick))) AS tick
    FROM stays, working_range WHERE enters)
SELECT s.simulation_id, p.sender_id AS agent_id, tick, queue_type, h.tx_id,
    row_number() OVER (PARTITION BY queue_type, tick, CASE queue_type WHEN 'queue1' THEN p.sender_id END
        ORDER BY CASE queue_type WHEN 'rtgs' THEN class_of(by_priority, h.rtgs_priority) END,
            CASE queue_type WHEN 'queue1' THEN p.arrived_seq ELSE h.seq END) - 1 AS position
FROM held AS h JOIN working_payments AS p USING (tx_id), working_settings AS s
ORDER BY tick, queue_type, agent_id, position;

-- What the next day begins with

DELETE FROM carried_queues;

INSERT INTO carried_queues SELECT tx_id, CASE WHEN in_queue1 THEN arrived_seq ELSE queue2_seq END,
    CASE WHEN in_queue1 THEN 'queue1' ELSE 'rtgs' END, rtgs_priority
FROM working_payments WHERE in_queue1 OR queue2_seq IS NOT NULL;
