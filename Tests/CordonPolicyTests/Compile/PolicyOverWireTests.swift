import CordonCore
import CordonPolicy
import CordonWire
import SwiftProtobuf
import Testing

/// What the compiler takes, agents take: the bounds of both must agree.
@Suite struct PolicyOverWireTests {
  @Test func everyFieldReachesTheAgent() throws {
    let bytes: [UInt8] = try Cordon_V1_Policy(.example).serializedBytes()
    #expect(try Cordon_V1_Policy(serializedBytes: bytes).domain() == .example)
  }

  @Test(arguments: PolicySchema.fields.map(\.path)) func bothEndsOfARangeReachTheAgent(path: String) throws {
    let field = try #require(PolicySchema.field(at: path))
    for value in Self.ends(of: field.kind) {
      var policy = Policy.example
      field.write(&policy, value)
      // Of two fields that bound each other, the other one makes room.
      if path == "windows.length" { policy.windows.hostLateness = .zero }
      if path == "windows.host_lateness" { policy.windows.length = .seconds(3600) }
      let text = PolicyText.render(policy)
      let compiled = try #require(PolicyCompiler.compile(Array(text.utf8), file: "-").policy, "\(text)")
      #expect(try Cordon_V1_Policy(compiled).domain() == compiled)
    }
  }

  private static func ends(of kind: PolicyField.Kind) -> [PolicyField.Value] {
    switch kind {
    case .integer(let range): [.integer(range.lowerBound), .integer(range.upperBound)]
    case .number(let range): [.number(range.lowerBound), .number(range.upperBound)]
    case .duration(let range): [.duration(range.lowerBound), .duration(range.upperBound)]
    case .budgets(let range): [.budgets([.killProcess: range.lowerBound]), .budgets([.killProcess: range.upperBound])]
    default: []
    }
  }
}
