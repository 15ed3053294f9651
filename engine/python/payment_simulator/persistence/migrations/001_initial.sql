-- Migration 001: initial
--
-- The schema of the first version that stored runs.

CREATE TABLE IF NOT EXISTS simulations (
    simulation_id VARCHAR NOT NULL,
    config_file VARCHAR NOT NULL,
    config_hash VARCHAR NOT NULL,
    rng_seed UBIGINT NOT NULL,
    ticks_per_day BIGINT NOT NULL,
    num_days BIGINT NOT NULL,
    num_agents BIGINT NOT NULL,
    config_json VARCHAR,
    status VARCHAR NOT NULL,
    started_at TIMESTAMP,
    completed_at TIMESTAMP,
    committed_ticks BIGINT NOT NULL,
    total_events BIGINT,
    total_arrivals BIGINT,
    total_settlements BIGINT,
    total_cost_cents BIGINT,
    duration_seconds DOUBLE,
    ticks_per_second DOUBLE,
    PRIMARY KEY (simulation_id)
);

CREATE TABLE IF NOT EXISTS log_segments (
    simulation_id VARCHAR NOT NULL,
    segment BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    end_seq BIGINT NOT NULL,
    end_tick BIGINT NOT NULL,
    log BLOB NOT NULL,
    PRIMARY KEY (simulation_id, segment)
);

CREATE TABLE IF NOT EXISTS simulation_events (
    simulation_id VARCHAR NOT NULL,
    seq BIGINT NOT NULL,
    event_id VARCHAR GENERATED ALWAYS AS (simulation_id || ':' || CAST(seq AS VARCHAR)) VIRTUAL,
    tick BIGINT NOT NULL,
    day BIGINT NOT NULL,
    event_timestamp TIMESTAMP NOT NULL,
    event_type VARCHAR NOT NULL,
    details VARCHAR NOT NULL,
    agent_id VARCHAR,
    tx_id VARCHAR,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE IF NOT EXISTS event_agents (
    simulation_id VARCHAR NOT NULL,
    seq BIGINT NOT NULL,
    agent_id VARCHAR NOT NULL
);

CREATE TABLE IF NOT EXISTS event_transactions (
    simulation_id VARCHAR NOT NULL,
    seq BIGINT NOT NULL,
    tx_id VARCHAR NOT NULL
);

CREATE TABLE IF NOT EXISTS transactions (
    simulation_id VARCHAR NOT NULL,
    tx_id VARCHAR NOT NULL,
    sender_id VARCHAR NOT NULL,
    receiver_id VARCHAR NOT NULL,
    amount BIGINT NOT NULL,
    priority BIGINT NOT NULL,
    is_divisible BOOLEAN NOT NULL,
    arrival_tick BIGINT NOT NULL,
    arrival_day BIGINT NOT NULL,
    deadline_tick BIGINT NOT NULL,
    settlement_tick BIGINT,
    settlement_day BIGINT,
    status VARCHAR NOT NULL,
    overdue_since_tick BIGINT,
    drop_reason VARCHAR,
    amount_settled BIGINT NOT NULL,
    queue1_ticks BIGINT NOT NULL,
    queue2_ticks BIGINT NOT NULL,
    total_delay_ticks BIGINT NOT NULL,
    delay_cost BIGINT NOT NULL,
    parent_tx_id VARCHAR,
    split_index BIGINT,
    rtgs_priority VARCHAR,
    rtgs_submission_tick BIGINT,
    declared_rtgs_priority VARCHAR
);

CREATE TABLE IF NOT EXISTS daily_agent_metrics (
    simulation_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    day BIGINT NOT NULL,
    opening_balance BIGINT NOT NULL,
    closing_balance BIGINT NOT NULL,
    balance_after_return BIGINT NOT NULL,
    min_balance BIGINT NOT NULL,
    max_balance BIGINT NOT NULL,
    unsecured_cap BIGINT NOT NULL,
    peak_overdraft BIGINT NOT NULL,
    opening_posted_collateral BIGINT NOT NULL,
    closing_posted_collateral BIGINT NOT NULL,
    peak_posted_collateral BIGINT NOT NULL,
    collateral_capacity BIGINT NOT NULL,
    num_collateral_posts BIGINT NOT NULL,
    num_collateral_withdrawals BIGINT NOT NULL,
    num_arrivals BIGINT NOT NULL,
    num_sent BIGINT NOT NULL,
    num_received BIGINT NOT NULL,
    num_settled BIGINT NOT NULL,
    num_dropped BIGINT NOT NULL,
    queue1_peak_size BIGINT NOT NULL,
    queue1_eod_size BIGINT NOT NULL,
    queue2_peak_size BIGINT NOT NULL,
    queue2_eod_size BIGINT NOT NULL,
    liquidity_cost BIGINT NOT NULL,
    delay_cost BIGINT NOT NULL,
    collateral_cost BIGINT NOT NULL,
    split_friction_cost BIGINT NOT NULL,
    deadline_penalty BIGINT NOT NULL,
    eod_penalty BIGINT NOT NULL,
    liquidity_opportunity_cost BIGINT NOT NULL,
    total_cost BIGINT NOT NULL,
    PRIMARY KEY (simulation_id, agent_id, day)
);

CREATE TABLE IF NOT EXISTS agent_state_registers (
    simulation_id VARCHAR NOT NULL,
    tick BIGINT NOT NULL,
    agent_id VARCHAR NOT NULL,
    register_key VARCHAR NOT NULL,
    register_value DOUBLE NOT NULL
);

CREATE TABLE IF NOT EXISTS policy_snapshots (
    simulation_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    snapshot_day BIGINT NOT NULL,
    snapshot_tick BIGINT NOT NULL,
    policy_hash VARCHAR NOT NULL,
    policy_json VARCHAR NOT NULL,
    created_by VARCHAR NOT NULL,
    PRIMARY KEY (simulation_id, agent_id, snapshot_day, snapshot_tick)
);

CREATE TABLE IF NOT EXISTS simulation_checkpoints (
    checkpoint_id VARCHAR NOT NULL,
    simulation_id VARCHAR NOT NULL,
    checkpoint_tick BIGINT NOT NULL,
    checkpoint_day BIGINT NOT NULL,
    checkpoint_timestamp TIMESTAMP NOT NULL,
    state_json VARCHAR NOT NULL,
    state_hash VARCHAR NOT NULL,
    config_json VARCHAR NOT NULL,
    config_hash VARCHAR NOT NULL,
    checkpoint_type VARCHAR NOT NULL,
    description VARCHAR,
    created_by VARCHAR NOT NULL,
    num_agents BIGINT NOT NULL,
    num_transactions BIGINT NOT NULL,
    total_size_bytes BIGINT NOT NULL,
    PRIMARY KEY (checkpoint_id)
);

CREATE TABLE IF NOT EXISTS agent_queue_snapshots (
    simulation_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    day BIGINT NOT NULL,
    queue_type VARCHAR NOT NULL,
    position BIGINT NOT NULL,
    transaction_id VARCHAR NOT NULL
);

CREATE TABLE IF NOT EXISTS policy_decisions (
    simulation_id VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    agent_id VARCHAR NOT NULL,
    tick BIGINT NOT NULL,
    day BIGINT NOT NULL,
    decision_type VARCHAR NOT NULL,
    tx_id VARCHAR NOT NULL,
    reason VARCHAR,
    num_splits BIGINT,
    child_tx_ids VARCHAR
);

CREATE TABLE IF NOT EXISTS tick_agent_states (
    simulation_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    tick BIGINT NOT NULL,
    day BIGINT NOT NULL,
    balance BIGINT NOT NULL,
    balance_change BIGINT NOT NULL,
    unsecured_cap BIGINT NOT NULL,
    posted_collateral BIGINT NOT NULL,
    liquidity_cost BIGINT NOT NULL,
    delay_cost BIGINT NOT NULL,
    collateral_cost BIGINT NOT NULL,
    penalty_cost BIGINT NOT NULL,
    split_friction_cost BIGINT NOT NULL,
    liquidity_cost_delta BIGINT NOT NULL,
    delay_cost_delta BIGINT NOT NULL,
    collateral_cost_delta BIGINT NOT NULL,
    penalty_cost_delta BIGINT NOT NULL,
    split_friction_cost_delta BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS tick_queue_snapshots (
    simulation_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    tick BIGINT NOT NULL,
    queue_type VARCHAR NOT NULL,
    position BIGINT NOT NULL,
    tx_id VARCHAR NOT NULL
);

CREATE INDEX IF NOT EXISTS idx_simulations_status ON simulations (status);

CREATE INDEX IF NOT EXISTS idx_simulations_started_at ON simulations (started_at);

CREATE INDEX IF NOT EXISTS idx_daily_agent_metrics_day ON daily_agent_metrics (simulation_id, day);

CREATE INDEX IF NOT EXISTS idx_policy_snapshots_agent ON policy_snapshots (simulation_id, agent_id);

CREATE INDEX IF NOT EXISTS idx_policy_snapshots_hash ON policy_snapshots (policy_hash);

CREATE INDEX IF NOT EXISTS idx_policy_snapshots_created_by ON policy_snapshots (created_by);

CREATE INDEX IF NOT EXISTS idx_simulation_checkpoints_simulation ON simulation_checkpoints (simulation_id);

CREATE INDEX IF NOT EXISTS idx_simulation_checkpoints_timestamp ON simulation_checkpoints (checkpoint_timestamp);

CREATE INDEX IF NOT EXISTS idx_simulation_checkpoints_type ON simulation_checkpoints (checkpoint_type);

CREATE INDEX IF NOT EXISTS idx_simulation_checkpoints_tick ON simulation_checkpoints (simulation_id, checkpoint_tick);
