extension Migrations {
  /// The sample of windows that models are trained from: which entities, and where their windows lie.
  static let sample = """
    ALTER TABLE days ADD COLUMN sampled INTEGER NOT NULL DEFAULT 0;

    CREATE TABLE sample_cuts (
      schema INTEGER NOT NULL PRIMARY KEY,
      cut INTEGER NOT NULL CHECK (cut >= 0),
      lifted INTEGER NOT NULL
    ) WITHOUT ROWID, STRICT;

    CREATE TABLE sampled_entities (
      schema INTEGER NOT NULL,
      priority INTEGER NOT NULL CHECK (priority >= 0),
      windows INTEGER NOT NULL CHECK (windows > 0),
      PRIMARY KEY (schema, priority)
    ) WITHOUT ROWID, STRICT;

    CREATE TABLE sampled_windows (
      schema INTEGER NOT NULL,
      priority INTEGER NOT NULL,
      day INTEGER NOT NULL,
      place INTEGER NOT NULL,
      PRIMARY KEY (schema, priority, day, place)
    ) WITHOUT ROWID, STRICT;

    CREATE INDEX sampled_windows_by_day ON sampled_windows (day, schema, place);

    CREATE TABLE entity_counts (
      schema INTEGER NOT NULL,
      day INTEGER NOT NULL,
      sketch BLOB NOT NULL,
      PRIMARY KEY (schema, day)
    ) WITHOUT ROWID, STRICT;
    """
}
