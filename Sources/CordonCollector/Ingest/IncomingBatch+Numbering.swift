package import CordonCore

/// A batch whose numbers are plausible: every number from the first to `through` is a record's or skipped.
package struct PlausibleBatch: Sendable {
  package var first: UInt64
  package var through: UInt64
  /// Ascending; a failure holds the place of a record that can never be stored.
  package var records: [(sequence: UInt64, record: Result<Record, CordonError>)]
  package var skipped: [SkippedRange]
}

extension IncomingBatch {
  /// Numbers the records, jumping over the skipped ranges.
  ///
  /// - Throws: `ingest-batch-empty`, `ingest-batch-too-large`, `ingest-impossible-sequence`: the batch itself is not one
  ///   that an honest agent cuts, and its stream ends.
  package func numbered(within settings: IngestSettings) throws(CordonError) -> PlausibleBatch {
    guard !records.isEmpty || !skipped.isEmpty else {
      throw CordonError(.invalid, "ingest-batch-empty", "A batch holds neither a record nor a skipped range.")
    }
    guard records.count <= settings.limits.batchRecords, skipped.count <= settings.mostSkippedRanges else {
      throw CordonError(
        .exhausted, "ingest-batch-too-large",
        "A batch holds \(records.count) records and \(skipped.count) skipped ranges.",
        remedy: "Send at most \(settings.limits.batchRecords) records and \(settings.mostSkippedRanges) ranges a batch."
      )
    }
    guard firstSequence >= 1, firstSequence <= IngestSettings.mostSequence,
      skipped.allSatisfy({ $0.range.upperBound <= IngestSettings.mostSequence })
    else { throw impossible("numbers outside 1...\(IngestSettings.mostSequence)") }

    var plausible = PlausibleBatch(first: firstSequence, through: firstSequence - 1, records: [], skipped: skipped)
    plausible.records.reserveCapacity(records.count)
    var ranges = skipped.makeIterator()
    var range = ranges.next()
    // Jumps over every range that starts right here; a range that starts behind us overlaps or is out of order.
    func jump() throws(CordonError) {
      while let next = range, next.range.lowerBound <= plausible.through + 1 {
        guard next.range.lowerBound == plausible.through + 1 else { throw impossible("skipped ranges that overlap") }
        plausible.through = next.range.upperBound
        range = ranges.next()
      }
    }
    for record in records {
      try jump()
      plausible.through += 1
      plausible.records.append((plausible.through, placed(record)))
    }
    try jump()
    guard range == nil else { throw impossible("a skipped range beyond its last record") }
    return plausible
  }

  private func placed(_ record: Result<Record, CordonError>) -> Result<Record, CordonError> {
    guard case .success(let decoded) = record, decoded.lane != lane else { return record }
    return .failure(
      CordonError(.invalid, "ingest-wrong-lane", "A \(decoded.lane) record came in the \(lane) lane."))
  }

  private func impossible(_ what: String) -> CordonError {
    CordonError(.invalid, "ingest-impossible-sequence", "A batch of the \(lane) lane claims \(what).")
  }
}
