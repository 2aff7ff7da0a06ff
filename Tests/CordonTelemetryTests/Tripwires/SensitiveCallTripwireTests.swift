import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct SensitiveCallTripwireTests {
  static func hit(
    _ kind: SensitiveCall.Kind, target: String = "", path: String = "", isLogin: Bool = true
  ) -> TripwireHit? {
    let call = SensitiveCall(kind: kind, target: Array(target.utf8), path: Array(path.utf8))
    return SensitiveCallTripwire().examine(
      Observation(
        time: FakeClock.start, family: .host, source: "audit", activity: .sensitiveCall, actor: .uid(1000),
        isLogin: isLogin, process: ObservedProcess(pid: 7), object: .call(call)))
  }

  @Test func `what nobody's work explains is told at once, with its technique`() {
    #expect(Self.hit(.processAccess, target: "sshd")?.technique == "T1055.008")
    #expect(Self.hit(.processAccess, target: "cordon-agent")?.rule == .sensorTampering)
    #expect(Self.hit(.rightsPlanted, path: "/tmp/sh")?.technique == "T1548.001")
    #expect(Self.hit(.rightsPlanted, path: "/home/ann/sh")?.files == [Array("/home/ann/sh".utf8)])
    #expect(Self.hit(.kernelReplaced)?.rule == .sensitiveCall)
  }

  @Test func `what somebody's work may be only counts`() {
    #expect(Self.hit(.processAccess, target: "firefox") == nil)
    #expect(Self.hit(.processAccess) == nil)
    #expect(Self.hit(.rightsPlanted, path: "/usr/bin/new") == nil)
    #expect(Self.hit(.rightsPlanted, path: "/tmpfoo/sh") == nil)
    #expect(Self.hit(.rightsPlanted) == nil)
    // kdump makes its kernel ready at every start.
    #expect(Self.hit(.kernelReplaced, isLogin: false) == nil)
    for kind in [SensitiveCall.Kind.isolation, .kernelInterface, .clockSet] { #expect(Self.hit(kind) == nil) }
  }
}
