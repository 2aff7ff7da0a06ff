import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

@Suite struct PackageOwnershipTests {
  @Test func `what a package lists is owned, also under merged folders`() throws {
    try withTemporaryFolder { root in
      for folder in ["/var", "/var/lib", "/var/lib/dpkg", "/var/lib/dpkg/info"] { mkdir(root + folder, 0o755) }
      try SmallFile.replace(
        root + "/var/lib/dpkg/info/coreutils.list",
        with: Array("/.\n/bin\n/bin/ls\n/usr/bin/sort\n/usr/share/doc/x\n".utf8))
      var ownership = PackageOwnership(root: root)
      let now = Timestamp(milliseconds: 1000)
      func owns(_ path: String, at time: Timestamp) -> Bool { ownership.owns(Array(path.utf8), now: time) }
      #expect(owns("/bin/ls", at: now))
      #expect(owns("/usr/bin/ls", at: now))
      #expect(owns("/usr/bin/sort", at: now))
      #expect(!owns("/usr/share/doc/x", at: now))
      #expect(!owns("/usr/bin/sort (deleted)", at: now))
      #expect(!owns("/tmp/ls", at: now))
      #expect(!owns("", at: now))
      try SmallFile.replace(root + "/var/lib/dpkg/info/new.list", with: Array("/usr/bin/new\n".utf8))
      #expect(!owns("/usr/bin/new", at: now.advanced(by: .seconds(59))))
      #expect(owns("/usr/bin/new", at: now.advanced(by: .seconds(61))))
    }
  }

  @Test func `without a package database nothing is owned`() throws {
    try withTemporaryFolder { root in
      var ownership = PackageOwnership(root: root)
      let isOwned = ownership.owns(Array("/usr/bin/ls".utf8), now: .epoch)
      #expect(!isOwned)
    }
  }
}
