import CordonCore
import CordonTelemetry
import Logging
import Synchronization

/// The decoys of this machine, planted as the policy says, and what hinders them.
final class CanaryKeeper: Sendable {
  private struct State {
    var paths: [String] = []
    var problems: [String] = []
  }

  private let planter: CanaryPlanter
  private let clock: any WallClock
  private let logger: Logger
  private let state = Mutex(State())

  /// - Parameter journal: where it is kept what was planted.
  init(journal: String, clock: any WallClock, logger: Logger) {
    planter = CanaryPlanter(journal: journal)
    self.clock = clock
    self.logger = logger
  }

  /// Decoys that stand.
  var paths: [String] { state.withLock { $0.paths } }

  /// Why folders are not guarded, in words for people.
  var problems: [String] { state.withLock { $0.problems } }

  /// Plants what is missing in the folders, and takes away what stands elsewhere.
  func plant(in folders: [String]) {
    var randomness = SystemRandomNumberGenerator()
    var problems: [CordonError] = []
    var paths: [String] = []
    do throws(CordonError) {
      let planted = try planter.plant(in: folders, at: clock.now, randomness: &randomness)
      paths = planted.canaries.map(\.path)
      problems = planted.problems
    } catch { problems.append(error) }
    for problem in problems { logger.warning("A canary folder is not guarded", metadata: ["why": "\(problem)"]) }
    state.withLock { $0 = State(paths: paths, problems: problems.map(\.message)) }
  }
}
