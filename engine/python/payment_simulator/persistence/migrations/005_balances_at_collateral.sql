-- Migration 005: balances at collateral
--
-- What a bank's balance was when it posted or withdrew collateral. Runs that are there already do not tell it.

CREATE TABLE collateral_balances (
    simulation_id VARCHAR NOT NULL,
    seq BIGINT NOT NULL,
    balance_before BIGINT NOT NULL
);
