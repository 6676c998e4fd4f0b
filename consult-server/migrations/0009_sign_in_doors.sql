-- More doors for signing in: an identity provider, service accounts, and tokens that people make for programs.

-- A sign-in at the identity provider that is under way: counts once, for minutes, in the browser where it began. `asked` is sealed.
CREATE TABLE oidc_ceremony (
    state_hash TEXT PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    asked TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX oidc_ceremony_age ON oidc_ceremony (expires_at);

-- Which account a subject of a provider is: only issuer and subject together name somebody for good (OpenID Connect Core 5.7).
CREATE TABLE oidc_link (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX oidc_link_of_person ON oidc_link (person_id, issuer);

-- By which door a session came: password, oidc, token or client.
ALTER TABLE session ADD COLUMN door TEXT NOT NULL DEFAULT 'password';
-- What a program may do with it, with spaces between; a person's own sessions have no scopes and are not narrowed.
ALTER TABLE session ADD COLUMN scopes TEXT;
-- A session of the demo, which is worth something on loopback only.
ALTER TABLE session ADD COLUMN demo BIGINT NOT NULL DEFAULT 0;

-- When its person last proved who they are, where that was before it began: at an identity provider that knew them still.
ALTER TABLE session ADD COLUMN proved_at BIGINT;

-- human, or system: a service account, which stands in no directory.
ALTER TABLE person ADD COLUMN kind TEXT NOT NULL DEFAULT 'human';

-- Client credentials for /oauth2/token. The secret is stored hashed.
CREATE TABLE service_client (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    client_id TEXT NOT NULL UNIQUE,
    person_id TEXT NOT NULL REFERENCES person (id),
    position_id TEXT NOT NULL REFERENCES position (id),
    secret_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    demo BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);
