extension Migrations {
  /// Signed trust bundles beside rosters and policies.
  static let trust = """
    CREATE TABLE authority_next (
      kind TEXT NOT NULL CHECK (kind IN ('roster', 'policy', 'trust')),
      serial INTEGER NOT NULL CHECK (serial >= 1),
      team TEXT NOT NULL,
      envelope BLOB NOT NULL,
      stored_ms INTEGER NOT NULL,
      stored_by TEXT NOT NULL,
      PRIMARY KEY (kind, serial)
    ) WITHOUT ROWID, STRICT;

    INSERT INTO authority_next SELECT kind, serial, team, envelope, stored_ms, stored_by FROM authority;
    DROP TABLE authority;
    ALTER TABLE authority_next RENAME TO authority;
    """
}
