-- Referrals: a case is the patient's episode, a leg one hand-over of responsibility in it.

CREATE TABLE referral_case (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    patient_id TEXT NOT NULL REFERENCES patient (id),
    number TEXT NOT NULL,
    -- Counts every event of the case and its legs: a decision may look at all of them.
    version BIGINT NOT NULL,
    closed_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (alliance_id, number)
);
CREATE INDEX referral_case_of_patient ON referral_case (patient_id);

-- `snapshot` is the leg whole (JSON); the columns beside it repeat what is searched by, shown in lists, or kept unique.
CREATE TABLE leg (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    case_id TEXT NOT NULL REFERENCES referral_case (id),
    ordinal BIGINT NOT NULL,
    version BIGINT NOT NULL,
    snapshot TEXT NOT NULL,
    -- What the creator sent, hashed: the same again is answered, another under the same id is refused (I-9).
    draft_hash TEXT,
    patient_id TEXT NOT NULL REFERENCES patient (id),
    direction TEXT NOT NULL,
    urgency TEXT NOT NULL,
    state TEXT NOT NULL,
    is_ended BIGINT NOT NULL,
    transport TEXT NOT NULL,
    from_organisation_id TEXT NOT NULL REFERENCES organisation (id),
    author_id TEXT NOT NULL REFERENCES person (id),
    to_organisation_id TEXT REFERENCES organisation (id),
    to_department_id TEXT REFERENCES department (id),
    owner_id TEXT REFERENCES person (id),
    complaint TEXT NOT NULL,
    -- Who owes the next step, which, and until when (I-1); `rungs` of the ladder were called for it.
    owed_party TEXT,
    owed_organisation_id TEXT REFERENCES organisation (id),
    owed_person_id TEXT REFERENCES person (id),
    owed_duty TEXT,
    owed_due_at BIGINT,
    rungs BIGINT NOT NULL DEFAULT 0,
    -- The deadline, or the end of time: what a board is sorted by.
    sort_due BIGINT NOT NULL,
    holds_patient BIGINT NOT NULL,
    -- The bed or bay that is held, folded; null when none is.
    held TEXT,
    submitted_at BIGINT,
    updated_at BIGINT NOT NULL,
    UNIQUE (case_id, ordinal)
);
CREATE INDEX leg_incoming ON leg (to_organisation_id, sort_due, id);
CREATE INDEX leg_received ON leg (to_organisation_id, updated_at, id);
CREATE INDEX leg_sent ON leg (from_organisation_id, updated_at, id);
CREATE INDEX leg_owed ON leg (owed_organisation_id, owed_party) WHERE owed_duty IS NOT NULL;
-- I-4: a patient is in one place at most.
CREATE UNIQUE INDEX leg_with_patient ON leg (case_id) WHERE holds_patient = 1;
-- I-12: a bed is held once at most.
CREATE UNIQUE INDEX leg_holding ON leg (to_organisation_id, held) WHERE held IS NOT NULL;

-- Up to which version a person has read a leg.
CREATE TABLE leg_read (
    leg_id TEXT NOT NULL REFERENCES leg (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    version BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (leg_id, person_id)
);
