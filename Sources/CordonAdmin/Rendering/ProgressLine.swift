import CordonCore

/// A line on standard error that says how far long work has come; silent where standard error is no terminal.
struct ProgressLine {
  private let environment: AdminEnvironment
  private let what: String
  private var shown: UInt64 = 0
  private var isShown = false

  /// How many steps pass between two updates.
  static let stride: UInt64 = 1000

  init(_ what: String, in environment: AdminEnvironment) {
    self.what = what
    self.environment = environment
  }

  mutating func update(_ done: UInt64) {
    guard environment.showsProgress, done >= shown + Self.stride else { return }
    shown = done
    isShown = true
    environment.complain("\r\(what): \(done)")
  }

  /// Ends the line, so that what follows starts on its own.
  mutating func finish() {
    guard isShown else { return }
    isShown = false
    environment.complain("\n")
  }
}
