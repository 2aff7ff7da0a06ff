import ArgumentParser
import CordonCore
import CordonPolicy
import CordonWire

/// Options of every command that uses an operator's home.
struct CommonOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The operator's home folder (default: CORDON_HOME, else ~/.config/cordon).", valueName: "folder")
  )
  var home: String?

  @OptionGroup var printing: PrintingOptions
}

/// The option of every command that prints.
struct PrintingOptions: ParsableArguments {
  @Option(help: "How to print: table or json.") var output: OutputFormat = .table
}

/// A duration on a command line, such as `24h`.
struct DurationArgument: ExpressibleByArgument, Sendable {
  let duration: Duration

  init?(argument: String) {
    guard let duration = DurationText.parse(argument), duration > .zero else { return nil }
    self.duration = duration
  }

  init(_ duration: Duration) { self.duration = duration }

  var defaultValueDescription: String { DurationText.format(duration) }
}
