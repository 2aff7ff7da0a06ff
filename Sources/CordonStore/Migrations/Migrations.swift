import GRDB

/// Every step of the schema, in order: a step that was released is never edited, and names no Swift type.
enum Migrations {
  static func all() -> DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("0001-telemetry") { db in try db.execute(sql: telemetry) }
    migrator.registerMigration("0002-fleet") { db in try db.execute(sql: fleet) }
    migrator.registerMigration("0003-cases") { db in try db.execute(sql: cases) }
    migrator.registerMigration("0004-ledger") { db in try db.execute(sql: ledger) }
    migrator.registerMigration("0005-scores", migrate: addScores)
    migrator.registerMigration("0006-trust") { db in try db.execute(sql: trust) }
    migrator.registerMigration("0007-learning") { db in try db.execute(sql: learning) }
    migrator.registerMigration("0008-rarity") { db in try db.execute(sql: rarity) }
    migrator.registerMigration("0009-sample") { db in try db.execute(sql: sample) }
    migrator.registerMigration("0010-unseals") { db in try db.execute(sql: unseals) }
    return migrator
  }
}
