-- Sign-in: failed attempts, and what a session still owes.

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
-- What must be done first (password); nothing else is answered until then.
ALTER TABLE session ADD COLUMN owed TEXT;
