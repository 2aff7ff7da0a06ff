extension Migrations {
  /// Questions for the names behind pseudonyms.
  static let unseals = """
    CREATE TABLE unseals (
      id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
      agent TEXT NOT NULL CHECK (length(agent) = 32),
      state TEXT NOT NULL CHECK (state IN ('proposed', 'ordered', 'answered', 'refused')),
      question TEXT NOT NULL,
      envelope BLOB NOT NULL,
      asked_by TEXT NOT NULL,
      asked_ms INTEGER NOT NULL,
      signed_by TEXT NOT NULL,
      signatures INTEGER NOT NULL,
      signatures_needed INTEGER NOT NULL,
      updated_ms INTEGER NOT NULL,
      outcome TEXT
    ) WITHOUT ROWID, STRICT;

    CREATE INDEX unseals_by_time ON unseals (asked_ms);
    """
}
