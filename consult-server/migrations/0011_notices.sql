-- Notices that leave the house: addresses, preferences, webhooks, and the queue of what is to be sent.

-- Where a person's mail goes; the administrator enters it.
ALTER TABLE person ADD COLUMN email TEXT;

-- What a notice is for its reader: tasks, answers, escalations or administration.
ALTER TABLE notice ADD COLUMN class TEXT NOT NULL DEFAULT 'tasks';
CREATE INDEX notice_unread ON notice (person_id, seq) WHERE read_at IS NULL;
CREATE INDEX notice_for_information ON notice (person_id, created_at) WHERE class IN ('answers', 'escalations');

-- How a person wants to be told; who has no row is told as the product thinks best.
CREATE TABLE notice_preference (
    person_id TEXT PRIMARY KEY REFERENCES person (id),
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    language TEXT NOT NULL,
    -- JSON: for each class whether by mail and whether to the phone.
    channels TEXT NOT NULL,
    -- Minutes of the day in the alliance's time zone; both or neither.
    quiet_from BIGINT,
    quiet_until BIGINT,
    updated_at BIGINT NOT NULL,
    CHECK ((quiet_from IS NULL) = (quiet_until IS NULL))
);

-- Other systems that are told. The address is sealed like the secret: group robots carry their key in it.
CREATE TABLE webhook (
    id TEXT PRIMARY KEY,
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    adapter TEXT NOT NULL,
    url_sealed TEXT NOT NULL,
    url_shown TEXT NOT NULL,
    secret_sealed TEXT,
    -- JSON: the event types it wants; empty for a gateway, which sends what people ask for.
    events TEXT NOT NULL,
    language TEXT NOT NULL,
    template TEXT,
    is_active BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX webhook_of_alliance ON webhook (alliance_id) WHERE ended_at IS NULL;

-- What is to be sent, and what became of it. `route` is mail, or the webhook: what goes one way waits together when that way is
-- closed. `due_at` is when it is tried (again), or until when whoever claimed it may take.
CREATE TABLE delivery (
    seq {{identity}},
    id TEXT NOT NULL UNIQUE,
    alliance_id TEXT NOT NULL,
    route TEXT NOT NULL,
    channel TEXT NOT NULL,
    person_id TEXT,
    kind TEXT NOT NULL,
    class TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    urgency TEXT,
    state TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    give_up_at BIGINT NOT NULL,
    -- How often it was claimed: a claim is a compare-and-set on it.
    tries BIGINT NOT NULL DEFAULT 0,
    fault TEXT,
    fault_detail TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX delivery_due ON delivery (route, due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX delivery_of_alliance ON delivery (alliance_id, state, seq);
CREATE INDEX delivery_of_route ON delivery (route, seq);

-- A way that is closed: after each failure it is tried later.
CREATE TABLE delivery_route (
    route TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    resume_at BIGINT NOT NULL,
    fault TEXT,
    fault_detail TEXT,
    failed_at BIGINT,
    succeeded_at BIGINT
);

-- What I started and is open; what I am asked for in swaps.
CREATE INDEX leg_open_of_author ON leg (author_id, updated_at, id) WHERE is_ended = 0;
CREATE INDEX leg_owed_by_due ON leg (owed_organisation_id, sort_due, id) WHERE owed_duty IS NOT NULL;
CREATE INDEX consult_open_of_requester ON consult (requester_id, updated_at, id) WHERE owed_party IS NOT NULL;
CREATE INDEX consult_owed ON consult (owed_organisation_id, due_at, id) WHERE owed_party IS NOT NULL;
