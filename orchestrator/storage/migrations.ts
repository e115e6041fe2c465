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
];
