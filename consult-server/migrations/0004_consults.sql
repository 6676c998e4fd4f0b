-- Consults with their reports, questions and read marks; rooms, which belong to a subject of some kind.

CREATE TABLE consult (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    version BIGINT NOT NULL,
    number TEXT NOT NULL,
    patient_id TEXT NOT NULL REFERENCES patient (id),
    kind TEXT NOT NULL,
    mode TEXT NOT NULL,
    urgency TEXT NOT NULL,
    question TEXT NOT NULL,
    summary TEXT NOT NULL,
    consent_kind TEXT,
    consent_at BIGINT,
    requester_id TEXT NOT NULL REFERENCES person (id),
    requester_organisation_id TEXT NOT NULL REFERENCES organisation (id),
    invited_organisation_id TEXT NOT NULL REFERENCES organisation (id),
    invited_department_id TEXT REFERENCES department (id),
    room_id TEXT NOT NULL UNIQUE,
    -- Of what its creator sent: the same id with the same content is the same request.
    input_hash TEXT NOT NULL,
    state TEXT NOT NULL,
    -- Where an answered question leads back to.
    resume_state TEXT,
    assignee_id TEXT REFERENCES person (id),
    assigned_at BIGINT,
    submitted_at BIGINT,
    started_at BIGINT,
    -- The requester's own time does not count against the invited side.
    waiting_since BIGINT,
    waited_ms BIGINT NOT NULL,
    -- The newest report, and the newest that is signed.
    report_version BIGINT,
    signed_version BIGINT,
    decision_code TEXT,
    decision_text TEXT,
    adoption TEXT,
    adoption_reason TEXT,
    acknowledged_by TEXT REFERENCES person (id),
    acknowledged_at BIGINT,
    -- Exactly one debtor of every open consult that was submitted; its deadline is also a timer row.
    owed_party TEXT,
    owed_organisation_id TEXT REFERENCES organisation (id),
    owed_person_id TEXT REFERENCES person (id),
    owed_duty TEXT,
    due_at BIGINT,
    rung BIGINT NOT NULL,
    -- The version of the last change that the other side should look at.
    news_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (alliance_id, number),
    CHECK ((owed_party IS NULL) = (state IN ('draft', 'closed', 'declined', 'cancelled'))),
    CHECK ((owed_party IS NULL) = (due_at IS NULL)),
    CHECK ((owed_party IS NULL) = (owed_organisation_id IS NULL)),
    CHECK (state NOT IN ('assigned', 'reading', 'in_session', 'drafted') OR assignee_id IS NOT NULL)
);
CREATE INDEX consult_of_requester ON consult (requester_organisation_id, updated_at, id);
CREATE INDEX consult_of_invited ON consult (invited_organisation_id, updated_at, id);
CREATE INDEX consult_of_patient ON consult (patient_id);

-- A report is written over while it is a draft and never again once it is signed.
CREATE TABLE consult_report (
    consult_id TEXT NOT NULL REFERENCES consult (id),
    version BIGINT NOT NULL,
    kind TEXT NOT NULL,
    findings TEXT NOT NULL,
    diagnosis_code TEXT,
    diagnosis_system TEXT,
    diagnosis_system_version TEXT,
    diagnosis_text TEXT NOT NULL,
    advice TEXT NOT NULL,
    disposition TEXT,
    author_id TEXT NOT NULL REFERENCES person (id),
    drafted_at BIGINT NOT NULL,
    signed_at BIGINT,
    -- The very text that was signed, so that its hash can be checked by anybody.
    canonical TEXT,
    content_hash TEXT,
    PRIMARY KEY (consult_id, version)
);

CREATE TABLE consult_question (
    id TEXT PRIMARY KEY,
    consult_id TEXT NOT NULL REFERENCES consult (id),
    text TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    answer TEXT,
    answered_at BIGINT
);
CREATE INDEX consult_question_of_consult ON consult_question (consult_id, asked_at, id);
CREATE UNIQUE INDEX consult_question_open ON consult_question (consult_id) WHERE answered_at IS NULL;

CREATE TABLE consult_seen (
    consult_id TEXT NOT NULL REFERENCES consult (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    version BIGINT NOT NULL,
    PRIMARY KEY (consult_id, person_id)
);

-- A room is open while its subject lives; who may enter follows from the grants of that subject.
CREATE TABLE room (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    patient_id TEXT NOT NULL REFERENCES patient (id),
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    UNIQUE (subject_kind, subject_id)
);
