-- What the next day begins with: the end of a roll-up.


-- Parts are kept as long as their whole, which needs to know how much of it has settled; finished ones count once.
DELETE FROM working_payments WHERE settled_tick IS NOT NULL OR dropped_tick IS NOT NULL;

UPDATE working_banks AS b SET balance = m.balance_after_return, posted_collateral = m.closing_posted_collateral,
    queue1_size = m.queue1_eod_size, queue2_size = m.queue2_eod_size,
    liquidity_cost = b.liquidity_cost + m.liquidity_cost, delay_cost = b.delay_cost + m.delay_cost,
    collateral_cost = b.collateral_cost + m.collateral_cost,
    penalty_cost = b.penalty_cost + m.deadline_penalty + m.eod_penalty,
    split_friction_cost = b.split_friction_cost + m.split_friction_cost
FROM daily_agent_metrics AS m, working_settings AS s, working_range
WHERE m.simulation_id = s.simulation_id AND m.day = first_tick // ticks_per_day AND m.agent_id = b.agent_id;
