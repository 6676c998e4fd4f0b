-- When a position was given, whatever its validity says: a person acts in the one they were given first, so that none that is dated back
-- becomes the acting one.
ALTER TABLE position ADD COLUMN given_at BIGINT NOT NULL DEFAULT 0;
UPDATE position SET given_at = valid_from;

-- Whether the name that failed was somebody's: those count for the address, inventions only in a flood.
ALTER TABLE sign_in_origin ADD COLUMN known BIGINT NOT NULL DEFAULT 0;

-- Browsers in which somebody got in before: there a stranger's guesses elsewhere do not keep them out. The cookie is stored hashed.
CREATE TABLE known_device (
    device_hash TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES person (id),
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (device_hash, person_id)
);
CREATE INDEX known_device_of_person ON known_device (person_id, seen_at);
