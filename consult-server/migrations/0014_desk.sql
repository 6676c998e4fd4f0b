-- The desk: how a person looks at the board, under names of their own.

-- `views` is the whole list (JSON): it is read and written as one.
CREATE TABLE board_views (
    person_id TEXT PRIMARY KEY REFERENCES person (id),
    alliance_id TEXT NOT NULL REFERENCES alliance (id),
    version BIGINT NOT NULL,
    views TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
