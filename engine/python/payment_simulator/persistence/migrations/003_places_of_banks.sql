-- Migration 003: places of banks
--
-- Which events name a bank is kept as one list for each bank and transaction, in the place of a row for each event.

CREATE TABLE agent_events (
    simulation_id VARCHAR NOT NULL,
    first_seq BIGINT NOT NULL,
    agent_id VARCHAR NOT NULL,
    places BIGINT[] NOT NULL
);

INSERT INTO agent_events SELECT simulation_id, first_seq, agent_id, list(seq ORDER BY seq)
FROM event_agents JOIN log_segments USING (simulation_id) WHERE seq >= first_seq AND seq < end_seq
GROUP BY simulation_id, first_seq, agent_id ORDER BY simulation_id, first_seq, agent_id;

DROP TABLE event_agents;
