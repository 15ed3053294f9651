-- What a roll-up works with: made when a run begins. `working_settings` and `working_range` hold its parameters.

CREATE OR REPLACE TEMP MACRO text_of(details, name) AS json_extract_string(details, '$.' || name);

CREATE OR REPLACE TEMP MACRO cents_of(details, name) AS CAST(json_extract_string(details, '$.' || name) AS BIGINT);

CREATE OR REPLACE TEMP MACRO texts_of(details, name) AS from_json(json_extract(details, '$.' || name), '["VARCHAR"]');

CREATE OR REPLACE TEMP MACRO numbers_of(details, name) AS from_json(json_extract(details, '$.' || name), '["BIGINT"]');

-- Where declared priority rules, the central queue is ordered by it before the order of entry.
CREATE OR REPLACE TEMP MACRO class_of(by_priority, rtgs_priority) AS
    CASE WHEN by_priority THEN list_position(['HighlyUrgent', 'Urgent', 'Normal'], rtgs_priority) ELSE 0 END;

CREATE OR REPLACE TEMP TABLE working_settings (
    simulation_id VARCHAR, ticks_per_day BIGINT, deferred BOOLEAN, by_priority BOOLEAN, delay_per_tick BIGINT);

CREATE OR REPLACE TEMP TABLE working_range (from_seq BIGINT, to_seq BIGINT, first_tick BIGINT, end_tick BIGINT);

-- Rates are what a queued cent costs in a tick, in 10^-12 cents.
CREATE OR REPLACE TEMP TABLE working_banks (
    agent_id VARCHAR, unsecured_cap BIGINT, collateral_capacity BIGINT, balance BIGINT, posted_collateral BIGINT,
    queue1_size BIGINT, queue2_size BIGINT, liquidity_cost BIGINT, delay_cost BIGINT, collateral_cost BIGINT,
    penalty_cost BIGINT, split_friction_cost BIGINT, delay_urgent HUGEINT, delay_normal HUGEINT, delay_low HUGEINT,
    overdue_urgent HUGEINT, overdue_normal HUGEINT, overdue_low HUGEINT);

-- `waits_from` is when it came into a queue, `waits_to` when it left for good; `queue2_sum` adds the ticks in which
-- it left the central queue and takes away those in which it entered.
CREATE OR REPLACE TEMP TABLE working_payments (
    arrived_seq BIGINT, tx_id VARCHAR, sender_id VARCHAR, receiver_id VARCHAR, amount BIGINT, priority BIGINT,
    is_divisible BOOLEAN, arrival_tick BIGINT, deadline_tick BIGINT, parent_tx_id VARCHAR, waits_from BIGINT,
    waits_to BIGINT, settled_tick BIGINT, settled_parts BIGINT, overdue_tick BIGINT, dropped_tick BIGINT,
    drop_reason VARCHAR, in_queue1 BOOLEAN, queue2_seq BIGINT, queue2_sum BIGINT, submission_tick BIGINT,
    rtgs_priority VARCHAR, declared_priority VARCHAR);

CREATE OR REPLACE TEMP VIEW day_events AS
    SELECT seq, tick, event_type, details, agent_id, tx_id FROM simulation_events, working_settings AS s, working_range AS r
    WHERE simulation_events.simulation_id = s.simulation_id AND seq >= r.from_seq AND seq < r.to_seq;

CREATE OR REPLACE TEMP TABLE carried_queues (tx_id VARCHAR, seq BIGINT, queue_type VARCHAR, rtgs_priority VARCHAR);
