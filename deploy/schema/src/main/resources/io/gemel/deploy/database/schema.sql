-- Gemel's own tables in each application database. `gemel prepare` runs each statement whose table or index is missing, adds columns
-- that are, and `gemel check` compares their types: keep one column a line, types as PostgreSQL itself prints them, and what a later
-- release adds without NOT NULL and default.

-- Markers: one row for each apply transaction, its first statement. It commits with the data, and so is at once the exactly-once
-- progress, the loop guard, and the record in the database's log of how far the peer's log was applied. Rows are only ever inserted;
-- old ones are pruned.
CREATE TABLE gemel.applied (
    origin text,
    position bigint,
    epoch bigint,
    version_micros bigint,
    peer_seen bigint,
    peer_commit bigint,
    horizon text,
    at timestamp with time zone DEFAULT clock_timestamp(),
    PRIMARY KEY (origin, position, peer_seen)
);

-- One row that the site process updates all the time: it moves an idle database's slot forward, and capture reads the horizon back.
CREATE TABLE gemel.heartbeat (
    id integer PRIMARY KEY,
    beat bigint NOT NULL,
    horizon text,
    at timestamp with time zone
);

-- Changes that the applier decided on and publishes to the peer as changes of this site.
CREATE TABLE gemel.emit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamp with time zone DEFAULT clock_timestamp(),
    body bytea NOT NULL
);

-- Entries of the in-flight window that cannot be rebuilt from this site's log alone.
CREATE TABLE gemel."window" (
    table_schema text,
    table_name text,
    key text[],
    entry bytea NOT NULL,
    PRIMARY KEY (table_schema, table_name, key)
);

-- Transactions that are void, since another one carried out the same submission: one row for each of its keys, or one without a key.
CREATE TABLE gemel.void (
    origin text,
    position bigint,
    local_position bigint,
    table_schema text,
    table_name text,
    key text[],
    PRIMARY KEY (origin, position, table_schema, table_name, key)
);

-- The submission ledger, replicated like a table of the application: a transaction that carries out a submission inserts its row first.
CREATE TABLE gemel.submission (
    key text PRIMARY KEY,
    fingerprint text,
    attempt bigint NOT NULL,
    site text,
    vm text,
    status text,
    http_status integer,
    response bytea,
    at timestamp with time zone DEFAULT clock_timestamp(),
    content_type text,
    headers text
);

CREATE INDEX submission_at ON gemel.submission (at);

-- Whether applications may carry out submissions here: one row, open while it holds the time at which this server started. A restart
-- of the server closes it. Of this database only, and not published.
CREATE TABLE gemel.gate (
    id integer PRIMARY KEY CHECK (id = 1),
    opened_for timestamp with time zone
);

-- What a site process leaves when it ends in good order: everything committed before transaction id `xid` is in the log, which the process
-- of `epoch` wrote. One row. `resumed` is where the slot began that `gemel prepare` created when the old one was gone, as after a major
-- upgrade of the server.
CREATE TABLE gemel.seal (
    id integer PRIMARY KEY,
    epoch bigint NOT NULL,
    xid text NOT NULL,
    complete boolean NOT NULL,
    resumed bigint,
    at timestamp with time zone DEFAULT clock_timestamp()
);

-- What the publication held when `gemel prepare` or the site process last looked: `member` tells a table's place in it from a later one,
-- and the row of relation 0 the publication itself. A table that was out of it meanwhile has lost changes. Of this database only.
CREATE TABLE gemel.published (
    relation oid PRIMARY KEY,
    database text NOT NULL,
    member text NOT NULL
);

-- Transactions that are set aside for a person. Those of the peer wait to be applied here; those of this site wait there.
CREATE TABLE gemel.parked (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamp with time zone DEFAULT clock_timestamp(),
    origin text,
    position bigint,
    reason text,
    body bytea NOT NULL,
    decision text,
    problem text
);

-- The rows that they leave undecided: nothing from the peer is applied to these.
CREATE TABLE gemel.parked_row (
    parked bigint,
    table_schema text,
    table_name text,
    key text[],
    PRIMARY KEY (parked, table_schema, table_name, key)
);

-- Rows that differ from the peer's, at which this site is halted, and what a person has asked to be made of each.
CREATE TABLE gemel.repair (
    table_schema text,
    table_name text,
    key text[],
    at timestamp with time zone DEFAULT clock_timestamp(),
    origin text,
    position bigint,
    problem text,
    here jsonb,
    peer jsonb,
    take text,
    asked_by text,
    asked_at timestamp with time zone,
    PRIMARY KEY (table_schema, table_name, key)
);

-- Columns that are dropped at both sites: what the peer wrote to them before is left out of its changes.
CREATE TABLE gemel.gone_column (
    table_schema text,
    table_name text,
    column_name text,
    asked_by text,
    asked_at timestamp with time zone DEFAULT clock_timestamp(),
    PRIMARY KEY (table_schema, table_name, column_name)
);

-- Every conflict with both sides' row images and how it was resolved.
CREATE TABLE gemel.journal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamp with time zone DEFAULT clock_timestamp(),
    table_schema text,
    table_name text,
    key text[],
    kind text,
    policy text,
    resolution text,
    winner_site text,
    local_site text,
    local_position bigint,
    local_version bigint,
    local_seen bigint,
    incoming_site text,
    incoming_position bigint,
    incoming_version bigint,
    incoming_seen bigint,
    base jsonb,
    local_before jsonb,
    local_after jsonb,
    incoming_before jsonb,
    incoming_after jsonb,
    outcome jsonb
);

CREATE INDEX journal_at ON gemel.journal (at);

CREATE INDEX journal_table ON gemel.journal (table_schema, table_name);
