import CordonCore
import CordonPolicy
import Testing

/// A machine of which nothing may be changed.
@Suite struct PolicyProfileTests {
  static func compile(_ profile: String) throws -> Policy {
    let text = """
      name: ward
      profile: \(profile)
      tripwires: {canary_folders: [/srv]}
      containment: {enabled: true, reflex: {enabled: true}}
      """
    let report = PolicyCompiler.compile(Array(text.utf8), file: "ward.yaml")
    return try #require(report.policy, "\(report.problems)")
  }

  @Test func `passive switches off what changes a machine, and nothing else`() throws {
    let passive = try Self.compile("passive")
    #expect(!passive.audit.isEnabled && !passive.file.isEnabled)
    #expect(passive.tripwires.canaryFolders.isEmpty && !passive.containment.reflex.isEnabled)
    #expect(passive.auth.isEnabled && passive.socket.isEnabled && passive.persistence.isEnabled)
    #expect(passive.containment.isEnabled, "what operators order is carried out")
    #expect(passive.inForce == passive)
  }

  @Test func `full asks for what the fields say`() throws {
    let full = try Self.compile("full")
    #expect(full.audit.isEnabled && full.file.isEnabled && full.containment.reflex.isEnabled)
    #expect(full.tripwires.canaryFolders == ["/srv"])
  }

  @Test func `another word is refused with the ones that there are`() {
    let report = PolicyCompiler.compile(Array("name: x\nprofile: pasive\n".utf8), file: "ward.yaml")
    #expect(report.policy == nil)
    #expect(report.problems.first?.message.contains("passive") == true)
  }
}
