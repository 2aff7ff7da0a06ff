extension Migrations {
  /// Agents, sessions, tokens, operators, signed envelopes, what is on its way to agents.
  static let fleet = """
    CREATE TABLE agents (
      id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32),
      label TEXT NOT NULL,
      team TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('enrolled', 'quarantined', 'revoked')),
      reason TEXT NOT NULL DEFAULT '',
      key_digest BLOB NOT NULL CHECK (length(key_digest) = 32),
      sealing_key BLOB NOT NULL,
      enrolled_ms INTEGER NOT NULL,
      certificate_not_after_ms INTEGER NOT NULL,
      last_seen_ms INTEGER,
      version TEXT NOT NULL DEFAULT '',
      boot TEXT NOT NULL DEFAULT '',
      clock_offset_ms INTEGER NOT NULL DEFAULT 0,
      policy_serial INTEGER NOT NULL DEFAULT 0,
      roster_serial INTEGER NOT NULL DEFAULT 0,
      heartbeat TEXT,
      outbound INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID, STRICT;

    CREATE INDEX agents_by_team ON agents (team);

    CREATE TABLE sessions (
      agent TEXT NOT NULL PRIMARY KEY REFERENCES agents (id),
      session BLOB NOT NULL CHECK (length(session) = 16),
      collector TEXT NOT NULL,
      boot TEXT NOT NULL,
      since_ms INTEGER NOT NULL
    ) WITHOUT ROWID, STRICT;

    CREATE INDEX sessions_by_collector ON sessions (collector);

    CREATE TABLE tokens (
      id TEXT NOT NULL PRIMARY KEY,
      digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
      team TEXT NOT NULL,
      created_ms INTEGER NOT NULL,
      not_after_ms INTEGER NOT NULL,
      uses_left INTEGER NOT NULL CHECK (uses_left >= 0),
      revoked INTEGER NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1)),
      created_by TEXT NOT NULL
    ) WITHOUT ROWID, STRICT;

    CREATE TABLE operators (
      name TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
      roles TEXT NOT NULL,
      revoked INTEGER NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1)),
      reason TEXT NOT NULL DEFAULT '',
      key_digest BLOB NOT NULL CHECK (length(key_digest) = 32),
      certificate_not_after_ms INTEGER NOT NULL,
      added_ms INTEGER NOT NULL
    ) WITHOUT ROWID, STRICT;

    CREATE TABLE authority (
      kind TEXT NOT NULL CHECK (kind IN ('roster', 'policy')),
      serial INTEGER NOT NULL CHECK (serial >= 1),
      team TEXT NOT NULL,
      envelope BLOB NOT NULL,
      stored_ms INTEGER NOT NULL,
      stored_by TEXT NOT NULL,
      PRIMARY KEY (kind, serial)
    ) WITHOUT ROWID, STRICT;

    CREATE TABLE outbound (
      agent TEXT NOT NULL REFERENCES agents (id),
      serial INTEGER NOT NULL CHECK (serial >= 1),
      type TEXT NOT NULL,
      envelope BLOB NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'answered', 'superseded')),
      created_ms INTEGER NOT NULL,
      answer TEXT CHECK (answer IN ('accepted', 'refused', 'unsupported')),
      code TEXT NOT NULL DEFAULT '',
      message TEXT NOT NULL DEFAULT '',
      PRIMARY KEY (agent, serial)
    ) WITHOUT ROWID, STRICT;

    CREATE INDEX outbound_open ON outbound (agent, serial) WHERE state IN ('pending', 'delivered');
    """
}
