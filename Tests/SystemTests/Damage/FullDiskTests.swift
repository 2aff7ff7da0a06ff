import CordonTestSupport
import Foundation
import Glibc
import Testing

/// Real disks that are really full, under the real programs: said, counted, and over once there is space again.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: getuid() == 0, "only root mounts")) struct FullDiskTests {
  @Test func aFullCollectorSaysSoAndLosesNothing() async throws {
    try await withTemporaryFolder { folder in
      try await SmallDisk.with("\(folder)/collector", megabytes: 16) { disk in
        let site = try await SystemSite(in: folder)
        try await site.startCollector()
        _ = try await site.enrol("load-1")
        let load = try LoadedAgent("load-1", of: site, rate: 300)
        #expect(try await within(.seconds(20)) { try StoredNumbers(in: site).count > 100 })

        try disk.fill()
        let saysSo = await within(.seconds(30)) {
          (try? await site.cordon(["status", "--output", "json"]).contains("store-full")) == true
        }
        #expect(saysSo, "\(site.collector?.said.suffix(2_000) ?? "")")
        try await Task.sleep(for: .seconds(2))
        #expect(site.collector?.isRunning == true)

        disk.free()
        await load.stop()
        #expect(try await load.drain(in: .seconds(60)), "\(load.said.suffix(2_000))")
        let isOver = await within(.seconds(10)) {
          (try? await site.cordon(["status", "--output", "json"]).contains("store-full")) == false
        }
        #expect(isOver)
        #expect(await site.stopCollector() == 0)
        try Self.expectAllStored(load, site)
      }
    }
  }

  @Test func aFullAgentSaysSoAndGoesOn() async throws {
    try await withTemporaryFolder { folder in
      try await SmallDisk.with("\(folder)/load-1", megabytes: 8) { disk in
        let site = try await SystemSite(in: folder)
        try await site.startCollector()
        _ = try await site.enrol("load-1")
        let load = try LoadedAgent("load-1", of: site, rate: 300)
        #expect(try await within(.seconds(20)) { try load.journaled().count > 100 })

        try disk.fill()
        // The spool cannot take records in, and says which file needs space.
        let saysSo = await within(.seconds(30)) {
          (try? String(contentsOfFile: load.journal, encoding: .utf8))?.contains("full ") == true
        }
        #expect(saysSo, "\(load.said.suffix(2_000))")
        let before = try load.journaled().count
        disk.free()
        #expect(try await within(.seconds(20)) { try load.journaled().count > before + 300 })
        #expect(await load.stop() == 0)
        #expect(try await load.drain(in: .seconds(60)), "\(load.said.suffix(2_000))")
        #expect(await site.stopCollector() == 0)
        try Self.expectAllStored(load, site)
      }
    }
  }

  private static func expectAllStored(_ load: LoadedAgent, _ site: SystemSite) throws {
    let stored = try StoredNumbers(in: site)
    #expect(stored.faults == [])
    let missing = try load.journaled().subtracting(stored.numbers[load.label] ?? [])
    #expect(missing.isEmpty, "\(missing.count) are missing")
  }
}
