-- Migration 006: banks of events
--
-- Which banks an event names stands in two columns of numbers, and beside it for those that name more: a list for each
-- transaction was packed anew with every checkpoint, all of it.

CREATE TABLE simulation_agents (
    simulation_id VARCHAR NOT NULL,
    agent_number INTEGER NOT NULL,
    agent_id VARCHAR NOT NULL,
    PRIMARY KEY (simulation_id, agent_number)
);

INSERT INTO simulation_agents
SELECT simulation_id, row_number() OVER (PARTITION BY simulation_id ORDER BY agent_id) - 1, agent_id
FROM (SELECT DISTINCT simulation_id, agent_id FROM policy_snapshots) ORDER BY simulation_id, agent_id;

CREATE TEMP TABLE named AS
SELECT simulation_id, seq, list(agent_number ORDER BY agent_number) AS numbers
FROM (SELECT simulation_id, agent_id, unnest(places) AS seq FROM agent_events)
    JOIN simulation_agents USING (simulation_id, agent_id)
GROUP BY simulation_id, seq;

CREATE TABLE more_event_agents (
    simulation_id VARCHAR NOT NULL,
    seq BIGINT NOT NULL,
    agent_id VARCHAR NOT NULL
);

INSERT INTO more_event_agents
SELECT simulation_id, seq, agent_id
FROM (SELECT simulation_id, seq, unnest(numbers[3:]) AS agent_number FROM named)
    JOIN simulation_agents USING (simulation_id, agent_number)
ORDER BY simulation_id, seq, agent_number;

CREATE TABLE numbered_events (
    simulation_id VARCHAR NOT NULL,
    seq BIGINT NOT NULL,
    event_id VARCHAR GENERATED ALWAYS AS (simulation_id || ':' || CAST(seq AS VARCHAR)) VIRTUAL,
    tick BIGINT NOT NULL,
    day BIGINT NOT NULL,
    event_timestamp TIMESTAMP NOT NULL,
    event_type VARCHAR NOT NULL,
    details VARCHAR NOT NULL USING COMPRESSION zstd,
    agent_id VARCHAR,
    tx_id VARCHAR,
    first_agent INTEGER,
    second_agent INTEGER,
    created_at TIMESTAMP NOT NULL
);

INSERT INTO numbered_events (simulation_id, seq, tick, day, event_timestamp, event_type, details, agent_id, tx_id,
    first_agent, second_agent, created_at)
SELECT e.simulation_id, e.seq, tick, day, event_timestamp, event_type, details, agent_id, tx_id, numbers[1], numbers[2],
    created_at
FROM simulation_events AS e LEFT JOIN named AS n ON n.simulation_id = e.simulation_id AND n.seq = e.seq
ORDER BY e.simulation_id, e.seq;

DROP TABLE named;

DROP TABLE agent_events;

DROP TABLE simulation_events;

ALTER TABLE numbered_events RENAME TO simulation_events;
