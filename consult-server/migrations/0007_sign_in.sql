-- Sign-in: failed attempts, what a session still owes, second factors, challenges.

-- Failures stand by the name that was typed, whether it exists or not, so that both answer alike. No alliance: a name
-- that does not exist has none.
CREATE TABLE sign_in_attempt (
    login_hash TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    failed_at BIGINT NOT NULL
);
CREATE INDEX sign_in_attempt_age ON sign_in_attempt (failed_at);

-- Which names failed from an address, each once.
CREATE TABLE sign_in_origin (
    from_address TEXT NOT NULL,
    login_hash TEXT NOT NULL,
    failed_at BIGINT NOT NULL,
    PRIMARY KEY (from_address, login_hash)
);
CREATE INDEX sign_in_origin_age ON sign_in_origin (failed_at);

ALTER TABLE account DROP COLUMN failures;
ALTER TABLE account DROP COLUMN blocked_until;
ALTER TABLE account ADD COLUMN password_at BIGINT NOT NULL DEFAULT 0;
-- A password that somebody else made is changed at the next sign-in.
ALTER TABLE account ADD COLUMN must_change BIGINT NOT NULL DEFAULT 0;
UPDATE account SET password_at = created_at;
CREATE INDEX account_demo ON account (demo) WHERE demo = 1;

-- The browser or program, as it calls itself.
ALTER TABLE session ADD COLUMN device TEXT NOT NULL DEFAULT '';
-- What must be done first: password or second_factor; nothing else is answered until then.
ALTER TABLE session ADD COLUMN owed TEXT;

-- A second factor; one that is not confirmed yet counts for nothing. `secret` is sealed.
CREATE TABLE factor (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    secret TEXT NOT NULL,
    -- The last time step (totp) that was used: a code counts once.
    last_step BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    used_at BIGINT
);
CREATE INDEX factor_of_person ON factor (person_id);

CREATE TABLE recovery_code (
    code_hash TEXT NOT NULL,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    used_at BIGINT,
    PRIMARY KEY (alliance_id, person_id, code_hash)
);

-- Between two requests of one ceremony: the token is stored hashed, counts once and for minutes. `state` is sealed.
CREATE TABLE challenge (
    token_hash TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    purpose TEXT NOT NULL,
    state TEXT NOT NULL,
    failures BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX challenge_age ON challenge (expires_at);
