import Testing

/// What one room may look at; `architecture.md`'s table as data.
struct Room: Sendable, CustomTestStringConvertible {
  var name: String
  /// Rooms of ours that it may import.
  var ours: Set<String>
  /// Modules of packages and system libraries that it may import.
  var packages: Set<String>
  /// Part of the agent's closure: no full Foundation.
  var isInAgent: Bool

  var testDescription: String { name }

  init(_ name: String, _ ours: Set<String> = [], _ packages: Set<String> = [], agent: Bool = false) {
    self.name = name
    self.ours = ours
    self.packages = packages
    self.isInAgent = agent
  }
}

enum Rooms {
  /// Of the language and the platform: allowed everywhere.
  static let everywhere: Set<String> = ["Swift", "Glibc", "Dispatch", "Synchronization", "FoundationEssentials"]

  static let all: [Room] = [
    Room("CordonCore", [], [], agent: true),
    Room("CordonLearning", ["CordonCore"], ["RealModule"], agent: true),
    Room("CordonWire", ["CordonCore", "CordonLearning"], ["GRPCCore", "GRPCProtobuf", "SwiftProtobuf"], agent: true),
    Room("CordonONNX", ["CordonCore", "CordonLearning"], ["SwiftProtobuf"]),
    Room(
      "CordonTrust", ["CordonCore", "CordonWire"], ["X509", "SwiftASN1", "Crypto", "GRPCCore", "SwiftProtobuf"],
      agent: true),
    Room("CordonLedger", ["CordonCore"], ["Crypto", "COpenSSL"]),
    Room("CordonPolicy", ["CordonCore"], ["Yams"]),
    Room(
      "CordonTelemetry", ["CordonCore", "CordonLearning"], ["SystemPackage", "CLinux", "CPCRE2", "Crypto"], agent: true),
    Room("CordonContainment", ["CordonCore"], ["SystemPackage", "CLinux"], agent: true),
    Room(
      "CordonAgent",
      ["CordonCore", "CordonLearning", "CordonWire", "CordonTrust", "CordonTelemetry", "CordonContainment"],
      [
        "GRPCCore", "ServiceLifecycle", "Logging", "Metrics", "ArgumentParser", "CSQLite", "CLinux", "Crypto",
        "SwiftProtobuf", "DequeModule", "SystemPackage",
      ], agent: true),
    Room("CordonStore", ["CordonCore"], ["GRDB"]),
    Room(
      "CordonCollector",
      [
        "CordonCore", "CordonLearning", "CordonONNX", "CordonTrust", "CordonLedger", "CordonPolicy", "CordonStore",
      ],
      ["ServiceLifecycle", "Logging", "Metrics", "ArgumentParser", "Crypto"]),
    Room(
      "CordonServices", ["CordonCore", "CordonLearning", "CordonWire", "CordonTrust", "CordonCollector"],
      ["GRPCCore", "Logging", "SwiftProtobuf"]),
    Room(
      "CordonAdmin",
      [
        "CordonCore", "CordonWire", "CordonTrust", "CordonPolicy", "CordonLearning", "CordonONNX", "CordonLedger",
        "CordonTelemetry",
      ], ["ArgumentParser", "GRPCCore", "SwiftProtobuf", "Crypto", "CZlib"]),
    Room(
      "CordonRuntime", ["CordonCore", "CordonTrust"],
      [
        "GRPCCore", "GRPCNIOTransportCore", "GRPCNIOTransportHTTP2Posix", "NIOCertificateReloading", "NIOCore",
        "NIOHTTP1",
        "NIOPosix", "NIOSSL", "NIOTLS", "X509", "SwiftASN1", "Crypto", "Configuration", "Logging", "Metrics",
        "ServiceLifecycle", "SystemPackage", "UnixSignals",
      ], agent: true),
    Room("CordonRange", ["CordonCore"], ["Crypto"]),
    Room("cordon", ["CordonAdmin", "CordonRuntime"], ["ArgumentParser"]),
    Room(
      "cordon-agent",
      ["CordonCore", "CordonWire", "CordonTrust", "CordonContainment", "CordonAgent", "CordonRuntime"],
      ["GRPCCore", "GRPCNIOTransportHTTP2Posix", "Logging", "ServiceLifecycle"], agent: true),
    Room(
      "cordon-collector", ["CordonCore", "CordonTrust", "CordonCollector", "CordonServices", "CordonRuntime"],
      ["ArgumentParser", "GRPCCore", "Logging", "ServiceLifecycle"]),
    Room("cordon-range", ["CordonCore", "CordonRange"], ["ArgumentParser"]),
  ]

  /// Shims and system libraries: no Swift in them.
  static let shims: Set<String> = ["CLinux", "CPCRE2", "CProtobufC", "CSQLite", "CSensor", "CZlib"]
}
