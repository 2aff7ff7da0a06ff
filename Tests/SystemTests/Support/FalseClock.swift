import CordonCore
import Foundation

/// A wall clock that is off for single programs; it can be set while they run.
///
/// Their steady clocks stay as they are, as when somebody sets a machine's clock.
struct FalseClock {
  private let file: String
  private let library: String

  /// - Parameters:
  ///   - file: where its offset is written; made here.
  ///   - offset: how far it is ahead of the machine's.
  init(file: String, offset: Duration = .zero) throws {
    self.file = file
    library = try ChildProgram.path(of: "libFalseClock.so")
    try set(offset)
  }

  /// Sets it; the programs see it at once.
  func set(_ offset: Duration) throws {
    try "\(offset.milliseconds / 1000)\n".write(toFile: file, atomically: true, encoding: .utf8)
  }

  /// What a program is started with to have this clock.
  var environment: [String: String] { ["LD_PRELOAD": library, "CORDON_FALSE_CLOCK": file] }
}

/// The clocks of a site's machines, each off by itself.
struct SiteClocks {
  let collector: FalseClock
  /// Of operators, and of machines while they enrol.
  let others: FalseClock

  init(in folder: String, offset: Duration = .zero) throws {
    collector = try FalseClock(file: "\(folder)/collector-clock", offset: offset)
    others = try FalseClock(file: "\(folder)/others-clock", offset: offset)
  }
}
