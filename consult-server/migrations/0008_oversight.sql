-- Looking without a relation in an emergency (break-glass), and finding things again in the audit trail.

-- A grant of one person alone, not of the whole organisation.
ALTER TABLE access_grant ADD COLUMN person_id TEXT;

-- One row each time somebody broke the glass; never deleted.
CREATE TABLE break_glass (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    version BIGINT NOT NULL,
    person_id TEXT NOT NULL REFERENCES person (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    patient_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    explanation TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    reviewed_by TEXT REFERENCES person (id),
    reviewed_at BIGINT,
    verdict TEXT,
    review_note TEXT
);
CREATE INDEX break_glass_of_person ON break_glass (person_id, ends_at);
CREATE INDEX break_glass_of_alliance ON break_glass (alliance_id, id);

CREATE INDEX audit_of_alliance ON audit (alliance_id, at);
CREATE INDEX audit_of_person ON audit (person_id, at);
CREATE INDEX audit_of_subject ON audit (subject_id, at);
