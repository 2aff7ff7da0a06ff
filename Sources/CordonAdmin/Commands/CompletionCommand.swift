import ArgumentParser

struct CompletionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Print a completion script for a shell.",
    discussion: """
      The Debian package installs these by itself. By hand:

      Examples:
        cordon completion bash > /etc/bash_completion.d/cordon
        cordon completion zsh > /usr/local/share/zsh/site-functions/_cordon
        cordon completion fish > ~/.config/fish/completions/cordon.fish
      """)

  enum Shell: String, CaseIterable, ExpressibleByArgument { case bash, zsh, fish }

  @Argument(help: "bash, zsh or fish.") var shell: Shell

  mutating func run() async throws {
    let name: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    try AdminEnvironment.get().write(CordonCommand.completionScript(for: name) + "\n")
  }
}
