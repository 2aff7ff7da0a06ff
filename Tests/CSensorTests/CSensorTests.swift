import CSensor
import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Synchronization
import Testing

/// The C library against the sensor's own listening half, over a real socket.
@Suite struct CSensorTests {
  /// A log-on of an account, as often as said; how often it was sent.
  @discardableResult
  static func reportLogOns(_ sensor: OpaquePointer?, _ account: String, times: Int = 1) -> Int {
    account.withCString { account in
      "sshd".withCString { service in
        var event = cordon_sensor_log_on()
        event.account = account
        event.service = service
        event.outcome = CORDON_SENSOR_SUCCESS
        return (0..<times).count { _ in cordon_sensor_report_log_on(sensor, &event) == CORDON_SENSOR_SENT.rawValue }
      }
    }
  }

  /// A source that lets this process's user report, running in a folder of its own.
  static func withSource(
    users: [String]? = nil, _ body: (SDKSource, String) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      let me = try #require(getpwuid(geteuid()))
      let settings = SDKSourceSettings(
        users: users ?? [String(cString: me.pointee.pw_name)], path: "\(folder)/sensor.sock")
      let source = SDKSource(settings: settings)
      try source.start()
      defer { source.stop() }
      try await body(source, settings.path)
    }
  }

  /// Waits for so many records, then reads them.
  static func observations(_ source: SDKSource, _ count: Int) async throws -> [Observation] {
    var (parser, found) = (SDKParser(), [Observation]())
    for _ in 0..<1000 where found.count < count {
      if let batch = source.queue.drain() {
        for record in batch.records { parser.parse(record, arrived: FakeClock.start, into: &found) }
      }
      if found.count < count { try await Task.sleep(for: .milliseconds(5)) }
    }
    #expect(parser.counters.malformed == 0)
    return found
  }

  @Test func `every kind of report arrives as it was given`() async throws {
    try await Self.withSource { source, path in
      let sensor = try #require(cordon_sensor_open(path))
      defer { cordon_sensor_close(sensor) }
      Self.reportLogOns(sensor, "ann")
      let words = ["doc", "4711", "1.2.3", "10.0.0.2", "10.0.0.7", "RGV", "O15", "flow"]
      let texts = words.map { (word: String) in strdup(word)! }
      defer { for text in texts { free(text) } }
      var access = cordon_sensor_access()
      (access.account, access.patient, access.authority) = (.init(texts[0]), .init(texts[1]), .init(texts[2]))
      (access.act, access.break_glass) = (CORDON_SENSOR_EXPORT, true)
      #expect(cordon_sensor_report_access(sensor, &access) == CORDON_SENSOR_SENT.rawValue)
      var message = cordon_sensor_message()
      (message.sender, message.receiver, message.receiver_port) = (.init(texts[3]), .init(texts[4]), 4000)
      (message.type, message.trigger, message.bytes, message.is_control) = (
        .init(texts[5]), .init(texts[6]), 812, true
      )
      #expect(cordon_sensor_report_message(sensor, &message) == CORDON_SENSOR_SENT.rawValue)
      var counter = cordon_sensor_counter()
      (counter.device, counter.name, counter.value) = (.init(texts[4]), .init(texts[7]), -12.5)
      #expect(cordon_sensor_report_counter(sensor, &counter) == CORDON_SENSOR_SENT.rawValue)

      let found = try await Self.observations(source, 4)
      try #require(found.count == 4)
      #expect(found[0].actor == .name("ann") && found[0].activity == .logOn && found[0].outcome == .success)
      let told = EHRAccess(
        act: .export, patients: [RawPatient(id: "4711", authority: "1.2.3")], isBreakGlass: true)
      #expect(found[1].object == .access(told) && found[1].actor == .record("doc"))
      guard case .exchange(let order) = found[2].object, case .hl7(.message(let head)) = order.event,
        case .exchange(let counted) = found[3].object, case .hl7(.message(let number)) = counted.event
      else {
        Issue.record("\(found)")
        return
      }
      #expect(order.server == IPAddress("10.0.0.7") && head.isControl && head.bytes == 812)
      #expect(number.results.map(\.value) == [-12.5])
      #expect(source.health == SensorHealth(state: .running(notes: []), read: 4, dropped: 0))
      let counts = cordon_sensor_counts(sensor)
      #expect(counts.sent == 4 && counts.dropped == 0 && counts.invalid == 0)
    }
  }

  @Test(arguments: ["", "\u{1}\u{FF}", String(repeating: "x", count: 256)])
  func `what cannot be sent is told to the program, and goes nowhere`(service: String) throws {
    let sensor = try #require(cordon_sensor_open("/nonexistent/sensor.sock"))
    defer { cordon_sensor_close(sensor) }
    // As Latin-1, so that the second one is no UTF-8.
    let bytes = service.unicodeScalars.map { CChar(bitPattern: UInt8($0.value)) } + [0]
    bytes.withUnsafeBufferPointer { text in
      var event = cordon_sensor_log_on()
      event.service = text.baseAddress
      #expect(cordon_sensor_report_log_on(sensor, &event) == CORDON_SENSOR_INVALID.rawValue)
    }
    #expect(cordon_sensor_counts(sensor).invalid == 1)
  }

  @Test func `without an agent reports are dropped at once, and told to the next one`() async throws {
    try await withTemporaryFolder { folder in
      let sensor = try #require(cordon_sensor_open("\(folder)/sensor.sock"))
      defer { cordon_sensor_close(sensor) }
      let begin = ContinuousClock.now
      #expect(Self.reportLogOns(sensor, "ann", times: 100_000) == 0)
      #expect(ContinuousClock.now - begin < .seconds(5))
      #expect(cordon_sensor_counts(sensor).dropped == 100_000)
      let me = try #require(getpwuid(geteuid()))
      let source = SDKSource(
        settings: SDKSourceSettings(users: [String(cString: me.pointee.pw_name)], path: "\(folder)/sensor.sock"))
      try source.start()
      defer { source.stop() }
      var isSent = false
      for _ in 0..<500 where !isSent {
        isSent = Self.reportLogOns(sensor, "ann") == 1
        if !isSent { try await Task.sleep(for: .milliseconds(10)) }
      }
      var (parser, found) = (SDKParser(), [Observation]())
      for _ in 0..<500 where found.isEmpty {
        for record in source.queue.drain()?.records ?? [] { parser.parse(record, arrived: .epoch, into: &found) }
        if found.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      }
      #expect(parser.counters.abandoned == cordon_sensor_counts(sensor).dropped)
    }
  }

  /// The flooding one loses its own reports alone, and knows how many.
  @Test func `one that floods takes nothing from another`() async throws {
    try await Self.withSource { source, path in
      let flooding = Mutex(true)
      let flood = Task.detached { () -> cordon_sensor_counts in
        let sensor = cordon_sensor_open(path)
        while flooding.withLock({ $0 }) { Self.reportLogOns(sensor, "flood", times: 1000) }
        defer { cordon_sensor_close(sensor) }
        return cordon_sensor_counts(sensor)
      }
      let sensor = try #require(cordon_sensor_open(path))
      defer { cordon_sensor_close(sensor) }
      var (parser, quiet) = (SDKParser(), 0)
      var found: [Observation] = []
      for _ in 0..<100 {
        #expect(Self.reportLogOns(sensor, "quiet") == 1)
        try await Task.sleep(for: .milliseconds(10))
        for record in source.queue.drain()?.records ?? [] { parser.parse(record, arrived: .epoch, into: &found) }
      }
      flooding.withLock { $0 = false }
      let counts = await flood.value
      for _ in 0..<500 where quiet < 100 {
        for record in source.queue.drain()?.records ?? [] { parser.parse(record, arrived: .epoch, into: &found) }
        quiet = found.count { $0.actor == .name("quiet") }
        if quiet < 100 { try await Task.sleep(for: .milliseconds(10)) }
      }
      #expect(
        quiet == 100, "\(parser.counters) \(source.health) \(cordon_sensor_counts(sensor)) \(counts) \(found.count)")
      #expect(counts.dropped > 0)
      #expect(source.health.dropped == 0)
    }
  }

  @Test func `another user's program is refused, and counted`() async throws {
    let other = geteuid() == 0 ? "nobody" : "root"
    try await Self.withSource(users: [other, "no-such-user"]) { source, path in
      let sensor = try #require(cordon_sensor_open(path))
      defer { cordon_sensor_close(sensor) }
      Self.reportLogOns(sensor, "ann")
      for _ in 0..<500 where !source.health.reason.contains("refused") { try await Task.sleep(for: .milliseconds(5)) }
      #expect(source.health.reason.contains("connections of others were refused"))
      #expect(source.health.reason.contains("no-such-user"))
      #expect(source.queue.drain() == nil)
    }
  }
}
