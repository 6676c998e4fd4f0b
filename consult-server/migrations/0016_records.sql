-- Records: what their masks show, who tries to get at them, and what outlived its reason.

-- Registrations that led to a record of others: how many since when, by person.
CREATE TABLE patient_try (
    person_id TEXT PRIMARY KEY REFERENCES person (id),
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    tries BIGINT NOT NULL,
    since BIGINT NOT NULL
);

-- Masks showed the beginning of a number too.
UPDATE patient SET identity_masked = substr('********************', 1, length(identity_masked) - 2) || substr(identity_masked, length(identity_masked) - 1)
    WHERE length(identity_masked) > 2;
UPDATE patient SET phone_masked = substr('********************', 1, length(phone_masked) - 4) || substr(phone_masked, length(phone_masked) - 3)
    WHERE length(phone_masked) >= 11;
UPDATE patient SET phone_masked = substr('********************', 1, length(phone_masked) - 2) || substr(phone_masked, length(phone_masked) - 1)
    WHERE length(phone_masked) BETWEEN 3 AND 10;

-- Answers that were kept stood in the clear; their bodies are sealed from now on. A request repeated across this step is known by
-- the id its client made, or by the version it was made on.
DELETE FROM idempotency;
CREATE INDEX idempotency_row ON idempotency ((person_id || '/' || idempotency_key));

-- Whoever a missed deadline called had been let into the whole record: now they see the consult, as long as they are called.
UPDATE access_grant SET ends_at = given_at WHERE subject_kind = 'consult' AND NOT EXISTS (SELECT 1 FROM consult c
    WHERE c.id = access_grant.subject_id AND access_grant.organisation_id IN (c.requester_organisation_id, c.invited_organisation_id));

-- Reviewers' lists go by when a glass was broken.
DROP INDEX break_glass_of_alliance;
CREATE INDEX break_glass_of_alliance ON break_glass (alliance_id, opened_at, id);

-- A study of a patient to which a second organisation has added: whoever received it first sees it by a relation to the patient.
ALTER TABLE study ADD COLUMN shared BIGINT NOT NULL DEFAULT 0;
CREATE INDEX upload_of_person ON upload (person_id) WHERE state = 'receiving';
