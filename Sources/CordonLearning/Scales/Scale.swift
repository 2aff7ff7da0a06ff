/// How long a memory a score is followed with: bursts and slow change are different questions.
///
/// Raw values are permanent.
package enum Scale: UInt8, Sendable, CaseIterable, Hashable {
  /// Each window by itself.
  case minute = 1
  case threeHours = 2
  case twelveHours = 3
  /// On the collector alone.
  case sevenDays = 4

  /// Those that an agent follows.
  package static let onAgent: [Scale] = [.minute, .threeHours, .twelveHours]

  /// Time constant of the exponential weighting; nil where a window stands for itself.
  package var memory: Duration? {
    switch self {
    case .minute: nil
    case .threeHours: .seconds(3 * 3600)
    case .twelveHours: .seconds(12 * 3600)
    case .sevenDays: .seconds(7 * 86_400)
    }
  }

  /// As a model bundle's thresholds name it.
  package var code: String {
    switch self {
    case .minute: "1m"
    case .threeHours: "3h"
    case .twelveHours: "12h"
    case .sevenDays: "7d"
    }
  }

  /// As reports call it.
  package var name: String {
    switch self {
    case .minute: "1 minute"
    case .threeHours: "3 hours"
    case .twelveHours: "12 hours"
    case .sevenDays: "7 days"
    }
  }
}
