extension Migrations {
  /// What learning keeps: users' windows and watches, daily maxima, models, their offers, what analysts expect.
  static let learning = """
    ALTER TABLE days ADD COLUMN noted INTEGER NOT NULL DEFAULT 0;

    CREATE TABLE user_windows (
      start_ms INTEGER NOT NULL,
      schema INTEGER NOT NULL,
      entity BLOB NOT NULL,
      noted_ms INTEGER NOT NULL,
      scores BLOB,
      PRIMARY KEY (start_ms, schema, entity)
    ) WITHOUT ROWID, STRICT;

    CREATE INDEX user_windows_to_score ON user_windows (noted_ms) WHERE scores IS NULL;

    CREATE TABLE watches (
      entity BLOB NOT NULL,
      schema INTEGER NOT NULL,
      team TEXT NOT NULL,
      state BLOB NOT NULL,
      updated_ms INTEGER NOT NULL,
      PRIMARY KEY (entity, schema)
    ) WITHOUT ROWID, STRICT;

    CREATE INDEX watches_by_use ON watches (updated_ms);
    CREATE INDEX watches_by_team ON watches (schema, team);

    CREATE TABLE peer_groups (
      schema INTEGER NOT NULL,
      team TEXT NOT NULL,
      state BLOB NOT NULL,
      PRIMARY KEY (schema, team)
    ) WITHOUT ROWID, STRICT;

    CREATE TABLE daily_maxima (
      day INTEGER NOT NULL,
      schema INTEGER NOT NULL,
      model INTEGER NOT NULL,
      scale INTEGER NOT NULL,
      entity BLOB NOT NULL,
      score REAL NOT NULL,
      PRIMARY KEY (day, schema, model, scale, entity)
    ) WITHOUT ROWID, STRICT;

    CREATE TABLE models (
      id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
      schema INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('candidate', 'shadow', 'champion', 'retired')),
      number INTEGER NOT NULL,
      payload BLOB NOT NULL,
      envelope BLOB,
      digest BLOB UNIQUE CHECK (length(digest) = 32),
      made_by TEXT NOT NULL,
      promoted_by TEXT NOT NULL DEFAULT '',
      created_ms INTEGER NOT NULL,
      updated_ms INTEGER NOT NULL
    ) WITHOUT ROWID, STRICT;

    CREATE INDEX models_by_schema ON models (schema, created_ms);

    CREATE TABLE offers (
      serial INTEGER NOT NULL PRIMARY KEY CHECK (serial >= 1),
      model BLOB NOT NULL REFERENCES models (id),
      schema INTEGER NOT NULL,
      role INTEGER NOT NULL CHECK (role IN (1, 2)),
      ring INTEGER NOT NULL,
      team TEXT,
      envelope BLOB NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'halted', 'superseded')),
      made_by TEXT NOT NULL,
      made_ms INTEGER NOT NULL,
      sent_ms INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE INDEX offers_in_force ON offers (schema, role, ring) WHERE state IN ('waiting', 'sent');

    CREATE TABLE expectations (
      detection BLOB NOT NULL PRIMARY KEY REFERENCES detections (id),
      rule TEXT NOT NULL,
      scope TEXT NOT NULL CHECK (scope IN ('entity', 'group', 'site')),
      entity BLOB,
      team TEXT,
      until_ms INTEGER NOT NULL,
      made_by TEXT NOT NULL
    ) WITHOUT ROWID, STRICT;

    CREATE INDEX expectations_by_end ON expectations (until_ms);
    """
}
