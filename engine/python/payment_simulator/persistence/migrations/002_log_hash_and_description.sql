-- Migration 002: log hash and description
--
-- A completed run knows the hash of its log, and a run can be described.

ALTER TABLE simulations ADD COLUMN description VARCHAR;

ALTER TABLE simulations ADD COLUMN log_hash VARCHAR;
