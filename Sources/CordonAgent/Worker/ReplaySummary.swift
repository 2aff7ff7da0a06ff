import CordonCore
import FoundationEssentials

/// What a recording became: counts, windows, detections; as text or JSON.
package struct ReplaySummary: Sendable, Codable {
  /// One window with its features that are not zero.
  package struct Window: Sendable, Codable {
    package var entity: String
    package var schema: String
    package var startMilliseconds: Int64
    package var lengthMilliseconds: UInt32
    package var observations: UInt32
    package var features: [String: Float]
    /// How strange it is by itself for its entity, in nats; nil where it is not scored on an agent.
    package var score: Float?

    init(_ window: EntityWindow) {
      let schema = FeatureSchema.withID(window.schema)
      entity = window.entity.shortName
      self.schema = schema?.name ?? "\(window.schema)"
      startMilliseconds = window.start.milliseconds
      lengthMilliseconds = window.length
      observations = window.observations
      score = window.scores?.values.first
      features = [:]
      for (feature, value) in zip(schema?.features ?? [], window.features) where value != 0 {
        features[feature.name] = feature.merge == .union ? value.rounded() : value
      }
    }
  }

  /// One detection, as an analyst reads it.
  package struct Finding: Sendable, Codable {
    package var rule: String
    package var technique: String
    package var eventMilliseconds: Int64
    package var summary: String

    init(_ detection: Detection) {
      rule = detection.rule
      technique = detection.technique
      eventMilliseconds = detection.eventTime.milliseconds
      summary = detection.summary
    }
  }

  /// Lines of the file.
  package var records: UInt64 = 0
  package var malformed: UInt64 = 0
  package var observed: UInt64 = 0
  /// Observations that came after their window had closed.
  package var late: UInt64 = 0
  package var windowCount: UInt64 = 0
  package var detectionCount: UInt64 = 0
  package var windows: [Window] = []
  package var detections: [Finding] = []
  /// The windows that were the strangest for their entities when they came, strangest first.
  package var strangest: [Window] = []
  /// Whether the strangest are those after a week of learning; where the recording is shorter, they are of all.
  package var hasLearned = false

  /// Strangest windows that are kept.
  package static let strangestLimit = 10

  init() {}

  /// Keeps a window where it is among the strangest; those of the time of learning only until there are others.
  mutating func weigh(_ window: EntityWindow, isLearned: Bool) {
    guard let score = window.scores?.values.first, isLearned || !hasLearned else { return }
    if isLearned, !hasLearned {
      hasLearned = true
      strangest = []
    }
    if strangest.count == Self.strangestLimit, score <= strangest[strangest.count - 1].score ?? 0 { return }
    let position = strangest.firstIndex { score > $0.score ?? 0 } ?? strangest.count
    strangest.insert(Window(window), at: position)
    if strangest.count > Self.strangestLimit { strangest.removeLast() }
  }

  /// Counts, then detections, then one line a window.
  package var text: String {
    var lines = [
      "\(records) records: \(observed) observations, \(malformed) malformed, \(late) late",
      "\(windowCount) windows, \(detectionCount) detections",
    ]
    for finding in detections { lines.append("! \(finding.rule) \(finding.technique): \(finding.summary)") }
    if !strangest.isEmpty {
      let when = hasLearned ? "after a week of learning" : "while still learning"
      lines.append("strangest for their entities, by what they did before, \(when):")
    }
    for window in strangest { lines.append("* \(Self.plain(window.score ?? 0)) \(Self.line(window))") }
    lines += windows.map(Self.line)
    if windowCount > windows.count { lines.append("… and \(windowCount - UInt64(windows.count)) more windows") }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func line(_ window: Window) -> String {
    let features = window.features.sorted { $0.key < $1.key }.map { "\($0.key)=\(plain($0.value))" }
    let moment = Date(timeIntervalSince1970: Double(window.startMilliseconds) / 1000).formatted(.iso8601)
    return "\(moment) \(window.schema) \(window.entity): \(features.joined(separator: " "))"
  }

  private static func plain(_ value: Float) -> String {
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
  }
}
