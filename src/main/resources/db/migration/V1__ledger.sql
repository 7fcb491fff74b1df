-- The ledger: every send, what happened to it, the batch it came in, and the lane it goes through.
-- One text for SQLite and PostgreSQL; ${identity} is each database's way to number rows in order of insertion.
-- Times are milliseconds since 1970-01-01T00:00Z.

CREATE TABLE batch (
  id           TEXT PRIMARY KEY,
  gateway      TEXT NOT NULL,              -- whose home holds its file
  source       TEXT NOT NULL,              -- file or rest
  name         TEXT NOT NULL,              -- of the file as it was dropped, or of the key that posted it
  folder       TEXT,                       -- of the inbox, or null for the inbox itself
  namespace    TEXT NOT NULL,
  path         TEXT,                       -- of the file, below home; null for a request
  report       TEXT,                       -- what its reports are called, before .report.csv; no two batches share it
  state        TEXT NOT NULL,              -- reading, read, finished, refused
  paused       TEXT,                       -- null, hand, held (too large), failures, cancelled
  released     SMALLINT NOT NULL DEFAULT 0, -- 1 once somebody resumed it: it is held and stopped no more
  rows_read    BIGINT NOT NULL DEFAULT 0,  -- records committed; reading goes on after them
  accepted     BIGINT NOT NULL DEFAULT 0,
  duplicates   BIGINT NOT NULL DEFAULT 0,
  rejected     BIGINT NOT NULL DEFAULT 0,
  unfinished   BIGINT NOT NULL DEFAULT 0,  -- accepted sends without an end
  failed       BIGINT NOT NULL DEFAULT 0,  -- sends of it that failed, and were not sent again
  created_at   BIGINT NOT NULL,
  read_at      BIGINT,                     -- when the last record was committed
  changes      BIGINT NOT NULL DEFAULT 0,  -- commits in which sends of it reached or left an end
  reported     BIGINT,                     -- as many of them are in the report on disk
  reported_at  BIGINT,                     -- when that was written
  erased       SMALLINT NOT NULL DEFAULT 0, -- 1 once its file, its reports and what was read of rows are deleted;
                                           -- 2 when its files are in the home of a gateway that is gone, and the rest is deleted
  deleted      BIGINT NOT NULL DEFAULT 0,  -- accepted sends whose rows are deleted
  checked      BIGINT NOT NULL DEFAULT 0   -- as many of its changes had happened when its figures were last compared
);

CREATE INDEX batch_state ON batch (state);
CREATE INDEX batch_unfinished ON batch (paused) WHERE unfinished > 0;
CREATE INDEX batch_report ON batch (report);
CREATE INDEX batch_over ON batch (erased, reported_at) WHERE state = 'finished';

CREATE TABLE send (
  id                  TEXT PRIMARY KEY,    -- a ULID: sorts in order of acceptance
  idempotency_key     TEXT UNIQUE,         -- namespace and reference, or the fingerprint of a batch's row
  namespace           TEXT NOT NULL,
  reference           TEXT,
  batch               TEXT,
  row_number          BIGINT,              -- in the batch, from 1
  line                BIGINT,              -- in the file, where the record begins
  account             TEXT NOT NULL,
  provider            TEXT NOT NULL,
  barred              TEXT,                -- accounts it must not go through (again), with a space between their names
  recipient           TEXT NOT NULL,
  type                TEXT NOT NULL,
  category            TEXT,
  priority            SMALLINT NOT NULL,   -- 0 high, 1 normal, 2 low
  fair_rank           BIGINT NOT NULL,     -- place in the account's queue, fair between batches
  content             TEXT NOT NULL,       -- the canonical message as JSON; empty once it has been erased
  digests             TEXT NOT NULL,       -- of each field that idempotency compares, keyed
  state               TEXT NOT NULL,       -- queued, sending, sent, delivered, read, failed, cancelled, expired, unknown
  ready               SMALLINT NOT NULL,   -- 1 when it may be claimed; 0 while it waits for due_at, 4 while it does so again;
                                           -- 2 while its batch is paused; 3 behind an earlier one to its recipient
  followed            SMALLINT NOT NULL DEFAULT 0,  -- 1 when others may wait for its end
  due_at              BIGINT,
  expires_at          BIGINT NOT NULL,
  attempt             INTEGER NOT NULL DEFAULT 0,
  refreshed           SMALLINT NOT NULL DEFAULT 0,  -- 1 once a refused look-up has been repeated
  gateway             TEXT,                -- whose attempt it is while sending
  sequence            INTEGER NOT NULL DEFAULT 0,   -- of its latest row in history
  provider_message_id TEXT,
  error_class         TEXT,
  error_code          TEXT,
  error_message       TEXT,
  run                 TEXT,                -- of one that failed in a row of unrecognised refusals: the id of that row
  accepted_at         BIGINT NOT NULL,
  changed_at          BIGINT NOT NULL,
  sent_at             BIGINT,
  confirm_at          BIGINT,              -- sent and not delivered by then is worth an event
  check_at            BIGINT,              -- when its provider is asked next what became of it; null for never
  checks              SMALLINT NOT NULL DEFAULT 0,  -- which of the growing waits before a question that is
  traceparent         TEXT,                -- W3C trace context, as the caller gave it
  replies             SMALLINT NOT NULL DEFAULT 0, -- 1 when somebody waits for its end in reply
  kept                SMALLINT NOT NULL DEFAULT 0  -- 0 all of it; 1 without content and recipient; 2 for its reference
);

-- No list of three or more in these conditions: SQLite fills a table for it at each statement that touches a row.
CREATE INDEX send_claim  ON send (account, priority, fair_rank, id) WHERE state = 'queued' AND ready = 1;
CREATE INDEX send_due    ON send (due_at, id) WHERE state = 'queued' AND ready IN (0, 4);
CREATE INDEX send_order  ON send (account, recipient, priority, id)
  WHERE state IN ('queued', 'sending') AND ready NOT IN (0, 2);
CREATE INDEX send_expiry ON send (expires_at) WHERE state = 'queued' AND expires_at > 0;
CREATE INDEX send_flight ON send (gateway) WHERE state = 'sending';
CREATE INDEX send_batch  ON send (batch, row_number) WHERE batch IS NOT NULL;
CREATE INDEX send_aside  ON send (batch, row_number) WHERE state = 'queued' AND ready = 2;
CREATE INDEX send_check  ON send (account, check_at)
  WHERE check_at IS NOT NULL AND (state = 'sent' OR state = 'delivered' OR state = 'unknown');
CREATE INDEX send_confirm ON send (confirm_at) WHERE state = 'sent' AND confirm_at IS NOT NULL;
CREATE INDEX send_trouble ON send (state, id)
  WHERE state NOT IN ('queued', 'sending') AND state NOT IN ('sent', 'delivered') AND state <> 'read';
CREATE INDEX send_unknown ON send (recipient, account) WHERE state = 'unknown';
CREATE INDEX send_run ON send (run, recipient) WHERE run IS NOT NULL;
CREATE INDEX send_message ON send (provider_message_id) WHERE provider_message_id IS NOT NULL;

-- Further ids by which a provider reports on a send, beside its provider_message_id.
CREATE TABLE further_id (
  message_id TEXT NOT NULL,
  send       TEXT NOT NULL,
  PRIMARY KEY (message_id, send)
);

CREATE INDEX further_id_send ON further_id (send);

-- What providers reported of messages that are no send's as far as is known: matched again for some days.
CREATE TABLE report (
  id            ${identity},
  account       TEXT NOT NULL,             -- to whose address it came
  line          TEXT,                      -- over which the message went
  message_ids   TEXT NOT NULL,             -- as a JSON array
  status        TEXT NOT NULL,             -- sent, delivered, read, failed or deleted
  raw           TEXT,                      -- in the provider's words
  error_code    TEXT,
  error_message TEXT,
  recipient     TEXT,                      -- in digits
  reported_at   BIGINT,                    -- by the provider's clock
  received_at   BIGINT NOT NULL,
  tries         INTEGER NOT NULL DEFAULT 0,
  due_at        BIGINT NOT NULL
);

CREATE UNIQUE INDEX report_once ON report (message_ids, account, status);
CREATE INDEX report_due ON report (due_at);

-- What happened, in the order it was committed: attempts, the audit trail, and the outbox of outcomes.
CREATE TABLE history (
  id                  ${identity},
  send                TEXT,                -- null for a row that was rejected, or a duplicate
  sequence            INTEGER NOT NULL,    -- per send, from 1
  batch               TEXT,
  row_number          BIGINT,
  line                BIGINT,
  at                  BIGINT NOT NULL,
  status              TEXT NOT NULL,       -- the state it brought, or rejected, duplicate, erased, deleted, hint
  attempt             INTEGER NOT NULL DEFAULT 0,
  started_at          BIGINT,              -- of the attempt
  took                BIGINT,              -- milliseconds until its verdict
  http_status         INTEGER,
  answer              TEXT,                -- the provider's, without credentials and what is personal
  error_class         TEXT,
  error_code          TEXT,
  error_message       TEXT,
  provider_message_id TEXT,
  repeats             TEXT,                -- of a duplicate row: the send it repeats
  actor               TEXT,                -- of a change by hand: the name of the key
  reason              TEXT,                -- of a change by hand: why, in the words of who did it; or why it was moved
  detail              TEXT                 -- of a rejected or duplicate row: what was read of it, as JSON;
                                           -- of what a provider reported: its own words and time, as JSON
);

CREATE INDEX history_send  ON history (send) WHERE send IS NOT NULL;
CREATE INDEX history_batch ON history (batch, row_number) WHERE send IS NULL;

CREATE TABLE account (
  name          TEXT PRIMARY KEY,
  provider      TEXT,                       -- that its sends go through
  queued        BIGINT NOT NULL DEFAULT 0,  -- sends in state queued
  fair_clock_high   BIGINT NOT NULL DEFAULT 0,  -- greatest fair_rank claimed of the sends of a priority
  fair_clock_normal BIGINT NOT NULL DEFAULT 0,
  fair_clock_low    BIGINT NOT NULL DEFAULT 0,
  next_slot     BIGINT NOT NULL DEFAULT 0,  -- microseconds: the first start that nobody has reserved
  reserved_at   BIGINT NOT NULL DEFAULT 0,  -- microseconds: when that was written
  not_before    BIGINT NOT NULL DEFAULT 0,  -- the provider asked us to wait until then
  throttles     INTEGER NOT NULL DEFAULT 0, -- throttled answers since the last success
  paused        TEXT,                       -- null, hand or account
  paused_reason TEXT,
  paused_at     BIGINT,
  probe_at      BIGINT,                     -- when one send may try whether the account works again
  probes        INTEGER NOT NULL DEFAULT 0,
  refusals      INTEGER NOT NULL DEFAULT 0, -- unrecognised refusals in a row, each recipient counted once
  run           TEXT,                       -- the id of that row of refusals
  budget_day    TEXT,
  budget_used   BIGINT NOT NULL DEFAULT 0
);

-- When accounts with per-recipient have lately written to whom.
CREATE TABLE recipient_pace (
  account   TEXT NOT NULL,
  recipient TEXT NOT NULL,
  starts    TEXT NOT NULL,                  -- in milliseconds, the oldest first, with a space between two
  until     BIGINT NOT NULL,                -- when the last of them counts no longer
  PRIMARY KEY (account, recipient)
);

CREATE INDEX recipient_pace_until ON recipient_pace (until);

-- Recipients never to be sent to. Who they are cannot be read back: only a keyed digest is kept.
CREATE TABLE block (
  recipient  TEXT NOT NULL,
  scope      TEXT NOT NULL,                 -- marketing or all
  source     TEXT NOT NULL,                 -- who said so
  created_at BIGINT NOT NULL,
  PRIMARY KEY (recipient, scope)
);

CREATE INDEX block_newest ON block (created_at, recipient, scope);

-- Who gets a reply when a send has its end.
CREATE TABLE reply (
  id          ${identity},
  send        TEXT NOT NULL,
  gateway     TEXT NOT NULL,                -- whose connection it came over
  broker      TEXT,                         -- the same for gateways that have the same broker; null for one of its own
  destination TEXT NOT NULL,
  correlation TEXT,
  request     TEXT,                         -- the same when the same request comes again, which waits once
  sequence    INTEGER,                      -- of the send's history: what to tell; null until it has its end
  created_at  BIGINT NOT NULL
);

CREATE UNIQUE INDEX reply_send ON reply (send, request, gateway);
CREATE INDEX reply_due  ON reply (gateway, id) WHERE sequence IS NOT NULL;

-- Which gateway does what only one of them does at a time.
CREATE TABLE lease (
  name    TEXT PRIMARY KEY,
  gateway TEXT NOT NULL,
  beats   BIGINT NOT NULL                   -- one more whenever the gateway says that it is there
);

-- Which gateways are there: each says so every second, and the others say when they have heard nothing of it for long.
CREATE TABLE presence (
  gateway TEXT PRIMARY KEY,
  beats   BIGINT NOT NULL,                  -- one more whenever the gateway says that it is there
  gone    SMALLINT NOT NULL DEFAULT 0,      -- 1 once others have settled what it was sending; it makes it 0 itself
  stopped SMALLINT NOT NULL DEFAULT 0       -- 1 from when it stopped by itself: nobody is told that it is gone, or back
);

-- The latest commit of each gateway: looked up when the answer to a commit was lost.
CREATE TABLE writer (
  name        TEXT PRIMARY KEY,
  last_commit TEXT NOT NULL
);

-- Where each endpoint has got to in each feed, and the key of the digests.
CREATE TABLE setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- What became of lanes and batches, for whoever watches the gateway.
CREATE TABLE event (
  id       ${identity},
  event_id TEXT NOT NULL,                   -- a ULID: the same each time an endpoint is told
  type     TEXT NOT NULL,                   -- lane-paused, lane-resumed, batch-paused, batch-finished, gateway-gone, …
  at       BIGINT NOT NULL,
  account  TEXT,
  batch    TEXT,
  detail   TEXT NOT NULL                    -- what else there is to say, as a JSON object
);

-- What providers passed on from those who wrote to us, until every endpoint of caravan.inbound has it.
CREATE TABLE inbound (
  id          ${identity},
  event_id    TEXT NOT NULL,                -- of the post and the account: the same each time an endpoint is told
  account     TEXT NOT NULL,
  provider    TEXT NOT NULL,
  body        TEXT NOT NULL,                -- as the provider posted it
  received_at BIGINT NOT NULL
);

CREATE INDEX inbound_received ON inbound (received_at);

-- The sends that are old enough to be looked at, in blocks: from_id is not among them, to_id is. A block is visited again when
-- the next of its sends is due to lose something, and forgotten with the last of them.
CREATE TABLE keep (
  from_id TEXT PRIMARY KEY,
  to_id   TEXT NOT NULL,
  due_at  BIGINT NOT NULL
);

CREATE INDEX keep_due ON keep (due_at);

-- How many sends were accepted on each day, counted apart from their rows, which these figures are compared with.
CREATE TABLE accepted_day (
  day      BIGINT PRIMARY KEY,             -- since 1970-01-01, in UTC, by the time in the sends' ids
  accepted BIGINT NOT NULL,
  deleted  BIGINT NOT NULL                 -- as many of their rows have been deleted since
);
