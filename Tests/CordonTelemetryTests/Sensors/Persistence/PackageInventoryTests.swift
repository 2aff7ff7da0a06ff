import CordonCore
import CordonTestSupport
import Testing

@testable import CordonTelemetry

/// What dpkg has installed, by its own database.
@Suite struct PackageInventoryTests {
  static func status(_ packages: [(String, String, String)]) -> String {
    packages.map {
      "Package: \($0.0)\nStatus: \($0.1)\nArchitecture: amd64\nVersion: \($0.2)\nDescription: x\n Package: no\n"
    }.joined(separator: "\n")
  }

  @Test func `installed packages are read, removed ones are not`() {
    let text = Self.status([
      ("vim", "install ok installed", "2:9.0"), ("nano", "deinstall ok config-files", "7.2"),
      ("ed", "hold ok installed", "1"),
    ])
    #expect(PackageInventory.installed(Array(text.utf8)) == ["vim": "2:9.0", "ed": "1"])
  }

  @Test(arguments: [
    "", "\n\n\n", "Package: x", "Status: install ok installed\n", "\u{0}\u{FFFD}", "Package: \nStatus: a\n\n",
  ])
  func `what is no database has no packages`(text: String) {
    #expect(PackageInventory.installed(Array(text.utf8)).isEmpty)
  }

  @Test func `changes are told after the first look`() throws {
    try withTemporaryFolder { root in
      let path = "\(root)/var/lib/dpkg/status"
      let before = [("vim", "install ok installed", "1"), ("ed", "install ok installed", "1")]
      try PersistenceInventoryTests.put(Self.status(before), at: path)
      var packages = PackageInventory(root: root)
      #expect(packages.look().isEmpty && packages.count == 2)
      let after = [("vim", "install ok installed", "2"), ("nc", "install ok installed", "1")]
      try PersistenceInventoryTests.put(Self.status(after), at: path)
      #expect(
        packages.look() == [
          PackageChange(act: .removed, name: "ed"), PackageChange(act: .installed, name: "nc"),
          PackageChange(act: .upgraded, name: "vim"),
        ])
      #expect(packages.look().isEmpty)
    }
  }

  @Test func `without dpkg there is nothing to tell`() {
    var packages = PackageInventory(root: "/nowhere")
    #expect(packages.look().isEmpty && packages.count == nil)
  }
}
