extension Migrations {
  /// Lanes with their watermarks, gaps, the list of day tables, hours, detections, outcomes.
  ///
  /// Windows live in one table a day of receipt (`DayTable`), made when the first record of a day arrives.
  static let telemetry = """
    CREATE TABLE meta (
      key TEXT NOT NULL PRIMARY KEY,
      value BLOB NOT NULL
    ) WITHOUT ROWID, STRICT;

    CREATE TABLE lanes (
      ref INTEGER PRIMARY KEY,
      agent TEXT NOT NULL CHECK (length(agent) = 32),
      lane INTEGER NOT NULL CHECK (lane BETWEEN 1 AND 3),
      epoch INTEGER NOT NULL,
      through INTEGER NOT NULL CHECK (through >= 0),
      updated_ms INTEGER NOT NULL,
      UNIQUE (agent, epoch, lane)
    ) STRICT;

    CREATE TABLE gaps (
      lane INTEGER NOT NULL REFERENCES lanes (ref),
      first INTEGER NOT NULL CHECK (first >= 1),
      last INTEGER NOT NULL CHECK (last >= first),
      cause INTEGER NOT NULL CHECK (cause BETWEEN 1 AND 5),
      recorded_ms INTEGER NOT NULL,
      PRIMARY KEY (lane, first)
    ) WITHOUT ROWID, STRICT;

    CREATE TABLE days (
      day INTEGER NOT NULL PRIMARY KEY,
      folded INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE hours (
      entity BLOB NOT NULL,
      schema INTEGER NOT NULL,
      hour INTEGER NOT NULL,
      windows INTEGER NOT NULL CHECK (windows >= 0),
      observations INTEGER NOT NULL CHECK (observations >= 0),
      features BLOB NOT NULL,
      PRIMARY KEY (entity, schema, hour)
    ) WITHOUT ROWID, STRICT;

    CREATE INDEX hours_by_hour ON hours (hour);

    CREATE TABLE totals (
      name TEXT NOT NULL PRIMARY KEY,
      count INTEGER NOT NULL CHECK (count >= 0)
    ) WITHOUT ROWID, STRICT;

    CREATE TABLE outcomes (
      lane INTEGER NOT NULL REFERENCES lanes (ref),
      sequence INTEGER NOT NULL,
      command BLOB NOT NULL CHECK (length(command) = 16),
      stored_ms INTEGER NOT NULL,
      body TEXT NOT NULL,
      applied INTEGER NOT NULL DEFAULT 0 CHECK (applied IN (0, 1)),
      PRIMARY KEY (lane, sequence)
    ) WITHOUT ROWID, STRICT;

    CREATE INDEX outcomes_by_command ON outcomes (command);
    CREATE INDEX outcomes_to_apply ON outcomes (stored_ms) WHERE applied = 0;
    """
}
