extension Migrations {
  /// Incidents, their history, detections, commands.
  static let cases = """
    CREATE TABLE incidents (
      id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
      state TEXT NOT NULL CHECK (state <> ''),
      title TEXT NOT NULL,
      severity INTEGER NOT NULL CHECK (severity BETWEEN 1 AND 4),
      opened_ms INTEGER NOT NULL,
      updated_ms INTEGER NOT NULL,
      first_event_ms INTEGER NOT NULL,
      last_event_ms INTEGER NOT NULL,
      owner TEXT NOT NULL DEFAULT '',
      detections INTEGER NOT NULL CHECK (detections >= 0),
      agents TEXT NOT NULL
    ) WITHOUT ROWID, STRICT;

    CREATE INDEX incidents_open ON incidents (updated_ms) WHERE state <> 'closed';

    CREATE TABLE timeline (
      entry INTEGER PRIMARY KEY,
      incident BLOB NOT NULL REFERENCES incidents (id),
      at_ms INTEGER NOT NULL,
      kind TEXT NOT NULL,
      text TEXT NOT NULL
    ) STRICT;

    CREATE INDEX timeline_by_incident ON timeline (incident, at_ms);

    CREATE TABLE detections (
      id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
      agent TEXT,
      lane INTEGER REFERENCES lanes (ref),
      sequence INTEGER,
      stored_ms INTEGER NOT NULL,
      severity INTEGER NOT NULL CHECK (severity BETWEEN 1 AND 4),
      body TEXT NOT NULL,
      incident BLOB REFERENCES incidents (id),
      label TEXT,
      note TEXT NOT NULL DEFAULT '',
      labelled_by TEXT NOT NULL DEFAULT '',
      labelled_ms INTEGER NOT NULL DEFAULT 0,
      UNIQUE (lane, sequence)
    ) WITHOUT ROWID, STRICT;

    CREATE INDEX detections_by_time ON detections (stored_ms);
    CREATE INDEX detections_by_incident ON detections (incident);
    CREATE INDEX detections_to_correlate ON detections (stored_ms, id) WHERE incident IS NULL;

    CREATE TABLE commands (
      id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
      agent TEXT NOT NULL CHECK (length(agent) = 32),
      incident BLOB,
      action TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state <> ''),
      command TEXT NOT NULL,
      envelope BLOB NOT NULL,
      proposed_by TEXT NOT NULL,
      proposed_ms INTEGER NOT NULL,
      approved_by TEXT NOT NULL,
      signatures INTEGER NOT NULL CHECK (signatures >= 0),
      signatures_needed INTEGER NOT NULL CHECK (signatures_needed >= 0),
      reflex INTEGER NOT NULL CHECK (reflex IN (0, 1)),
      standing INTEGER NOT NULL CHECK (standing IN (0, 1)),
      updated_ms INTEGER NOT NULL,
      outcome TEXT,
      revision INTEGER NOT NULL CHECK (revision >= 1)
    ) WITHOUT ROWID, STRICT;

    CREATE INDEX commands_by_time ON commands (proposed_ms);
    CREATE INDEX commands_by_incident ON commands (incident);
    CREATE INDEX commands_by_state ON commands (state);
    """
}
