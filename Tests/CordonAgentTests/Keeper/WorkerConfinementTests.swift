import CordonAgent
import CordonCore
import CordonTestSupport
import Glibc
import Testing

/// In a process of its own: there is no way back.
@Suite(.enabled(if: getuid() == 0, "skipped: giving up root needs root")) struct WorkerConfinementTests {
  @Test func givesUpWhatItNeverNeeds() async {
    await #expect(processExitsWith: .success) {
      try WorkerConfinement.enter(account: "nobody")
      // Neither root nor a way back to it, no programs, no namespaces, no raw packets; threads and sockets go on.
      let isDropped = getuid() != 0 && setuid(0) != 0
      let cannotRun = execv("/bin/true", [nil]) == -1 && errno == EPERM
      let cannotListen = socket(17, Int32(SOCK_RAW.rawValue), 0) == -1
      let canConnect = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) >= 0
      var thread = pthread_t()
      let canThread = pthread_create(&thread, nil, { _ in nil }, nil) == 0
      exit(isDropped && cannotRun && cannotListen && canConnect && canThread ? EXIT_SUCCESS : EXIT_FAILURE)
    }
  }

  @Test(arguments: ["no-such-account", "root", ""]) func refusesOtherAccounts(account: String) {
    expectRefusal("worker-account") { try WorkerConfinement.enter(account: account) }
  }
}
