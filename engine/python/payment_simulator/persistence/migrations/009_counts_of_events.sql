-- Migration 009: counts of events
--
-- How many events of each type name each bank, for each 61,440 events: those of stored runs are counted now.

CREATE TABLE event_counts (
    run_number INTEGER NOT NULL,
    first_seq BIGINT NOT NULL,
    end_seq BIGINT NOT NULL,
    agent INTEGER NOT NULL,
    kind UTINYINT NOT NULL,
    events INTEGER NOT NULL
);

INSERT INTO event_counts
SELECT run_number, seq // 61440 * 61440 AS first_seq, first_seq + 61440, bank, kind, count(*)
FROM (
    SELECT run_number, seq, kind, -1 AS bank FROM event_rows
    UNION ALL SELECT run_number, seq, kind, agent FROM event_rows WHERE agent >= 0
    UNION ALL SELECT run_number, seq, kind, peer FROM event_rows WHERE peer >= 0 AND peer != agent
    UNION ALL SELECT run_number, seq, kind, agent_number
        FROM more_event_agents JOIN simulations USING (simulation_id)
            JOIN simulation_agents USING (simulation_id, agent_id) JOIN event_rows USING (run_number, seq)
)
GROUP BY run_number, first_seq, bank, kind
ORDER BY run_number, first_seq, bank, kind;
