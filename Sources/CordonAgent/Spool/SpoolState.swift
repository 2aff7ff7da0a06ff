package import CordonCore

/// Everything about a spool but the records' bytes: epochs, lanes, what is skipped, what was dropped.
///
/// A value: the spool works on a copy, commits the change to its storage, and only then takes the copy over.
package struct SpoolState: Hashable, Sendable {
  /// The numbers given between two openings of a spool.
  package struct Epoch: Hashable, Sendable {
    package var id: SpoolEpoch
    /// By `Lane.rawValue - 1`.
    package var lanes: [SpoolLane]

    package init(id: SpoolEpoch) {
      self.id = id
      lanes = Array(repeating: SpoolLane(), count: Lane.allCases.count)
    }

    package subscript(lane: Lane) -> SpoolLane {
      get { lanes[Int(lane.rawValue) - 1] }
      set { lanes[Int(lane.rawValue) - 1] = newValue }
    }

    package var isUnused: Bool { lanes.allSatisfy { $0.numbered == 0 } }
    package var isSettled: Bool { lanes.allSatisfy(\.isSettled) }
  }

  /// Oldest first; the last is the one that numbers.
  package var epochs: [Epoch] = []
  /// Since the spool was created.
  package var drops: [SpoolDrop: UInt64] = [:]
  /// What sources that can go back have been read up to, with what came of it that is in no record yet; opaque here. Nil
  /// where nobody knows any more.
  package var intake: [UInt8]?

  package init() {}

  /// Bytes and number of all kept records.
  package var bytes: Int { epochs.reduce(0) { $0 + $1.lanes.reduce(0) { $0 + $1.bytes } } }
  package var records: Int { epochs.reduce(0) { $0 + $1.lanes.reduce(0) { $0 + $1.records } } }

  /// The epoch in which records are numbered now.
  package var current: SpoolEpoch? { epochs.last?.id }

  /// What a Hello says: the last number of each lane and epoch that ever numbered something.
  package var positions: [LanePosition] {
    epochs.flatMap { epoch in
      Lane.allCases.compactMap { lane in
        epoch[lane].numbered == 0
          ? nil : LanePosition(lane: lane, epoch: epoch.id, through: epoch[lane].numbered)
      }
    }
  }

  package subscript(epoch: SpoolEpoch, lane: Lane) -> SpoolLane? {
    get { index(of: epoch).map { epochs[$0][lane] } }
    set {
      guard let index = index(of: epoch), let newValue else { return }
      epochs[index][lane] = newValue
    }
  }

  /// Begins a new epoch: numbers of two openings are never compared, so a restored snapshot cannot repeat one.
  ///
  /// - Returns: epochs that are forgotten: they hold nothing, and too many are remembered already.
  package mutating func begin(_ epoch: SpoolEpoch) -> [SpoolEpoch] {
    var forgotten: [SpoolEpoch] = []
    if let last = epochs.last, last.isUnused {
      forgotten.append(last.id)
      epochs.removeLast()
    }
    guard epochs.count < SpoolLimits.mostEpochs else { return forgotten }
    epochs.append(Epoch(id: epoch))
    let retired = epochs.dropLast().filter(\.isSettled).map(\.id)
    let surplus = Set(retired.prefix(max(0, retired.count - SpoolLimits.mostRetiredEpochs)))
    epochs.removeAll { surplus.contains($0.id) }
    return forgotten + retired.filter(surplus.contains)
  }

  /// Gives the next number of a lane to a record of so many bytes.
  package mutating func number(_ lane: Lane, bytes: Int) -> UInt64 {
    let last = epochs.count - 1
    epochs[last][lane].numbered += 1
    epochs[last][lane].records += 1
    epochs[last][lane].bytes += bytes
    return epochs[last][lane].numbered
  }

  package mutating func count(_ drop: SpoolDrop, _ number: Int = 1) {
    let (sum, isTooMuch) = drops[drop, default: 0].addingReportingOverflow(UInt64(max(0, number)))
    drops[drop] = isTooMuch ? .max : sum
  }

  /// Forgets every lease: the stream that they were for has ended.
  package mutating func rewind() {
    for epoch in epochs.indices { for lane in Lane.allCases { epochs[epoch][lane].rewind() } }
  }

  private func index(of epoch: SpoolEpoch) -> Int? { epochs.lastIndex { $0.id == epoch } }
}
