import CordonCore
import ServiceLifecycle

/// Keeps what behaviour learned every few minutes and at the end, and lets the intake look again at what it put off.
struct BehaviourSaver: Service {
  /// What a power loss may cost: the windows of so long.
  private static let period = Duration.seconds(180)

  let desk: WorkerDesk
  let store: BehaviourStore
  let intake: ModelIntake

  func run() async throws {
    await intake.restore()
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do { try await Task.sleep(for: Self.period) } catch { return }
        await intake.review()
        await desk.saveBehaviour(in: store)
      }
    }
    await desk.saveBehaviour(in: store)
  }
}
