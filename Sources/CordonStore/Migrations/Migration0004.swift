extension Migrations {
  /// The ledger: decisions that wait, numbered entries, checkpoints, how far the tree has grown, leases.
  static let ledger = """
    CREATE TABLE ledger_pending (
      place INTEGER PRIMARY KEY AUTOINCREMENT,
      written_ms INTEGER NOT NULL,
      record BLOB NOT NULL
    ) STRICT;

    CREATE TABLE ledger_entries (
      number INTEGER PRIMARY KEY CHECK (number >= 0),
      salt BLOB NOT NULL CHECK (length(salt) IN (0, 32)),
      record BLOB,
      leaf BLOB NOT NULL CHECK (length(leaf) = 32)
    ) STRICT;

    CREATE TABLE ledger_tree (
      only INTEGER PRIMARY KEY CHECK (only = 1),
      size INTEGER NOT NULL CHECK (size >= 0),
      frontier BLOB NOT NULL
    ) STRICT;

    INSERT INTO ledger_tree (only, size, frontier) VALUES (1, 0, x'');

    CREATE TABLE ledger_checkpoints (
      size INTEGER PRIMARY KEY CHECK (size >= 0),
      note TEXT NOT NULL,
      made_ms INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE leases (
      name TEXT NOT NULL PRIMARY KEY,
      holder TEXT NOT NULL,
      until_ms INTEGER NOT NULL
    ) WITHOUT ROWID, STRICT;
    """
}
