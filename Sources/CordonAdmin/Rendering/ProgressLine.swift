import CordonCore

/// A line on standard error that says what long work does and how far it is; silent where that is no terminal.
struct ProgressLine {
  private let environment: AdminEnvironment
  private var shown: UInt64 = 0
  private var isShown = false

  /// How many steps pass between two updates of work whose end is not known.
  static let stride: UInt64 = 1000

  init(in environment: AdminEnvironment) { self.environment = environment }

  /// - Parameter total: nil where nobody knows how much there is.
  mutating func update(_ what: String, _ done: UInt64, of total: UInt64? = nil) {
    guard environment.showsProgress, total != nil || done >= shown + Self.stride else { return }
    shown = done
    isShown = true
    environment.complain("\r\u{1B}[K\(Table.plain(what)): \(done)" + (total.map { " of \($0)" } ?? ""))
  }

  /// Ends the line, so that what follows starts on its own.
  mutating func finish() {
    guard isShown else { return }
    isShown = false
    environment.complain("\n")
  }
}
