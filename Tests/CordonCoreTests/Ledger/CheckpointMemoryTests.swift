import CordonCore
import Testing

@Suite("Checkpoints that agents remember")
struct CheckpointMemoryTests {
  private func note(_ size: Int, root: Int? = nil, origin: String = "hospital.example/ledger") -> String {
    let text = String(root ?? size)
    let padded = text + String(repeating: "A", count: 43 - text.count) + "="
    return "\(origin)\n\(size)\n\(padded)\n\n\u{2014} \(origin) AAAA\n"
  }

  @Test func aGrowingLedgerIsConsistent() {
    var memory = CheckpointMemory()
    #expect(memory.see(note(1)) == .new)
    #expect(memory.see(note(5)) == .new)
    #expect(memory.see(note(5)) == .known)
    #expect(memory.see(note(1)) == .known)
    #expect(memory.newest == note(5))
  }

  @Test func contradictionsAreNamed() {
    var memory = CheckpointMemory(notes: [note(1), note(5)])
    for (other, word) in [
      (note(5, root: 9), "two roots"), (note(1, root: 9), "two roots"), (note(4), "shrank"),
      (note(6, origin: "elsewhere"), "became"),
    ] {
      guard case .inconsistent(let why) = memory.see(other) else {
        Issue.record("\(other) was taken")
        continue
      }
      #expect(why.contains(word))
    }
    #expect(memory.notes == [note(1), note(5)])
  }

  @Test(arguments: ["", "a", "a\n1\n", "a\n01\n\(String(repeating: "A", count: 44))\n", "a\nx\ny\nz\n"])
  func whatIsNoCheckpointIsSaid(_ note: String) {
    var memory = CheckpointMemory()
    #expect(memory.see(note) == .malformed)
  }

  @Test func memoryIsBoundedAndKeepsTheFirstAndTheNewest() {
    var memory = CheckpointMemory()
    for size in 1...1_000 { #expect(memory.see(note(size)) == .new) }
    #expect(memory.notes.count <= CheckpointMemory.most)
    #expect(memory.notes.first == note(1))
    #expect(memory.newest == note(1_000))
    #expect(CheckpointMemory(notes: memory.notes) == memory)
  }

  @Test func anOverlongNoteIsNotLookedAt() {
    var memory = CheckpointMemory()
    let long = note(1) + String(repeating: "x", count: CheckpointMemory.mostNoteBytes)
    #expect(memory.see(long) == .malformed)
  }
}
