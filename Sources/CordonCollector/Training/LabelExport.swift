package import CordonCore
import CordonLearning
import CordonStore
import Synchronization

/// The site's labelled set: the windows that behaviour alerted at, or in which a tripwire or a Sigma rule fired, with
/// analysts' verdicts and weak labels.
///
/// Verdicts flow back to the windows that they are about: a tripwire's to the window of its host and to that of who did it.
/// Weak labels are votes of rules of thumb, weighed by how well they agree (`WeakLabels`); the analyst's verdict on the
/// window itself is no vote, so that the two can be compared. Names are the pseudonyms that the collector knows. Memory:
/// the windows of at most `mostRows` detections; cost: one pass over the day tables since.
package struct LabelExport: Sendable {
  package static let mostRows = 10_000
  /// Windows of a schema that analysts are asked about.
  package static let questions = 10

  private struct Owner: Hashable {
    var entity: EntityRef
    var schema: UInt32
  }

  /// A moment of an owner; of a window, its start.
  private struct Place: Hashable {
    var owner: Owner
    var moment: Timestamp
  }

  private let context: CollectorContext

  package init(context: CollectorContext) { self.context = context }

  /// Newest first; a detection whose window the store has forgotten is left out.
  package func rows(since: Timestamp) async throws -> [LabelledWindow] {
    let found = try await context.store.detections(of: [.behaviour, .tripwire], since: since, most: Self.mostRows)
    let windows = try await windows(of: found)
    var rows: [LabelledWindow] = []
    // Each incident is read once, however many of its detections are among the rows.
    var incidents: [UniqueID: [StoredDetection]] = [:]
    for stored in found {
      let places = Self.places(of: stored).compactMap { windows[$0] }
      guard !places.isEmpty else { continue }
      if let id = stored.incident, incidents[id] == nil { incidents[id] = try await context.store.detections(of: id) }
      let votes = Self.votes(on: stored, among: stored.incident.flatMap { incidents[$0] } ?? [])
      rows += places.map { LabelledWindow(stored: stored, window: $0, votes: votes, weakLabel: 0) }
    }
    let votes = LabelledWindow.Rule.allCases.map { rule in rows.map { $0.votes[rule] ?? .abstains } }
    let probabilities = WeakLabels(votes: votes).probabilities
    for (index, probability) in probabilities.enumerated() { rows[index].weakLabel = probability }
    for schema in FeatureSchema.all { Self.ask(about: schema, &rows) }
    return rows
  }

  // MARK: Private

  /// Marks the windows of a schema whose verdicts would teach most: uncertain by the votes, and unlike each other.
  private static func ask(about schema: FeatureSchema, _ rows: inout [LabelledWindow]) {
    let places = rows.indices.filter { rows[$0].window.schema == schema.id }
    var matrix = FeatureMatrix(columns: schema.features.count)
    for place in places {
      matrix.append(zip(schema.features, rows[place].window.features).map { $0.transform.value(of: $1) }[...])
    }
    let labelled = places.indices.filter { rows[places[$0]].stored.verdict != nil }
    let chosen = LabelQuery.choose(
      questions, probabilities: places.map { rows[$0].weakLabel }, rows: matrix, labelled: Set(labelled))
    for (order, index) in chosen.enumerated() { rows[places[index]].ask = order + 1 }
  }

  /// Where the windows lie that a detection is about: that of its entity, or of a tripwire's machine and actor.
  private static func places(of stored: StoredDetection) -> [Place] {
    let detection = stored.detection
    func place(_ entity: EntityRef, _ schema: FeatureSchema) -> Place {
      Place(owner: Owner(entity: entity, schema: schema.id), moment: detection.eventTime)
    }
    guard detection.kind == .tripwire else {
      guard let entity = detection.entities.first?.entity, let schema = UnusualBehaviour.schema(of: detection) else {
        return []
      }
      return [place(entity, schema)]
    }
    return detection.entities.compactMap { sealed in
      switch (sealed.part, sealed.entity.kind) {
      case (.host, .host): place(sealed.entity, .hostAtHost)
      case (.host, .device): place(sealed.entity, .deviceAtHost)
      case (.actor, .user): place(sealed.entity, .userAtHost)
      default: nil
      }
    }
  }

  /// - Parameter whole: all detections of its incident.
  private static func votes(
    on stored: StoredDetection, among whole: [StoredDetection]
  ) -> [LabelledWindow.Rule: WeakLabels.Vote] {
    let incident = whole.filter { $0.detection.id != stored.detection.id }
    let tripwires = incident.filter { $0.detection.kind == .tripwire && $0.agent == stored.agent }
    return LabelledWindow.votes(on: stored, tripwires: tripwires, incident: incident)
  }

  /// The whole windows that hold detections' moments, from all their parts.
  private func windows(of detections: [StoredDetection]) async throws -> [Place: EntityWindow] {
    let wanted = Dictionary(grouping: Set(detections.flatMap(Self.places)), by: \.owner)
      .mapValues { $0.map(\.moment).sorted() }
    guard let first = wanted.values.compactMap(\.first).min() else { return [:] }
    let parts = Mutex<[Place: [EntityWindow]]>([:])
    try await context.store.forEachWindow(receivedSince: first) { stored in
      let window = stored.window
      let owner = Owner(entity: window.entity, schema: window.schema)
      let end = window.start.advanced(by: .milliseconds(Int64(window.length)))
      for moment in wanted[owner] ?? [] where moment >= window.start && moment < end {
        parts.withLock { $0[Place(owner: owner, moment: moment), default: []].append(window) }
      }
      return true
    }
    return parts.withLock { $0 }.compactMapValues { parts in
      var window = parts.count == 1 ? parts[0] : try? WindowMerge.merge(parts)
      window?.sketches = []
      window?.scores = nil
      window?.shadowScores = nil
      return window
    }
  }
}
