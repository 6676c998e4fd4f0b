-- Care after and around a leg: planned follow-up, packages for those who have no account, arrivals that contradict one another.

-- One visit or call that somebody owes a patient after a hand-over. It belongs to the case and does not hold it open.
CREATE TABLE follow_up (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    version BIGINT NOT NULL,
    case_id TEXT NOT NULL REFERENCES referral_case (id),
    leg_id TEXT NOT NULL REFERENCES leg (id),
    patient_id TEXT NOT NULL REFERENCES patient (id),
    -- Who owes it.
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    -- What the patient was treated for, as it stood when this was planned.
    diagnosis TEXT NOT NULL,
    task TEXT NOT NULL,
    -- YYYY-MM-DD, a day of the alliance.
    due_on TEXT NOT NULL,
    state TEXT NOT NULL,
    -- What the creator sent, hashed: the same again is answered, another under the same id is refused (I-9).
    input_hash TEXT NOT NULL,
    planned_by TEXT NOT NULL REFERENCES person (id),
    planned_by_organisation_id TEXT NOT NULL REFERENCES organisation (id),
    -- JSON: measured values and text; attempts to reach the patient.
    result TEXT,
    attempts TEXT NOT NULL DEFAULT '[]',
    reason TEXT,
    ended_by TEXT REFERENCES person (id),
    ended_by_organisation_id TEXT REFERENCES organisation (id),
    ended_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX follow_up_owed ON follow_up (organisation_id, state, due_on, id);
CREATE INDEX follow_up_of_leg ON follow_up (leg_id);
CREATE INDEX follow_up_of_patient ON follow_up (patient_id, due_on);

-- A referral form for an organisation without accounts, opened once with a code. The code and the token of the browser that
-- opened it are kept as hashes only.
CREATE TABLE leg_package (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    leg_id TEXT NOT NULL REFERENCES leg (id),
    code_hash TEXT NOT NULL UNIQUE,
    made_by TEXT NOT NULL REFERENCES person (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    opened_at BIGINT,
    -- The name that the opening browser gives itself.
    opened_with TEXT,
    reader_hash TEXT,
    revoked_at BIGINT
);
CREATE INDEX leg_package_of_leg ON leg_package (leg_id, created_at);

-- When both sides were last told that a patient who is with one was said to be with the other.
CREATE TABLE leg_conflict (
    leg_id TEXT NOT NULL REFERENCES leg (id),
    holding_leg_id TEXT NOT NULL REFERENCES leg (id),
    told_at BIGINT NOT NULL,
    PRIMARY KEY (leg_id, holding_leg_id)
);
