import CordonAgent
import CordonCore
import CordonTestSupport
import Glibc
import Testing

/// In a process of its own: there is no way back.
@Suite(.enabled(if: getuid() == 0, "skipped: giving up root needs root")) struct WorkerConfinementTests {
  /// The test's main thread is parked and cannot follow: the proof says so, and the other threads have no way back.
  @Test func noticesAThreadThatKeepsItsRights() async {
    await #expect(processExitsWith: .success) {
      let error = #expect(throws: CordonError.self) { try WorkerConfinement.enter(account: "nobody") }
      let cannotReturn = getuid() != 0 && setuid(0) != 0
      let cannotRun = execv("/bin/true", [nil]) == -1 && errno == EPERM
      let cannotListen = socket(17, Int32(SOCK_RAW.rawValue), 0) == -1
      let canConnect = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) >= 0
      var thread = pthread_t()
      let canThread = pthread_create(&thread, nil, { _ in nil }, nil) == 0
      let isConfined = cannotReturn && cannotRun && cannotListen && canConnect && canThread
      exit(error?.code == "confinement" && isConfined ? EXIT_SUCCESS : EXIT_FAILURE)
    }
  }

  @Test func leavesOtherCommandsAlone() throws {
    try WorkerConfinement.enterIfWorker(["run"])
    try WorkerConfinement.enterIfWorker([])
    expectRefusal("worker-account") { try WorkerConfinement.enterIfWorker(["worker"]) }
    expectRefusal("worker-account") { try WorkerConfinement.enterIfWorker(["worker", "--account"]) }
  }

  @Test(arguments: ["no-such-account", "root", ""]) func refusesOtherAccounts(account: String) {
    expectRefusal("worker-account") { try WorkerConfinement.enter(account: account) }
  }
}
