/// A program that was started: its arguments are free text, which rules see and which never leaves the machine.
package struct StartedProgram: Hashable, Sendable {
  /// Bytes of all arguments that are kept.
  package static let mostArgumentBytes = 8192

  /// The arguments in their order, the program's own name first, with a zero byte between them.
  package var arguments: [UInt8]
  /// Raw bytes of the folder that it was started in.
  package var workingFolder: [UInt8]
  /// Whom it runs as, which need not be who logged in.
  package var user: UInt32?
  /// The program of the process that started it, and its arguments; empty where it was not seen to start.
  package var parentExecutable: [UInt8]
  package var parentArguments: [UInt8]

  package init(
    arguments: [UInt8] = [], workingFolder: [UInt8] = [], user: UInt32? = nil, parentExecutable: [UInt8] = [],
    parentArguments: [UInt8] = []
  ) {
    self.arguments = arguments
    self.workingFolder = workingFolder
    self.user = user
    self.parentExecutable = parentExecutable
    self.parentArguments = parentArguments
  }
}
