import Foundation

/// Says on standard error what a long measurement is doing; the tables alone go to standard output.
struct Progress {
  private let name: String
  private let start = ContinuousClock.now

  init(_ name: String) { self.name = name }

  func say(_ what: String) {
    let seconds = Int((ContinuousClock.now - start) / .seconds(1))
    FileHandle.standardError.write(Data("bench \(name), \(seconds) s: \(what)\n".utf8))
  }
}
