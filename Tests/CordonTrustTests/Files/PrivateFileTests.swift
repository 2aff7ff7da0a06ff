import CordonCore
import CordonTestSupport
import CordonTrust
import Glibc
import Testing

@Suite struct PrivateFileTests {
  @Test func isReadableByItsOwnerAlone() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/key"
      let before = umask(0)
      defer { umask(before) }
      try PrivateFile.create(at: path, holding: [1, 2, 3])
      var facts = stat()
      #expect(stat(path, &facts) == 0)
      #expect(facts.st_mode & 0o777 == 0o600)
      #expect(try PrivateFile.read(path, most: 3) == [1, 2, 3])
      expectRefusal("oversized") { _ = try PrivateFile.read(path, most: 2) }
      expectRefusal("exists") { try PrivateFile.create(at: path, holding: []) }
      try PrivateFile.replace(path, holding: [4])
      #expect(try PrivateFile.read(path, most: 3) == [4])
    }
  }

  @Test(arguments: [0o640, 0o604, 0o620] as [mode_t])
  func refusesTheExposed(mode: mode_t) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/key"
      try PrivateFile.create(at: path, holding: [1])
      chmod(path, mode)
      expectRefusal("exposed") { _ = try PrivateFile.read(path, most: 10) }
    }
  }

  @Test func refusesWhatIsNoFile() throws {
    try withTemporaryFolder { folder in
      expectRefusal("not-a-file") { _ = try PrivateFile.read(folder, most: 10) }
      expectRefusal("file") { _ = try PrivateFile.read(folder + "/none", most: 10) }
      mkfifo(folder + "/pipe", 0o600)
      expectRefusal("not-a-file") { _ = try PrivateFile.read(folder + "/pipe", most: 10) }
    }
  }
}

@Suite struct AuthoritySigningKeyTests {
  @Test func savesAndLoads() throws {
    try withTemporaryFolder { folder in
      let key = AuthoritySigningKey()
      let path = folder + "/ann.key"
      try key.save(to: path)
      #expect(try AuthoritySigningKey.load(from: path).id == key.id)
      expectRefusal("exists") { try key.save(to: path) }
      try PrivateFile.replace(path, holding: Array("-----BEGIN PRIVATE KEY-----\nAAAA\n".utf8))
      expectRefusal("authority-key") { _ = try AuthoritySigningKey.load(from: path) }
    }
  }
}
