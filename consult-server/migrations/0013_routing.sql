-- Where a patient can go: beds with the age of their figures, what a place can do and where it is, how long it took to decide
-- in the past, and the alliance's rules with every version they had.

-- What an organisation can do, by a code of the catalogue; a code that ended may begin anew.
CREATE TABLE capability (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    code TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX capability_of_organisation ON capability (organisation_id, code);

-- Degrees; both or none.
ALTER TABLE organisation ADD COLUMN latitude DOUBLE PRECISION;
ALTER TABLE organisation ADD COLUMN longitude DOUBLE PRECISION;

-- The last figure of each department. `free` is free now; `expected_free` comes free later today and may be unknown.
CREATE TABLE bed_figure (
    department_id TEXT PRIMARY KEY REFERENCES department (id),
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    beds_open BIGINT NOT NULL,
    occupied BIGINT NOT NULL,
    free BIGINT NOT NULL,
    expected_free BIGINT,
    -- hand, file or feed
    source TEXT NOT NULL,
    figure_at BIGINT NOT NULL,
    set_by TEXT,
    version BIGINT NOT NULL,
    CHECK (beds_open >= 0 AND occupied >= 0 AND free >= 0 AND occupied + free <= beds_open)
);
CREATE INDEX bed_figure_of_organisation ON bed_figure (organisation_id);

-- How long the first decision on a leg took, from its submission.
CREATE TABLE leg_decision (
    leg_id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    urgency TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    took_ms BIGINT NOT NULL
);
CREATE INDEX leg_decision_of_organisation ON leg_decision (organisation_id, urgency, decided_at);
INSERT INTO leg_decision (leg_id, alliance_id, organisation_id, urgency, decided_at, took_ms)
SELECT l.id, l.alliance_id, l.to_organisation_id, l.urgency, MIN(e.recorded_at), MIN(e.recorded_at) - l.submitted_at
FROM leg l JOIN event e ON e.subject_kind = 'leg' AND e.subject_id = l.id AND e.kind IN ('leg.accepted', 'leg.declined', 'leg.redirected')
WHERE l.submitted_at IS NOT NULL AND l.to_organisation_id IS NOT NULL
GROUP BY l.id, l.alliance_id, l.to_organisation_id, l.urgency, l.submitted_at;

-- What is under way towards a place.
CREATE INDEX leg_under_way ON leg (to_organisation_id, to_department_id) WHERE is_ended = 0;

-- Every version the alliance's rules had, whole; `alliance.settings` holds the one in force.
ALTER TABLE alliance ADD COLUMN settings_version BIGINT NOT NULL DEFAULT 0;
CREATE TABLE settings_version (
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    version BIGINT NOT NULL,
    settings TEXT NOT NULL,
    changes TEXT NOT NULL,
    person_id TEXT,
    organisation_id TEXT,
    restored_from BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (alliance_id, version)
);
