import CordonCore
import CordonRuntime
import CordonTestSupport
import CordonTrust
import Testing

@Suite struct ProgramSettingsTests {
  private func settings(
    _ arguments: [String] = [], environment: [String: String] = [:], file: String? = nil
  ) async throws -> ProgramSettings {
    try await ProgramSettings.load(arguments: arguments, environment: environment, file: file)
  }

  @Test func commandLineBeforeEnvironmentBeforeFile() async throws {
    try await withTemporaryFolder { folder in
      let file = folder + "/agent.conf"
      let text = "# comment\nCORDON_UPLINK_ADDRESS=file:1\nCORDON_LABEL=of the file\nCORDON_GROUP=ward\n"
      try PrivateFile.create(at: file, holding: Array(text.utf8))
      var settings = try await settings(
        ["--uplink-address", "line:3"], environment: ["CORDON_UPLINK_ADDRESS": "env:2", "CORDON_LABEL": "env"],
        file: file)
      #expect(settings.endpoint("uplink.address") == NetworkEndpoint(host: "line", port: 3))
      #expect(settings.text("label") == "env")
      #expect(settings.text("group") == "ward")
      try settings.check()
    }
  }

  @Test func namesEverythingThatIsWrongAtOnce() async throws {
    var settings = try await settings(environment: [
      "CORDON_PORT": "70000", "CORDON_FAST": "perhaps", "CORDON_LISTEN": "nowhere", "CORDON_ROLE": "king",
    ])
    _ = settings.integer("port", default: 1, in: 0...65_535)
    _ = settings.flag("fast", default: false)
    _ = settings.endpoint("listen")
    _ = settings.choice("role", default: OperatorRole.viewer)
    _ = settings.text("missing")
    do {
      try settings.check()
      Issue.record("nothing was refused")
    } catch {
      #expect(error.code == "configuration")
      for key in ["port", "fast", "listen", "role", "missing"] { #expect(error.message.contains(key)) }
    }
  }

  @Test func defaultsWhereNothingIsSet() async throws {
    var settings = try await settings()
    #expect(settings.integer("port", default: 8443, in: 0...65_535) == 8443)
    #expect(settings.seconds("age", default: 60, in: 1...100) == .seconds(60))
    let isFast = settings.flag("fast", default: true)
    #expect(isFast)
    #expect(settings.list("names").isEmpty)
    #expect(settings.optionalText("x") == nil)
    try settings.check()
  }

  @Test(arguments: ["1.2.3.4:80", "[::1]:443", "collector.example:0"])
  func endpointsRoundTrip(text: String) throws { #expect(try NetworkEndpoint(text).description == text) }

  @Test(arguments: ["", ":", "host", "host:", "host:65536", "host:-1", "::1:80", "[host]:80", ":80", "host:80x"])
  func badEndpoints(text: String) { expectRefusal("endpoint") { _ = try NetworkEndpoint(text) } }
}
