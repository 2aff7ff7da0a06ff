import CordonContainment
import CordonCore
import CordonTestSupport
import Glibc
import Testing

@Suite struct JournalFileTests {
  @Test func keepsWhatIsCommitted() throws {
    try withTemporaryFolder { folder in
      var journal = try Journal(storage: JournalFile(folder: folder))
      #expect(journal.state == JournalState())
      try journal.commit([.hold(Sample.hold(1))])
      try journal.commit([.hold(Sample.hold(2))])
      #expect(try Journal(storage: JournalFile(folder: folder)).state == journal.state)
      var facts = stat()
      #expect(stat(folder + "/journal", &facts) == 0)
      #expect(facts.st_mode & 0o777 == 0o600)
    }
  }

  @Test func mendsADamagedFile() throws {
    try withTemporaryFolder { folder in
      var journal = try Journal(storage: JournalFile(folder: folder))
      try journal.commit([.hold(Sample.hold(1))])
      let file = fopen(folder + "/journal", "a")
      fputs("torn", file)
      fclose(file)
      let again = try Journal(storage: JournalFile(folder: folder))
      #expect(again.damagedBytes == 4)
      #expect(again.state == journal.state)
      #expect(try Journal(storage: JournalFile(folder: folder)).damagedBytes == 0)
    }
  }

  /// A link in the journal's place would let its owner choose what root reads and writes.
  @Test func followsNoLink() throws {
    try withTemporaryFolder { folder in
      symlink("/etc/passwd", folder + "/journal")
      expectRefusal("journal-io") { _ = try Journal(storage: JournalFile(folder: folder)) }
    }
  }

  @Test func saysWhenTheDiskRefuses() throws {
    var journal = try Journal(storage: JournalFile(folder: "/proc/self"))
    expectRefusal("journal-io") { try journal.commit([.hold(Sample.hold(1))]) }
    // A full disk, as the kernel offers one.
    try withTemporaryFolder { folder in
      try #require(mount("tmpfs", folder, "tmpfs", 0, "size=4096") == 0, "skipped without root")
      defer { umount(folder) }
      var small = try Journal(storage: JournalFile(folder: folder))
      try small.commit([.hold(Sample.hold(1))])
      let before = small.state
      expectRefusal("journal-io") { for number in UInt64(2)...40 { try small.commit([.hold(Sample.hold(number))]) } }
      #expect(small.state.holds.count >= before.holds.count)
      let again = try Journal(storage: JournalFile(folder: folder))
      #expect(again.state == small.state)
      #expect(again.damagedBytes == 0)
    }
  }

  @Test func oneHolderOfTheLock() throws {
    try withTemporaryFolder { folder in
      do {
        let first = try JournalLock.take(folder: folder + "/deep")
        expectRefusal("journal-locked") { _ = try JournalLock.take(folder: folder + "/deep") }
        _ = first
      }
      _ = try JournalLock.take(folder: folder + "/deep")
    }
  }
}
