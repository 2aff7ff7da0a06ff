extension Migrations {
  /// How rare a detection's score is, set with its incident.
  static let rarity = """
    ALTER TABLE detections ADD COLUMN p REAL CHECK (p > 0 AND p <= 1);
    """
}
