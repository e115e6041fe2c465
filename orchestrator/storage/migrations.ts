/** Scripts in order; the file's user_version counts those already run. Never edit one, append. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;

  CREATE TABLE releases (
    release_id TEXT PRIMARY KEY,
    manifest_cid TEXT NOT NULL
  ) STRICT;

  CREATE TABLE blocks (
    number INTEGER PRIMARY KEY,
    hash TEXT NOT NULL,
    parent_hash TEXT NOT NULL,
    timestamp INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE requests (
    request_id TEXT PRIMARY KEY,
    release_id TEXT NOT NULL,
    level TEXT NOT NULL,
    requester TEXT NOT NULL,
    operator_id TEXT NOT NULL,
    input BLOB NOT NULL,
    primary_until INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    preimage TEXT NOT NULL,
    journaled_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    seen_block INTEGER,
    seen_hash TEXT,
    end_block INTEGER,
    end_hash TEXT,
    end_status TEXT,
    end_transaction TEXT,
    failure_code TEXT,
    failure_message TEXT,
    failure_stage TEXT
  ) STRICT;
  CREATE INDEX requests_unfinished ON requests (journaled_at)
    WHERE end_block IS NULL AND failure_code IS NULL;
  CREATE INDEX requests_seen ON requests (seen_block);
  CREATE INDEX requests_end ON requests (end_block);

  CREATE TABLE outputs (
    request_id TEXT PRIMARY KEY REFERENCES requests,
    output BLOB NOT NULL,
    seconds REAL NOT NULL
  ) STRICT;

  CREATE TABLE proofs (
    request_id TEXT PRIMARY KEY REFERENCES requests,
    proof TEXT NOT NULL,
    seconds REAL NOT NULL
  ) STRICT;

  CREATE TABLE transactions (
    id INTEGER PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES requests,
    sender TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    state TEXT NOT NULL,
    receipt_hash TEXT,
    receipt_block INTEGER,
    receipt_block_hash TEXT,
    receipt_succeeded INTEGER,
    receipt_gas_used INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX transactions_nonce ON transactions (sender, nonce) WHERE state <> 'Lost';
  CREATE INDEX transactions_request ON transactions (request_id);

  CREATE TABLE attempts (
    hash TEXT PRIMARY KEY,
    transaction_id INTEGER NOT NULL REFERENCES transactions,
    raw TEXT NOT NULL,
    purpose TEXT NOT NULL,
    max_fee_per_gas TEXT NOT NULL,
    max_priority_fee_per_gas TEXT NOT NULL,
    signed_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX attempts_transaction ON attempts (transaction_id, signed_at);
  `,
  // What requests were before somebody declined them: a re-org may bring that back.
  `
  CREATE TABLE reassignments (
    id INTEGER PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES requests,
    block INTEGER NOT NULL,
    operator_id TEXT NOT NULL,
    primary_until INTEGER NOT NULL,
    preimage TEXT NOT NULL
  ) STRICT;
  CREATE INDEX reassignments_block ON reassignments (block);
  `,
  // Money of requests, purposes of transactions, times, revocations; and what ended when.
  `
  ALTER TABLE requests ADD COLUMN agreement TEXT;
  ALTER TABLE requests ADD COLUMN ended_at INTEGER;
  UPDATE requests SET ended_at = seen_at WHERE end_block IS NOT NULL;
  ALTER TABLE reassignments ADD COLUMN agreement TEXT;
  DROP INDEX requests_unfinished;
  CREATE INDEX requests_unfinished ON requests (journaled_at) WHERE end_block IS NULL;

  ALTER TABLE transactions ADD COLUMN purpose TEXT NOT NULL DEFAULT 'fulfill';
  ALTER TABLE transactions ADD COLUMN reason TEXT;

  CREATE TABLE stage_times (
    release_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    seconds REAL NOT NULL,
    PRIMARY KEY (release_id, stage)
  ) STRICT;
  INSERT INTO stage_times SELECT release_id, 'infer', max(seconds)
    FROM outputs JOIN requests USING (request_id) GROUP BY release_id;
  INSERT INTO stage_times SELECT release_id, 'prove', max(seconds)
    FROM proofs JOIN requests USING (request_id) GROUP BY release_id;

  CREATE TABLE revocations (
    verifier_id TEXT PRIMARY KEY,
    block INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX reassignments_request ON reassignments (request_id);
  `,
  // The optimistic level: answers under their window (the newest row of a request holds), what was
  // computed twice, proofs against wrong answers, keys that were compared, requests of batches.
  `
  CREATE TABLE answers (
    id INTEGER PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES requests,
    block INTEGER NOT NULL,
    operator_id TEXT NOT NULL,
    challenger TEXT,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    record TEXT NOT NULL,
    output BLOB NOT NULL
  ) STRICT;
  CREATE INDEX answers_request ON answers (request_id);
  CREATE INDEX answers_block ON answers (block);

  CREATE TABLE confirmations (
    request_id TEXT PRIMARY KEY REFERENCES requests,
    is_same INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE refutations (
    request_id TEXT PRIMARY KEY REFERENCES requests,
    proof TEXT NOT NULL,
    seconds REAL NOT NULL,
    commitment TEXT NOT NULL
  ) STRICT;

  CREATE TABLE commitments (
    commitment TEXT PRIMARY KEY,
    block INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX commitments_block ON commitments (block);

  CREATE TABLE judges (
    release_id TEXT PRIMARY KEY
  ) STRICT;

  CREATE TABLE batches (
    transaction_id INTEGER NOT NULL REFERENCES transactions,
    request_id TEXT NOT NULL REFERENCES requests,
    PRIMARY KEY (transaction_id, request_id)
  ) STRICT;
  CREATE INDEX batches_request ON batches (request_id);
  `,
];
