-- The ground every subject stands on: alliances, the directory, sign-in, events, audit, outbox, timers.
-- Times are UTC milliseconds, booleans 0/1, ids our own UUIDv7 text.

CREATE TABLE alliance (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    timezone TEXT NOT NULL,
    settings TEXT NOT NULL DEFAULT '{}',
    created_at BIGINT NOT NULL
);

CREATE TABLE organisation (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    parent_id TEXT REFERENCES organisation (id),
    name TEXT NOT NULL,
    code TEXT NOT NULL,
    level TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (alliance_id, code)
);

CREATE TABLE department (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (organisation_id, code)
);

CREATE TABLE person (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    name TEXT NOT NULL,
    name_search TEXT NOT NULL,
    title TEXT,
    licence_number TEXT,
    licence_until BIGINT,
    practising_since BIGINT,
    specialty TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE position (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    department_id TEXT REFERENCES department (id),
    role TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT
);
CREATE INDEX position_of_person ON position (person_id);
CREATE INDEX position_of_organisation ON position (organisation_id, role);

-- Cooperation agreements; `kind` is consult or referral, from one organisation to another.
CREATE TABLE agreement (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    kind TEXT NOT NULL,
    from_organisation_id TEXT NOT NULL REFERENCES organisation (id),
    to_organisation_id TEXT NOT NULL REFERENCES organisation (id),
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    UNIQUE (alliance_id, kind, from_organisation_id, to_organisation_id)
);

CREATE TABLE account (
    person_id TEXT PRIMARY KEY REFERENCES person (id),
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    login TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    demo BIGINT NOT NULL DEFAULT 0,
    failures BIGINT NOT NULL DEFAULT 0,
    blocked_until BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);

-- The token itself is never stored, only its hash.
CREATE TABLE session (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    position_id TEXT NOT NULL REFERENCES position (id),
    from_address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX session_of_person ON session (person_id);

-- Why an organisation may see a patient: a leg or a consult gives the grant and ends it.
CREATE TABLE access_grant (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    patient_id TEXT NOT NULL,
    basis TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    ends_at BIGINT,
    UNIQUE (organisation_id, patient_id, subject_kind, subject_id)
);
CREATE INDEX access_grant_of_patient ON access_grant (patient_id, organisation_id);
CREATE INDEX access_grant_of_subject ON access_grant (subject_kind, subject_id);

CREATE TABLE event (
    seq {{identity}},
    id TEXT NOT NULL UNIQUE,
    alliance_id TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    kind TEXT NOT NULL,
    schema_version BIGINT NOT NULL,
    person_id TEXT,
    position_id TEXT,
    organisation_id TEXT,
    occurred_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX event_of_subject ON event (subject_kind, subject_id, seq);

-- Insert only; sealing fills seq and hash once. No foreign keys: these rows outlive their subjects.
CREATE TABLE audit (
    entry_no {{identity}},
    id TEXT NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    alliance_id TEXT NOT NULL,
    person_id TEXT,
    position_id TEXT,
    organisation_id TEXT,
    session_id TEXT,
    from_address TEXT NOT NULL,
    request_id TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    patient_id TEXT,
    basis TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    seq BIGINT,
    hash TEXT
);
CREATE UNIQUE INDEX audit_chain ON audit (seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_unsealed ON audit (entry_no) WHERE seq IS NULL;
CREATE INDEX audit_of_patient ON audit (patient_id, at);

CREATE TABLE outbox (
    seq {{identity}},
    alliance_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    audience TEXT NOT NULL,
    author_id TEXT,
    patient_id TEXT,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    done BIGINT NOT NULL
);
CREATE INDEX outbox_undone ON outbox (seq) WHERE done = 0;

CREATE TABLE timer (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    -- When it is looked at: when it is due, or later after a failure.
    fire_at BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    UNIQUE (subject_kind, subject_id, kind)
);
CREATE INDEX timer_fire ON timer (fire_at, id);

CREATE TABLE idempotency (
    person_id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status BIGINT NOT NULL,
    version BIGINT,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, idempotency_key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE counter (
    alliance_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (alliance_id, name)
);

CREATE TABLE notice (
    seq {{identity}},
    id TEXT NOT NULL UNIQUE,
    alliance_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    patient_id TEXT,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notice_of_person ON notice (person_id, seq);
