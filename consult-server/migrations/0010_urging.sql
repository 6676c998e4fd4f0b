-- How often somebody who waits has asked for the next step of a leg (催办): shown on the board.
ALTER TABLE leg ADD COLUMN urges BIGINT NOT NULL DEFAULT 0;
