package import CordonCore
package import CordonLearning

/// Keeps what behaviour learned on the worker's disk, on a thread of its own.
///
/// A file that cannot be read is moved aside and counted; learning starts anew and the agent goes on. So it does where the
/// disk refuses: then nothing is kept, and that is counted.
package actor BehaviourStore {
  /// What was kept until now.
  package struct Restored: Sendable {
    package var stage = BehaviourStage()
    package var shelf = ModelShelf()
    /// Why the file is not used, or was replaced.
    package var problem: CordonError?
  }

  private nonisolated let executor = BlockingExecutor(label: "cordon.behaviour")
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  package nonisolated let restored: Restored
  private let database: BehaviourDatabase?
  /// States and files that were lost, and saves that failed.
  package private(set) var failures: UInt64

  /// Opens or creates the file at a path; its folder must be the worker's own.
  package init(path: String, at now: Timestamp) {
    var restored = Restored()
    var failures: UInt64 = 0
    var opened: BehaviourDatabase?
    do throws(CordonError) {
      opened = try Self.open(path, &restored, &failures)
    } catch {
      restored = Restored(problem: error)
      failures += 1
      if DamagedFile.isDamage(error), (try? DamagedFile.moveAside(path, at: now)) != nil {
        opened = try? BehaviourDatabase(path: path)
      }
    }
    self.restored = restored
    self.failures = failures
    database = opened
  }

  private static func open(
    _ path: String, _ restored: inout Restored, _ failures: inout UInt64
  ) throws(CordonError) -> BehaviourDatabase {
    let database = try BehaviourDatabase(path: path)
    do throws(CordonError) {
      failures += UInt64(restored.stage.restore(try database.states()))
      restored.stage.keepPast(of: try database.pastKeys())
      restored.shelf = try database.shelf()
    } catch {
      // Before the file is moved: a connection that ends removes its log by name.
      database.close()
      throw error
    }
    return database
  }

  /// Keeps states and past windows; false where they must be kept in memory.
  package func save(
    _ states: [(key: BehaviourStage.Key, state: [UInt8])], _ past: [(key: BehaviourStage.Key, window: PastWindow)]
  ) -> Bool {
    attempt { database throws(CordonError) in try database.save(states, past) }
  }

  /// Keeps the models; false where a restart will not know of them.
  @discardableResult
  package func save(_ shelf: ModelShelf) -> Bool {
    attempt { database throws(CordonError) in try database.save(shelf) }
  }

  /// An entity's past windows, oldest first; none where they cannot be read.
  package func past(of key: BehaviourStage.Key) -> [PastWindow] {
    guard let past = try? database?.past(of: key) else { return [] }
    return past
  }

  private func attempt(_ body: (BehaviourDatabase) throws(CordonError) -> Void) -> Bool {
    guard let database else { return false }
    do throws(CordonError) {
      try body(database)
      return true
    } catch {
      failures += 1
      return false
    }
  }
}
