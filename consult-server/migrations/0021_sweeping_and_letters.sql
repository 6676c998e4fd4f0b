-- Bytes that no document names yet, or any more: noted before they are stored, forgotten with the row that names them, and swept
-- when they are old. A document that is attached to nothing for a day goes the same way.
CREATE TABLE unnamed_bytes (
    hash TEXT PRIMARY KEY,
    since BIGINT NOT NULL
);
CREATE INDEX unnamed_bytes_since ON unnamed_bytes (since);
CREATE INDEX document_unattached ON document (created_at, id) WHERE holder_kind IS NULL;
CREATE INDEX document_unattached_of ON document (author_id) WHERE holder_kind IS NULL;
CREATE INDEX document_of_bytes ON document (hash);

-- A package may be announced by mail to the hospital that opens it; the code is in no mail.
ALTER TABLE leg_package ADD COLUMN email TEXT;
CREATE INDEX leg_package_mailed ON leg_package (made_by, created_at) WHERE email IS NOT NULL;
CREATE INDEX delivery_of_package ON delivery (subject_id) WHERE subject_kind = 'leg_package';

-- What is unread is looked for among the cases to which a house has access now.
CREATE INDEX access_grant_of_organisation ON access_grant (organisation_id, ends_at);
CREATE INDEX thread_of_grant ON thread (grant_id, grant_kind) WHERE messages > 0;
