-- Documents (attachments), a conversation for each subject that has two sides, and calls by telephone about a leg.

-- The bytes lie in the object store under their BLAKE3 hash. A document that is attached to nothing is its author's only.
CREATE TABLE document (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    author_id TEXT NOT NULL REFERENCES person (id),
    hash TEXT NOT NULL,
    size BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    holder_kind TEXT,
    holder_id TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX document_of_holder ON document (holder_kind, holder_id);

-- A thread has the id of its subject. The grant of `grant_kind` and `grant_id` carries it: where that has ended, so has the thread.
CREATE TABLE thread (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    subject_kind TEXT NOT NULL,
    patient_id TEXT NOT NULL REFERENCES patient (id),
    grant_kind TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    asking_organisation_id TEXT NOT NULL REFERENCES organisation (id),
    asked_organisation_id TEXT NOT NULL REFERENCES organisation (id),
    asked_department_id TEXT REFERENCES department (id),
    -- The thread of the subject that this one goes on from.
    previous_id TEXT,
    version BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX thread_asking ON thread (asking_organisation_id, last_at) WHERE messages > 0;
CREATE INDEX thread_asked ON thread (asked_organisation_id, last_at) WHERE messages > 0;

-- People whom the subject names: its author, and whoever took the patient. Who wrote or acted is read off the rows of that.
CREATE TABLE thread_person (
    thread_id TEXT NOT NULL REFERENCES thread (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    PRIMARY KEY (thread_id, organisation_id, person_id)
);

-- Nothing is deleted: a message that was withdrawn stays, and is shown to nobody.
CREATE TABLE message (
    id TEXT PRIMARY KEY,
    thread_id TEXT NOT NULL REFERENCES thread (id),
    ordinal BIGINT NOT NULL,
    author_id TEXT NOT NULL REFERENCES person (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    -- What the author sent, hashed: the same again is answered, another under the same id is refused (I-9).
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    UNIQUE (thread_id, ordinal)
);

CREATE TABLE message_attachment (
    message_id TEXT NOT NULL REFERENCES message (id),
    place BIGINT NOT NULL,
    document_id TEXT NOT NULL REFERENCES document (id),
    kind TEXT NOT NULL,
    duration_ms BIGINT,
    PRIMARY KEY (message_id, place)
);

-- Up to which message a person has read a thread.
CREATE TABLE thread_read (
    thread_id TEXT NOT NULL REFERENCES thread (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    up_to BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (thread_id, person_id)
);

-- Calls by telephone about a leg and what came of them.
CREATE TABLE leg_call (
    id TEXT PRIMARY KEY,
    leg_id TEXT NOT NULL REFERENCES leg (id),
    author_id TEXT NOT NULL REFERENCES person (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    hash TEXT NOT NULL,
    callee TEXT NOT NULL,
    result TEXT NOT NULL,
    whom TEXT NOT NULL,
    note TEXT NOT NULL,
    called_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX leg_call_of_leg ON leg_call (leg_id, called_at);

-- Legs that were sent before have a conversation from now on.
INSERT INTO thread (id, alliance_id, subject_kind, patient_id, grant_kind, grant_id, asking_organisation_id, asked_organisation_id,
    asked_department_id, previous_id, version, messages, last_at, created_at)
SELECT l.id, l.alliance_id, 'leg', l.patient_id, 'case', l.case_id, l.from_organisation_id, l.to_organisation_id, l.to_department_id,
    NULL, 1, 0, l.submitted_at, l.submitted_at
FROM leg l WHERE l.submitted_at IS NOT NULL AND l.to_organisation_id IS NOT NULL;
INSERT INTO thread_person (thread_id, organisation_id, person_id)
SELECT l.id, l.from_organisation_id, l.author_id FROM leg l JOIN thread t ON t.id = l.id;
INSERT INTO thread_person (thread_id, organisation_id, person_id)
SELECT l.id, l.to_organisation_id, l.owner_id FROM leg l JOIN thread t ON t.id = l.id WHERE l.owner_id IS NOT NULL;
