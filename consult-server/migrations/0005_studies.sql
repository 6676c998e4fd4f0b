-- Studies: images and ECGs as they came, who they belong to, and how they came in. Bytes lie in the object store under
-- their hash; rows are written after them.

-- Senders by DIMSE. `from_address` is an address, `loopback`, or empty for any.
CREATE TABLE ae_title (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    title TEXT NOT NULL,
    from_address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (alliance_id, title)
);
CREATE INDEX ae_title_by_title ON ae_title (title);

-- One row for a study in one custody: the patient it is matched with, or the organisation that holds it until somebody
-- says whose it is. `holder` names that custody, so that files of two patients under one UID never meet in one row.
CREATE TABLE study (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    version BIGINT NOT NULL,
    study_uid TEXT NOT NULL,
    holder TEXT NOT NULL,
    status TEXT NOT NULL,
    patient_id TEXT REFERENCES patient (id),
    mismatch TEXT NOT NULL,
    received_by TEXT NOT NULL REFERENCES organisation (id),
    -- The patient as the file says.
    name TEXT NOT NULL,
    -- Folded forms under which a person is found.
    name_ideographs TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    name_pinyin TEXT NOT NULL,
    name_initials TEXT NOT NULL,
    local_id TEXT NOT NULL,
    issuer TEXT NOT NULL,
    birth_date TEXT NOT NULL,
    sex TEXT NOT NULL,
    -- Empty where unknown, so that it sorts on both engines alike.
    study_date TEXT NOT NULL,
    study_time TEXT NOT NULL,
    study_no TEXT NOT NULL,
    accession TEXT NOT NULL,
    description TEXT NOT NULL,
    referring TEXT NOT NULL,
    -- The same forms between bars.
    referring_search TEXT NOT NULL,
    -- Sorted, between bars: |CT|SR|
    modalities TEXT NOT NULL,
    series_count BIGINT NOT NULL,
    instance_count BIGINT NOT NULL,
    ecg_instance TEXT,
    received_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (alliance_id, study_uid, holder)
);
CREATE INDEX study_by_date ON study (alliance_id, study_date, study_uid);
CREATE INDEX study_of_patient ON study (patient_id, id);
CREATE INDEX study_of_organisation ON study (received_by, status, id);

CREATE TABLE series (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    study_id TEXT NOT NULL REFERENCES study (id),
    series_uid TEXT NOT NULL,
    modality TEXT NOT NULL,
    series_no BIGINT,
    description TEXT NOT NULL,
    body_part TEXT NOT NULL,
    series_date TEXT NOT NULL,
    series_time TEXT NOT NULL,
    instance_count BIGINT NOT NULL,
    UNIQUE (alliance_id, study_id, series_uid)
);

-- An instance as it is served: the first copy that came.
CREATE TABLE instance (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    study_id TEXT NOT NULL REFERENCES study (id),
    series_id TEXT NOT NULL REFERENCES series (id),
    instance_uid TEXT NOT NULL,
    class_uid TEXT NOT NULL,
    instance_no BIGINT,
    transfer_syntax TEXT NOT NULL,
    pixel_rows BIGINT NOT NULL,
    pixel_columns BIGINT NOT NULL,
    bits_allocated BIGINT NOT NULL,
    frames BIGINT NOT NULL,
    frame_index TEXT NOT NULL,
    waveform BIGINT NOT NULL,
    fallback TEXT NOT NULL,
    hash TEXT NOT NULL,
    content TEXT NOT NULL,
    size BIGINT NOT NULL,
    data_offset BIGINT NOT NULL,
    channel TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    UNIQUE (alliance_id, study_id, instance_uid)
);
CREATE INDEX instance_of_series ON instance (series_id, instance_no, instance_uid);
CREATE INDEX instance_by_uid ON instance (alliance_id, instance_uid);

-- Later copies under the UID of an instance: `alternate` encodings of it, and `conflict`s, which are never served.
CREATE TABLE instance_copy (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    instance_id TEXT NOT NULL REFERENCES instance (id),
    filing TEXT NOT NULL,
    series_uid TEXT NOT NULL,
    class_uid TEXT NOT NULL,
    transfer_syntax TEXT NOT NULL,
    pixel_rows BIGINT NOT NULL,
    pixel_columns BIGINT NOT NULL,
    frames BIGINT NOT NULL,
    frame_index TEXT NOT NULL,
    hash TEXT NOT NULL,
    content TEXT NOT NULL,
    size BIGINT NOT NULL,
    data_offset BIGINT NOT NULL,
    channel TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    UNIQUE (alliance_id, instance_id, hash)
);

-- Bytes that could not be taken in; kept for the administrator.
CREATE TABLE refused (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    channel TEXT NOT NULL,
    ae_title TEXT,
    code TEXT NOT NULL,
    hash TEXT,
    size BIGINT NOT NULL,
    refused_at BIGINT NOT NULL
);

-- Which studies belong to a consult. The consult is another subject's row, so nothing refers to it here.
CREATE TABLE consult_study (
    consult_id TEXT NOT NULL,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    study_id TEXT NOT NULL REFERENCES study (id),
    attached_by TEXT,
    attached_at BIGINT NOT NULL,
    PRIMARY KEY (alliance_id, consult_id, study_id)
);
CREATE INDEX consult_study_of_study ON consult_study (study_id);

-- Resumable uploads. How many bytes are here, the staged file says.
CREATE TABLE upload (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    patient_id TEXT REFERENCES patient (id),
    consult_id TEXT,
    filename TEXT NOT NULL,
    size BIGINT NOT NULL,
    state TEXT NOT NULL,
    code TEXT,
    results TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX upload_receiving ON upload (created_at) WHERE state = 'receiving';
