/// Sensors whose records share a clock and a lateness; raw values are permanent.
package enum SourceFamily: String, Sendable, CaseIterable, Hashable {
  case host, ehr, wire
}
