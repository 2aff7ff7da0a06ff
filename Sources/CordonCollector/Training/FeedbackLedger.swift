package import CordonCore
import CordonLearning
package import CordonStore

/// What analysts' labels have moved each schema's alert rate by, kept in the store; at most one step a week.
///
/// Voices are those of the groups whose agents raised the detections (users' are one of their own), so that one ward
/// that labels everything benign moves nothing.
package struct FeedbackLedger: Sendable {
  /// Group that stands for detections which the collector raised itself.
  static let usersVoice = "users"

  private let store: CollectorStore

  package init(store: CollectorStore) { self.store = store }

  /// Times the calibrated rate; 1 before the first labels.
  package func factor(of schema: UInt32) async throws -> Double { try await kept(schema).feedback.factor }

  /// Takes in the labels that were given in the week before `week`, unless it was taken in already.
  ///
  /// - Returns: the factor as it is now.
  @discardableResult
  package func take(
    _ detections: [StoredDetection], schema: FeatureSchema, groups: [AgentID: String], week: Int32, at now: Timestamp
  ) async throws -> Double {
    var (feedback, last) = try await kept(schema.id)
    guard week > last else { return feedback.factor }
    feedback.take(Self.labels(detections, of: schema, groups: groups))
    try await store.setMeta(Self.key(schema.id), Self.encode(feedback.factor, week), at: now)
    return feedback.factor
  }

  /// Benign and malicious verdicts on behaviour of a schema, by voice; what was expected says nothing of the rate.
  static func labels(
    _ detections: [StoredDetection], of schema: FeatureSchema, groups: [AgentID: String]
  ) -> [String: LabelFeedback.Labels] {
    var labels: [String: LabelFeedback.Labels] = [:]
    for stored in detections where UnusualBehaviour.schema(of: stored.detection)?.id == schema.id {
      let voice = stored.agent.map { groups[$0] ?? "" } ?? usersVoice
      switch stored.verdict.flatMap({ DetectionLabel(rawValue: $0.label) }) {
      case .benign: labels[voice, default: .init(benign: 0, malicious: 0)].benign += 1
      case .malicious: labels[voice, default: .init(benign: 0, malicious: 0)].malicious += 1
      case .expected, nil: break
      }
    }
    return labels
  }

  private func kept(_ schema: UInt32) async throws -> (feedback: LabelFeedback, week: Int32) {
    guard let bytes = try await store.meta(Self.key(schema)), let (factor, week) = Self.decode(bytes) else {
      return (LabelFeedback(), .min)
    }
    return (LabelFeedback(factor: factor), week)
  }

  private static func key(_ schema: UInt32) -> String { "feedback/\(schema)" }

  private static func encode(_ factor: Double, _ week: Int32) -> [UInt8] { Array("\(factor) \(week)".utf8) }

  private static func decode(_ bytes: [UInt8]) -> (Double, Int32)? {
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard words.count == 2, let factor = Double(words[0]), let week = Int32(words[1]) else { return nil }
    return (factor, week)
  }
}
