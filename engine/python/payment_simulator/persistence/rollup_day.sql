-- The roll-up of one day, in order.

-- Payments

-- Everything that moves a payment from one place to another: a row a payment and event.
CREATE OR REPLACE TEMP TABLE day_moves AS
SELECT seq, tick, tx_id, event_type AS kind, CASE event_type
        WHEN 'PolicyDrop' THEN text_of(details, 'reason')
        WHEN 'RtgsSubmission' THEN text_of(details, 'rtgs_priority')
        WHEN 'RtgsResubmission' THEN text_of(details, 'new_rtgs_priority') END AS word
FROM day_events WHERE tx_id IS NOT NULL AND event_type IN ('RtgsSubmission', 'RtgsResubmission', 'RtgsWithdrawal',
    'QueuedRtgs', 'PolicyDrop', 'PolicySplit', 'TransactionWentOverdue', 'RtgsImmediateSettlement',
    'Queue2LiquidityRelease')
UNION ALL
SELECT seq, tick, unnest(texts_of(details, 'tx_ids')), 'Netted', NULL FROM day_events WHERE event_type IN ('LsmBilateralOffset', 'LsmCycleSettlement', 'LsmMultilateralSettlement')
UNION ALL
SELECT seq, tick, text_of(details, 'incoming_tx_id'), 'Offset', NULL FROM day_events WHERE event_type = 'EntryDispositionOffset'
UNION ALL
SELECT seq, tick, text_of(details, 'queued_tx_id'), 'Netted', NULL FROM day_events WHERE event_type = 'EntryDispositionOffset';

-- Payments that arrived today, with their whole, which may have arrived before.
CREATE OR REPLACE TEMP TABLE day_arrivals AS
SELECT seq AS arrived_seq, tx_id, tick, fields[1] AS sender_id, fields[2] AS receiver_id,
    CAST(fields[3] AS BIGINT) AS amount, CAST(fields[4] AS BIGINT) AS deadline_tick,
    CAST(fields[5] AS BIGINT) AS priority, CAST(fields[6] AS BOOLEAN) AS is_divisible, fields[7] AS parent_tx_id
FROM (SELECT seq, tick, tx_id, json_extract_string(details, ['$.sender_id', '$.receiver_id', '$.amount',
    '$.deadline_tick', '$.priority', '$.is_divisible', '$.parent_id']) AS fields
    FROM day_events WHERE event_type = 'Arrival');

INSERT INTO working_payments
SELECT a.arrived_seq, a.tx_id, a.sender_id, a.receiver_id, a.amount, a.priority, a.is_divisible,
    coalesce(old.arrival_tick, own.tick, a.tick), a.deadline_tick, a.parent_tx_id, a.tick, NULL, NULL, 0,
    CASE WHEN old.overdue_tick IS NOT NULL THEN old.overdue_tick ELSE late.tick END, NULL, NULL, true, NULL, 0, NULL,
    NULL, NULL
FROM day_arrivals AS a LEFT JOIN working_payments AS old ON old.tx_id = a.parent_tx_id
    LEFT JOIN day_arrivals AS own ON own.tx_id = a.parent_tx_id
    LEFT JOIN day_moves AS late ON late.tx_id = a.parent_tx_id AND late.kind = 'TransactionWentOverdue'
        AND late.seq < a.arrived_seq
ORDER BY a.arrived_seq;

CREATE OR REPLACE TEMP TABLE day_changes AS
SELECT tx_id,
    max(tick) FILTER (kind IN ('RtgsImmediateSettlement', 'Queue2LiquidityRelease', 'Netted', 'Offset')) AS settled_tick,
    max(tick) FILTER (kind = 'TransactionWentOverdue') AS overdue_tick,
    max(tick) FILTER (kind = 'PolicyDrop') AS dropped_tick,
    max(word) FILTER (kind = 'PolicyDrop') AS drop_reason,
    max(tick) FILTER (kind = 'PolicySplit') AS split_tick,
    max(tick) FILTER (kind = 'RtgsSubmission') AS submission_tick,
    arg_max(word, seq) FILTER (kind = 'RtgsSubmission') AS rtgs_priority,
    arg_max(word, seq) FILTER (kind = 'RtgsResubmission') AS declared_priority,
    arg_max(kind, seq) FILTER (kind IN ('RtgsSubmission', 'RtgsWithdrawal')) AS last_move,
    max(seq) FILTER (kind = 'QueuedRtgs') AS queued_seq,
    max(seq) FILTER (kind IN ('Queue2LiquidityRelease', 'Netted', 'RtgsWithdrawal')) AS left_seq,
    coalesce(sum(tick) FILTER (kind IN ('Queue2LiquidityRelease', 'Netted', 'RtgsWithdrawal')), 0)
        - coalesce(sum(tick) FILTER (kind = 'QueuedRtgs'), 0) AS queue2_sum
FROM day_moves GROUP BY tx_id;

UPDATE working_payments AS p SET
    settled_tick = coalesce(c.settled_tick, p.settled_tick),
    overdue_tick = coalesce(c.overdue_tick, p.overdue_tick),
    dropped_tick = coalesce(c.dropped_tick, p.dropped_tick),
    drop_reason = coalesce(c.drop_reason, p.drop_reason),
    waits_to = coalesce(p.waits_to, c.settled_tick, c.dropped_tick, c.split_tick),
    submission_tick = coalesce(c.submission_tick, p.submission_tick),
    rtgs_priority = coalesce(c.rtgs_priority, p.rtgs_priority),
    declared_priority = coalesce(c.declared_priority, p.declared_priority),
    in_queue1 = CASE WHEN c.settled_tick IS NOT NULL OR c.dropped_tick IS NOT NULL OR c.split_tick IS NOT NULL THEN false
        WHEN c.last_move IS NULL THEN p.in_queue1 ELSE c.last_move = 'RtgsWithdrawal' END,
    queue2_seq = CASE WHEN c.left_seq > coalesce(c.queued_seq, -1) THEN NULL ELSE coalesce(c.queued_seq, p.queue2_seq) END,
    queue2_sum = p.queue2_sum + c.queue2_sum
FROM day_changes AS c WHERE c.tx_id = p.tx_id;

-- A payment that was split has settled when all its parts have.
UPDATE working_payments AS p SET settled_parts = p.settled_parts + parts.amount,
    settled_tick = CASE WHEN p.settled_parts + parts.amount = p.amount THEN parts.tick END
FROM (SELECT parent_tx_id, sum(amount) AS amount, max(settled_tick) AS tick FROM working_payments
    WHERE settled_tick IS NOT NULL AND parent_tx_id IS NOT NULL GROUP BY parent_tx_id) AS parts
WHERE parts.parent_tx_id = p.tx_id;

DELETE FROM transactions USING working_settings AS s
WHERE transactions.simulation_id = s.simulation_id
    AND arrival_tick >= (SELECT coalesce(min(arrival_tick), 0) FROM working_payments)
    AND tx_id IN (SELECT tx_id FROM working_payments, working_range WHERE arrived_seq < from_seq);

INSERT INTO transactions BY NAME
SELECT s.simulation_id, tx_id, sender_id, receiver_id, amount, priority, is_divisible, arrival_tick,
    arrival_tick // ticks_per_day AS arrival_day, deadline_tick, settled_tick AS settlement_tick,
    settled_tick // ticks_per_day AS settlement_day,
    CASE WHEN settled_tick IS NOT NULL THEN 'settled' WHEN dropped_tick IS NOT NULL THEN 'dropped'
        WHEN overdue_tick IS NOT NULL THEN 'overdue' ELSE 'pending' END AS status,
    overdue_tick AS overdue_since_tick, drop_reason,
    CASE WHEN settled_tick IS NOT NULL THEN amount ELSE settled_parts END AS amount_settled,
    coalesce(waits_to, end_tick - 1) - waits_from - queue2_ticks AS queue1_ticks, queue2_ticks,
    coalesce(settled_tick, dropped_tick, end_tick - 1) - arrival_tick AS total_delay_ticks,
    CAST((2 * amount::HUGEINT * (
            (charged - late) * CASE WHEN priority >= 8 THEN delay_urgent WHEN priority >= 4 THEN delay_normal
                ELSE delay_low END
            + late * CASE WHEN priority >= 8 THEN overdue_urgent WHEN priority >= 4 THEN overdue_normal
                ELSE overdue_low END) + 1000000000000) // 2000000000000 AS BIGINT) + charged * delay_per_tick AS delay_cost,
    parent_tx_id, CASE WHEN parent_tx_id IS NOT NULL THEN CAST(split_part(tx_id, '.', 2) AS BIGINT) END AS split_index,
    rtgs_priority, submission_tick AS rtgs_submission_tick, declared_priority AS declared_rtgs_priority
FROM (SELECT *, queue2_sum + CASE WHEN queue2_seq IS NULL THEN 0 ELSE end_tick - 1 END AS queue2_ticks,
        coalesce(waits_to, end_tick) - waits_from AS charged,
        greatest(0, coalesce(waits_to, end_tick) - greatest(coalesce(overdue_tick, coalesce(waits_to, end_tick)),
            waits_from)) AS late
    FROM working_payments, working_range) AS p JOIN working_banks AS b ON b.agent_id = p.sender_id, working_settings AS s
ORDER BY arrived_seq;

-- Banks and queues

-- Every change of a bank's money, collateral and queues; `of` says of which.
CREATE OR REPLACE TEMP TABLE day_legs AS
WITH gross AS (SELECT seq, tick, tx_id, fields[1] AS sender, fields[2] AS receiver, CAST(fields[3] AS BIGINT) AS amount
    FROM (SELECT seq, tick, tx_id, json_extract_string(details, ['$.sender_id', '$.receiver_id', '$.amount']) AS fields
        FROM day_events WHERE event_type IN ('RtgsImmediateSettlement', 'Queue2LiquidityRelease'))),
pairs AS (SELECT seq, tick, texts_of(details, 'agent_ids') AS ids, CASE event_type WHEN 'LsmBilateralOffset'
        THEN cents_of(details, 'amount_b') - cents_of(details, 'amount_a') ELSE cents_of(details, 'queued_amount') - cents_of(details, 'incoming_amount') END AS net
    FROM day_events WHERE event_type IN ('LsmBilateralOffset', 'EntryDispositionOffset')),
nets AS (SELECT seq, tick, ids[1] AS agent_id, net AS delta FROM pairs
    UNION ALL SELECT seq, tick, ids[2], -net FROM pairs
    UNION ALL SELECT seq, tick, unnest(texts_of(details, 'agent_ids')), unnest(numbers_of(details, 'net_positions'))
    FROM day_events WHERE event_type IN ('LsmCycleSettlement', 'LsmMultilateralSettlement')),
transfers AS (SELECT seq, tick, text_of(details, 'details.from_agent') AS payer, text_of(details, 'details.to_agent') AS payee,
        cents_of(details, 'details.amount') AS amount
    FROM day_events WHERE event_type = 'ScenarioEventExecuted' AND text_of(details, 'scenario_event_type') = 'direct_transfer')
SELECT 'balance' AS of, seq, tick, sender AS agent_id, -amount AS delta FROM gross
UNION ALL SELECT 'balance', seq, tick, receiver, amount FROM gross, working_settings WHERE NOT deferred OR NOT starts_with(coalesce(tx_id, ''), 'tx_')
UNION ALL SELECT 'balance', seq, tick, agent_id, delta FROM nets, working_settings WHERE delta < 0 OR NOT deferred
UNION ALL SELECT 'balance', seq, tick, agent_id, cents_of(details, 'amount') FROM day_events
    WHERE event_type IN ('DeferredCreditApplied', 'LiquidityAllocation')
UNION ALL SELECT 'return', seq, tick, agent_id, -cents_of(details, 'amount') FROM day_events WHERE event_type = 'LiquidityReturn'
UNION ALL SELECT 'balance', seq, tick, payer, -amount FROM transfers
UNION ALL SELECT 'balance', seq, tick, payee, amount FROM transfers
UNION ALL SELECT 'queue1', arrived_seq, tick, sender_id, 1 FROM day_arrivals
UNION ALL SELECT CASE WHEN kind IN ('QueuedRtgs', 'Queue2LiquidityRelease', 'Netted') THEN 'queue2' ELSE 'queue1' END,
        m.seq, m.tick, p.sender_id, CASE WHEN kind IN ('QueuedRtgs', 'RtgsWithdrawal') THEN 1 ELSE -1 END
    FROM day_moves AS m JOIN working_payments AS p ON p.tx_id = m.tx_id
    WHERE kind IN ('QueuedRtgs', 'Queue2LiquidityRelease', 'Netted', 'RtgsSubmission', 'PolicyDrop', 'PolicySplit',
        'RtgsWithdrawal')
UNION ALL SELECT 'queue2', m.seq, m.tick, p.sender_id, -1
    FROM day_moves AS m JOIN working_payments AS p ON p.tx_id = m.tx_id WHERE kind = 'RtgsWithdrawal';

CREATE OR REPLACE TEMP TABLE day_collateral AS
SELECT seq, tick, agent_id, cents_of(details, 'new_total') AS total, event_type FROM day_events
WHERE event_type IN ('CollateralPost', 'CollateralWithdraw', 'CollateralTimerWithdrawn')
UNION ALL SELECT seq, tick, text_of(details, 'details.agent'), cents_of(details, 'details.new_total'), event_type FROM day_events
WHERE event_type = 'ScenarioEventExecuted' AND text_of(details, 'scenario_event_type') = 'collateral_adjustment';

CREATE OR REPLACE TEMP TABLE day_costs AS
SELECT tick, agent_id, coalesce(CAST(fields[1] AS BIGINT), 0) AS liquidity_cost, coalesce(CAST(fields[2] AS BIGINT), 0) AS delay_cost, coalesce(CAST(fields[3] AS BIGINT), 0) AS collateral_cost, coalesce(CAST(fields[4] AS BIGINT), 0) AS deadline_penalty, coalesce(CAST(fields[5] AS BIGINT), 0) AS eod_penalty, coalesce(CAST(fields[6] AS BIGINT), 0) AS split_friction_cost, coalesce(CAST(fields[7] AS BIGINT), 0) AS liquidity_opportunity_cost, coalesce(CAST(fields[8] AS BIGINT), 0) AS total_cost
FROM (SELECT tick, agent_id, json_extract_string(details, ['$.costs.liquidity_cost', '$.costs.delay_cost',
    '$.costs.collateral_cost', '$.costs.deadline_penalty', '$.costs.eod_penalty', '$.costs.split_friction_cost',
    '$.costs.liquidity_opportunity_cost', '$.costs.total_cost']) AS fields FROM day_events WHERE event_type = 'CostAccrual');

INSERT INTO daily_agent_metrics BY NAME
WITH running AS (SELECT agent_id, sum(delta) OVER (PARTITION BY agent_id ORDER BY seq) AS change
    FROM day_legs WHERE of = 'balance'),
balances AS (SELECT agent_id, min(change) AS least, max(change) AS most FROM running GROUP BY agent_id),
closing AS (SELECT agent_id, sum(delta) FILTER (of = 'balance') AS change, sum(delta) FILTER (of = 'return') AS returned
    FROM day_legs GROUP BY agent_id),
sizes AS (SELECT of, agent_id, tick, sum(sum(delta)) OVER (PARTITION BY of, agent_id ORDER BY tick) AS size
    FROM day_legs WHERE of IN ('queue1', 'queue2') GROUP BY of, agent_id, tick),
queues AS (SELECT agent_id, max(size) FILTER (of = 'queue1') AS queue1_peak,
        arg_max(size, tick) FILTER (of = 'queue1') AS queue1_change, max(size) FILTER (of = 'queue2') AS queue2_peak,
        arg_max(size, tick) FILTER (of = 'queue2') AS queue2_change
    FROM sizes GROUP BY agent_id),
collateral AS (SELECT agent_id, max(total) AS peak, arg_max(total, seq) AS closing,
        count(*) FILTER (event_type = 'CollateralPost') AS posts,
        count(*) FILTER (event_type IN ('CollateralWithdraw', 'CollateralTimerWithdrawn')) AS withdrawals
    FROM day_collateral GROUP BY agent_id),
costs AS (SELECT agent_id, sum(COLUMNS(* EXCLUDE (tick, agent_id))) FROM day_costs GROUP BY agent_id),
settled AS (SELECT p.sender_id, p.receiver_id FROM day_moves AS m JOIN working_payments AS p ON p.tx_id = m.tx_id
    WHERE kind IN ('RtgsImmediateSettlement', 'Queue2LiquidityRelease', 'Netted', 'Offset')),
sent AS (SELECT sender_id AS agent_id, count(*) AS payments FROM settled GROUP BY sender_id),
received AS (SELECT receiver_id AS agent_id, count(*) AS payments FROM settled GROUP BY receiver_id),
wholes AS (SELECT sender_id AS agent_id, count(*) FILTER (arrived_seq >= from_seq) AS arrived,
        count(*) FILTER (settled_tick >= first_tick) AS settled, count(*) FILTER (dropped_tick >= first_tick) AS dropped
    FROM working_payments, working_range WHERE parent_tx_id IS NULL GROUP BY sender_id)
SELECT s.simulation_id, b.agent_id, first_tick // ticks_per_day AS day, b.balance AS opening_balance,
    b.balance + coalesce(closing.change, 0) AS closing_balance,
    b.balance + coalesce(closing.change, 0) + coalesce(closing.returned, 0) AS balance_after_return,
    b.balance + least(0, coalesce(balances.least, 0)) AS min_balance,
    b.balance + greatest(0, coalesce(balances.most, 0)) AS max_balance, b.unsecured_cap,
    greatest(0, -(b.balance + least(0, coalesce(balances.least, 0)))) AS peak_overdraft,
    b.posted_collateral AS opening_posted_collateral,
    coalesce(collateral.closing, b.posted_collateral) AS closing_posted_collateral,
    greatest(b.posted_collateral, coalesce(collateral.peak, 0)) AS peak_posted_collateral, b.collateral_capacity,
    coalesce(collateral.posts, 0) AS num_collateral_posts, coalesce(collateral.withdrawals, 0) AS num_collateral_withdrawals,
    coalesce(wholes.arrived, 0) AS num_arrivals, coalesce(sent.payments, 0) AS num_sent,
    coalesce(received.payments, 0) AS num_received, coalesce(wholes.settled, 0) AS num_settled,
    coalesce(wholes.dropped, 0) AS num_dropped,
    b.queue1_size + greatest(coalesce(queues.queue1_peak, 0), 0) AS queue1_peak_size,
    b.queue1_size + coalesce(queues.queue1_change, 0) AS queue1_eod_size,
    b.queue2_size + greatest(coalesce(queues.queue2_peak, 0), 0) AS queue2_peak_size,
    b.queue2_size + coalesce(queues.queue2_change, 0) AS queue2_eod_size,
    coalesce(costs.liquidity_cost, 0) AS liquidity_cost, coalesce(costs.delay_cost, 0) AS delay_cost,
    coalesce(costs.collateral_cost, 0) AS collateral_cost, coalesce(costs.split_friction_cost, 0) AS split_friction_cost,
    coalesce(costs.deadline_penalty, 0) AS deadline_penalty, coalesce(costs.eod_penalty, 0) AS eod_penalty,
    coalesce(costs.liquidity_opportunity_cost, 0) AS liquidity_opportunity_cost, coalesce(costs.total_cost, 0) AS total_cost
FROM working_settings AS s, working_range, working_banks AS b LEFT JOIN balances USING (agent_id)
    LEFT JOIN closing USING (agent_id) LEFT JOIN queues USING (agent_id) LEFT JOIN collateral USING (agent_id)
    LEFT JOIN costs USING (agent_id) LEFT JOIN sent USING (agent_id) LEFT JOIN received USING (agent_id)
    LEFT JOIN wholes USING (agent_id)
ORDER BY b.agent_id;

INSERT INTO agent_queue_snapshots BY NAME
SELECT s.simulation_id, sender_id AS agent_id, first_tick // ticks_per_day AS day, queue_type, position,
    tx_id AS transaction_id
FROM working_settings AS s, working_range, (
    SELECT sender_id, tx_id, 'queue1' AS queue_type,
        row_number() OVER (PARTITION BY sender_id ORDER BY arrived_seq) - 1 AS position
    FROM working_payments WHERE in_queue1
    UNION ALL SELECT sender_id, tx_id, 'rtgs',
        row_number() OVER (ORDER BY class_of(by_priority, rtgs_priority), queue2_seq) - 1
    FROM working_payments, working_settings WHERE queue2_seq IS NOT NULL)
ORDER BY agent_id, queue_type, position;

-- Registers of policies

INSERT INTO agent_state_registers BY NAME
SELECT s.simulation_id, tick, agent_id, text_of(details, 'register_key') AS register_key,
    arg_max(CAST(text_of(details, 'new_value') AS DOUBLE), seq) AS register_value
FROM day_events, working_settings AS s WHERE event_type = 'StateRegisterSet'
GROUP BY s.simulation_id, tick, agent_id, register_key ORDER BY tick, agent_id, register_key;
