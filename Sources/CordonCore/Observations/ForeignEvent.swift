/// Of an observation that another machine's log tells: whose log, and what only rules ask of it.
package struct ForeignEvent: Hashable, Sendable {
  /// Bytes of all fields that are kept.
  package static let mostBytes = 32 << 10

  private struct Place: Hashable, Sendable {
    var field: SigmaField
    var end: Int32
  }

  /// As the log names the machine; empty where it names none.
  package var machine: String
  /// The kinds of rules that are about it.
  package var sources: [SigmaSource]
  private var places: [Place] = []
  private var text: [UInt8] = []

  package init(machine: String, sources: [SigmaSource] = []) {
    self.machine = machine
    self.sources = sources
  }

  /// Keeps a field for rules; what is past `mostBytes` is left out. Free text: it never leaves the machine.
  package mutating func add(_ field: SigmaField, _ bytes: some Collection<UInt8>) {
    guard text.count + bytes.count <= Self.mostBytes else { return }
    text.append(contentsOf: bytes)
    places.append(Place(field: field, end: Int32(text.count)))
  }

  /// Hands over each field that was kept.
  package func forEachField(_ body: (SigmaField, ArraySlice<UInt8>) -> Void) {
    var start = 0
    for place in places {
      body(place.field, text[start..<Int(place.end)])
      start = Int(place.end)
    }
  }
}
