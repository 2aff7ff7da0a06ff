package import CordonCore

/// Where a collector keeps what its agents send.
///
/// A commit is one transaction: the records, the gaps and the watermarks of all its batches become durable together, or
/// none of them does. The caller commits one group at a time and acknowledges only after `commit` returned.
package protocol IngestStore: Sendable {
  /// Stores the batches in their order. Several may be of one lane: each extends the one before.
  ///
  /// - Throws: `ingest-watermark-moved` (conflict) where a batch's `after` is not the stored watermark; whatever the
  ///   database says otherwise. Nothing was stored then.
  func commit(_ batches: [NumberedBatch], at now: Timestamp) async throws

  /// The durable watermark of every lane and epoch of an agent that ever stored something.
  func watermarks(of agent: AgentID) async throws -> [LanePosition]
}
