import Foundation
import Testing

/// Which way each room may look. The message says why, because the next person will want to know.
@Suite struct ImportTableTests {
  @Test(arguments: Rooms.all) func roomLooksOnlyWhereItMay(_ room: Room) {
    let allowed = room.ours.union(room.packages).union(Rooms.everywhere)
    for file in SourceTree.sources where file.room == room.name {
      for module in Self.imports(of: file) where module != "Foundation" {
        #expect(
          allowed.contains(module),
          """
          \(file) imports \(module), which \(room.name) may not: data flows one way through the rooms, and agent and \
          collector never see each other. Move the code to the room that may, or change the table and the design page.
          """)
      }
    }
  }

  /// Full Foundation brings 30 MB of ICU into the agent.
  @Test(arguments: Rooms.all.filter(\.isInAgent)) func agentHasNoFullFoundation(_ room: Room) {
    for file in SourceTree.sources where file.room == room.name {
      #expect(!Self.imports(of: file).contains("Foundation"), "\(file) imports Foundation: use FoundationEssentials")
    }
  }

  @Test func everyFolderIsARoom() throws {
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: SourceTree.root.appendingPathComponent("Sources").path)
    #expect(Set(folders) == Set(Rooms.all.map(\.name)).union(Rooms.shims))
  }

  /// What the agent links it must be allowed to link, whoever asks for it.
  @Test func agentAndCollectorNeverMeet() {
    for room in Rooms.all where room.isInAgent {
      let collectors: Set<String> = [
        "CordonStore", "CordonCollector", "CordonServices", "CordonPolicy", "CordonLedger", "CordonAdmin",
      ]
      #expect(room.ours.isDisjoint(with: collectors), "\(room.name) is in the agent and looks at the collector's side")
    }
  }

  static func imports(of file: SourceTree.File) -> Set<String> {
    var modules: Set<String> = []
    for line in file.lines {
      var words = line.split(separator: " ").map(String.init)
      while let first = words.first,
        first.hasPrefix("@") || ["package", "public", "internal", "private"].contains(first)
      {
        words.removeFirst()
      }
      guard words.first == "import", words.count >= 2 else { continue }
      let kinds = ["struct", "class", "enum", "protocol", "func", "typealias", "var", "let"]
      let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
      modules.insert(String(name.split(separator: ".")[0]))
    }
    return modules
  }
}
