-- The directory of a whole county: codes, licences, leaving, external organisations, one box that finds a person,
-- duty rosters with deputies and swaps, and the one-time codes by which people set their first password.

ALTER TABLE organisation ADD COLUMN external BIGINT NOT NULL DEFAULT 0;
ALTER TABLE organisation ADD COLUMN phone TEXT;
ALTER TABLE organisation ADD COLUMN ended_at BIGINT;
ALTER TABLE organisation ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- `system` is uscc (统一社会信用代码, GB 32100) or institution (医疗机构代码).
CREATE TABLE organisation_code (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    system TEXT NOT NULL,
    value TEXT NOT NULL,
    valid_from BIGINT,
    valid_until BIGINT,
    UNIQUE (alliance_id, system, value)
);
CREATE INDEX organisation_code_of_organisation ON organisation_code (organisation_id);

-- The code of the national department list (诊疗科目名录), e.g. 03.04.
ALTER TABLE department ADD COLUMN national_code TEXT;
ALTER TABLE department ADD COLUMN ended_at BIGINT;
ALTER TABLE department ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- The staff number is the key of an import.
ALTER TABLE person ADD COLUMN staff_number TEXT;
ALTER TABLE person ADD COLUMN work_phone TEXT;
ALTER TABLE person ADD COLUMN licence_from BIGINT;
ALTER TABLE person ADD COLUMN left_at BIGINT;
ALTER TABLE person ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
CREATE UNIQUE INDEX person_staff_number ON person (alliance_id, staff_number) WHERE staff_number IS NOT NULL;

ALTER TABLE agreement ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- One row a position that has not ended, with everything a person is found by between bars; read from one end to the other in
-- the order in which it is shown.
CREATE TABLE directory_entry (
    alliance_id TEXT NOT NULL,
    sort TEXT NOT NULL,
    position_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    department_id TEXT,
    search TEXT NOT NULL,
    department_text TEXT NOT NULL,
    specialty_text TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    PRIMARY KEY (alliance_id, sort, position_id)
) {{clustered}};
CREATE INDEX directory_entry_of_position ON directory_entry (position_id);

-- Positions that were there before are found by name and by the ideographs of their places until somebody saves them again.
INSERT INTO directory_entry (alliance_id, sort, position_id, person_id, organisation_id, department_id, search, department_text,
    specialty_text, valid_from, valid_until)
SELECT x.alliance_id, p.name_search, x.id, p.id, o.id, d.id,
    p.name_search || COALESCE(d.name, '') || '|' || COALESCE(p.specialty, '') || '|' || o.name || '|',
    '|' || COALESCE(d.name, '') || '|', '|' || COALESCE(p.specialty, '') || '|', x.valid_from, x.valid_until
FROM position x JOIN person p ON p.id = x.person_id JOIN organisation o ON o.id = x.organisation_id
    LEFT JOIN department d ON d.id = x.department_id;

-- `kind` is department, hospital (总值班) or alliance, and says which of the two places are filled; `rank` is duty or deputy.
CREATE TABLE duty (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    kind TEXT NOT NULL,
    organisation_id TEXT REFERENCES organisation (id),
    department_id TEXT REFERENCES department (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    rank TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
CREATE INDEX duty_of_alliance ON duty (alliance_id, ends_at);
CREATE INDEX duty_of_organisation ON duty (organisation_id, ends_at);
CREATE INDEX duty_of_department ON duty (department_id, ends_at);
CREATE INDEX duty_of_person ON duty (person_id, ends_at);

-- One person offers a duty and wants another's in return, or gives it away (no duty wanted). `state` is offered, accepted,
-- declined or withdrawn.
CREATE TABLE duty_swap (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    offered_duty_id TEXT NOT NULL,
    wanted_duty_id TEXT,
    from_person_id TEXT NOT NULL REFERENCES person (id),
    to_person_id TEXT NOT NULL REFERENCES person (id),
    state TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    decided_at BIGINT
);
CREATE INDEX duty_swap_of_people ON duty_swap (to_person_id, from_person_id);
CREATE UNIQUE INDEX duty_swap_open ON duty_swap (offered_duty_id) WHERE state = 'offered';

-- One-time codes; only their hash is kept. A newer code of a person ends the older ones.
CREATE TABLE activation (
    code_hash TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX activation_of_person ON activation (person_id);
