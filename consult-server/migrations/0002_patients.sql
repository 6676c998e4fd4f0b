-- Patients: identity, with many identifiers each; identity numbers, phones and addresses are sealed.

CREATE TABLE patient (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- Folded name, pinyin and initials between bars: |张小东|zhangxiaodong|zxd|
    name_search TEXT NOT NULL,
    sex TEXT NOT NULL,
    birth_date TEXT,
    identity_kind TEXT NOT NULL,
    identity_sealed TEXT,
    identity_masked TEXT,
    phone_sealed TEXT,
    phone_masked TEXT,
    address_sealed TEXT,
    registered_by TEXT NOT NULL REFERENCES organisation (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX patient_of_alliance ON patient (alliance_id, id);

-- `value_blind` is a keyed hash: identifiers can be found exactly and tell nothing.
CREATE TABLE patient_identifier (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    patient_id TEXT NOT NULL REFERENCES patient (id),
    system TEXT NOT NULL,
    issuer_organisation_id TEXT NOT NULL DEFAULT '',
    value_blind TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    UNIQUE (alliance_id, system, issuer_organisation_id, value_blind)
);
CREATE INDEX patient_identifier_of_patient ON patient_identifier (patient_id);
