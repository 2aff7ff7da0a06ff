import CordonCore
import CordonWire
import GRPCCore
import Testing

@Suite struct CordonErrorRPCTests {
  private static let kinds: [CordonError.Kind] = [
    .invalid, .denied, .missing, .conflict, .exhausted, .unavailable, .inputOutput, .defect,
  ]

  @Test(arguments: kinds) func comesBackAsItWasThrown(kind: CordonError.Kind) {
    let error = CordonError(kind, "some-code", "Something: “x”.", remedy: "Do this → that.")
    #expect(CordonError(RPCError(error)) == error)
  }

  @Test(
    arguments: [
      (.unavailable, .unavailable, "rpc-unavailable"), (.unauthenticated, .denied, "rpc-unauthenticated"),
      (.notFound, .missing, "rpc-not-found"), (.unknown, .defect, "rpc-unknown"),
    ] as [(RPCError.Code, CordonError.Kind, String)])
  func aForeignErrorHasTheNearestKind(status: RPCError.Code, kind: CordonError.Kind, code: String) {
    #expect(
      CordonError(RPCError(code: status, message: "no")) == CordonError(kind, code, "no"))
  }

  @Test func hostileTextsAreBoundedAndPlain() {
    var metadata: Metadata = [:]
    metadata.addString("nonsense", forKey: "cordon-kind")
    let long = "\u{1B}[31m" + String(repeating: "x", count: 10_000)
    let error = CordonError(RPCError(code: .notFound, message: long, metadata: metadata))
    #expect(error.kind == .missing)
    #expect(error.message.hasPrefix(" [31m") && error.message.count == 4096)
  }
}
