-- Migration 008: payments as numbers
--
-- Payments are stored as numbers, and read in a view, as events are.

CREATE TABLE payment_rows (
    run_number INTEGER NOT NULL,
    payment BIGINT NOT NULL,
    part INTEGER NOT NULL,
    sender INTEGER NOT NULL,
    receiver INTEGER NOT NULL,
    amount BIGINT NOT NULL,
    priority INTEGER NOT NULL,
    is_divisible BOOLEAN NOT NULL,
    arrival_tick INTEGER NOT NULL,
    deadline_tick BIGINT NOT NULL,
    settlement_tick INTEGER NOT NULL,
    status TINYINT NOT NULL,
    overdue_since_tick INTEGER NOT NULL,
    amount_settled BIGINT NOT NULL,
    queue1_ticks INTEGER NOT NULL,
    queue2_ticks INTEGER NOT NULL,
    total_delay_ticks INTEGER NOT NULL,
    delay_cost BIGINT NOT NULL,
    rtgs_priority TINYINT NOT NULL,
    rtgs_submission_tick INTEGER NOT NULL,
    declared_rtgs_priority TINYINT NOT NULL
);

INSERT INTO payment_rows
SELECT run_number, CAST(regexp_extract(tx_id, '^tx_([0-9]+)', 1) AS BIGINT) AS payment, coalesce(split_index, 0) AS part,
    sender.agent_number, receiver.agent_number, amount, priority, is_divisible, arrival_tick, deadline_tick,
    coalesce(settlement_tick, -1), list_position(['pending', 'settled', 'dropped', 'overdue'], t.status) - 1,
    coalesce(overdue_since_tick, -1), amount_settled, queue1_ticks, queue2_ticks, total_delay_ticks, delay_cost,
    coalesce(list_position(['HighlyUrgent', 'Urgent', 'Normal'], rtgs_priority), 0) - 1,
    coalesce(rtgs_submission_tick, -1),
    coalesce(list_position(['HighlyUrgent', 'Urgent', 'Normal'], declared_rtgs_priority), 0) - 1
FROM transactions AS t JOIN simulations AS s ON s.simulation_id = t.simulation_id
    JOIN simulation_agents AS sender ON sender.simulation_id = t.simulation_id AND sender.agent_id = sender_id
    JOIN simulation_agents AS receiver ON receiver.simulation_id = t.simulation_id AND receiver.agent_id = receiver_id
ORDER BY run_number, arrival_tick, payment, part;

DROP TABLE transactions;
