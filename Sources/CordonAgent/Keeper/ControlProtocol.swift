package import CordonCore
import FoundationEssentials

/// What root asks of the running keeper.
package enum ControlRequest: Hashable, Sendable {
  case status
  case release(UniqueID)
  case releaseAll

  /// No request is longer, in bytes.
  package static let mostBytes = 128

  package var line: String {
    switch self {
    case .status: "status"
    case .release(let id): "release \(id)"
    case .releaseAll: "release --all"
    }
  }

  /// From one line; nil where it is none of these.
  package init?(line: String) {
    let words = line.split(separator: " ")
    switch (words.first, words.dropFirst().first, words.count) {
    case ("status", nil, 1): self = .status
    case ("release", "--all", 2): self = .releaseAll
    case ("release", let id?, 2):
      guard let id = UniqueID(String(id)) else { return nil }
      self = .release(id)
    default: return nil
    }
  }
}

/// What the keeper answers: a status, a count of what was released, or why not.
package struct ControlAnswer: Codable, Hashable, Sendable {
  package struct Failure: Codable, Hashable, Sendable {
    package var kind: String
    package var code: String
    package var message: String
    package var remedy: String
  }

  package var status: LocalStatus?
  package var released: Int?
  package var failure: Failure?

  /// No answer is longer, in bytes.
  package static let mostBytes = 1 << 20

  package init(status: LocalStatus) { self.status = status }

  package init(released: Int) { self.released = released }

  package init(_ error: CordonError) {
    failure = Failure(kind: error.kind.rawValue, code: error.code, message: error.message, remedy: error.remedy)
  }

  package var bytes: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return (try? [UInt8](encoder.encode(self))) ?? []
  }

  /// From the keeper's bytes; throws what the keeper refused with.
  package init(_ bytes: [UInt8]) throws(CordonError) {
    guard let answer = try? JSONDecoder().decode(ControlAnswer.self, from: Data(bytes)) else {
      throw CordonError(.unavailable, "control", "The running agent's answer cannot be read.")
    }
    if let failure = answer.failure {
      throw CordonError(
        CordonError.Kind(rawValue: failure.kind) ?? .defect, failure.code, failure.message, remedy: failure.remedy)
    }
    self = answer
  }
}
