-- Migration 004: pieces of logs
--
-- The log of a transaction is kept in small pieces: a table of few large values was packed anew with every transaction.

CREATE TABLE log_pieces (
    simulation_id VARCHAR NOT NULL,
    segment BIGINT NOT NULL,
    piece BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    end_seq BIGINT NOT NULL,
    end_tick BIGINT NOT NULL,
    log BLOB NOT NULL
);

INSERT INTO log_pieces SELECT simulation_id, segment, 0, first_seq, end_seq, end_tick, log FROM log_segments
ORDER BY simulation_id, segment;

DROP TABLE log_segments;

ALTER TABLE log_pieces RENAME TO log_segments;
