// swift-tools-version: 6.2
import PackageDescription

// Every target is built with the same settings; the architecture tests assert each with `#if !hasFeature`,
// because the compiler silently ignores a misspelt feature name.
let ours: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
let strict: [SwiftSetting] = ours + [.treatAllWarnings(as: .error)]

let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grpcCore = Target.Dependency.product(name: "GRPCCore", package: "grpc-swift-2")
let grpcInProcess = Target.Dependency.product(name: "GRPCInProcessTransport", package: "grpc-swift-2")
let grpcNIO = Target.Dependency.product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport")
let grpcProtobuf = Target.Dependency.product(name: "GRPCProtobuf", package: "grpc-swift-protobuf")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioCertificateReloading = Target.Dependency.product(name: "NIOCertificateReloading", package: "swift-nio-extras")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A target of ours: a folder of the same name under Sources.
func room(_ name: String, _ dependencies: [Target.Dependency], warningsAsErrors: Bool = true) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: warningsAsErrors ? strict : ours)
}

/// A program of ours: `main` and no more.
func program(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, exclude: [String] = []
) -> Target {
  .executableTarget(name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: strict)
}

/// The tests of a room, mirrored path for path.
func tests(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, exclude: [String] = []
) -> Target {
  .testTarget(name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: strict)
}

let package = Package(
  name: "cordon",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "cordon", targets: ["cordon"]),
    .executable(name: "cordon-agent", targets: ["cordon-agent"]),
    .executable(name: "cordon-collector", targets: ["cordon-collector"]),
    .executable(name: "cordon-range", targets: ["cordon-range"]),
    // A library of its own because programs under test are started with it.
    .library(name: "FalseClock", type: .dynamic, targets: ["FalseClock"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", .upToNextMinor(from: "1.8.2")),
    .package(url: "https://github.com/apple/swift-asn1.git", .upToNextMinor(from: "1.7.4")),
    .package(url: "https://github.com/apple/swift-certificates.git", .upToNextMinor(from: "1.21.1")),
    .package(url: "https://github.com/apple/swift-collections.git", .upToNextMinor(from: "1.6.0")),
    .package(
      url: "https://github.com/apple/swift-configuration.git", .upToNextMinor(from: "1.4.0"),
      traits: ["CommandLineArguments"]),
    .package(url: "https://github.com/apple/swift-crypto.git", .upToNextMinor(from: "4.5.2")),
    .package(url: "https://github.com/apple/swift-log.git", .upToNextMinor(from: "1.16.2")),
    .package(url: "https://github.com/apple/swift-nio.git", .upToNextMinor(from: "2.101.2")),
    .package(url: "https://github.com/apple/swift-nio-extras.git", .upToNextMinor(from: "1.35.2")),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", .upToNextMinor(from: "2.37.6")),
    .package(url: "https://github.com/apple/swift-protobuf.git", .upToNextMinor(from: "1.39.0"), traits: []),
    .package(url: "https://github.com/apple/swift-system.git", .upToNextMinor(from: "1.8.1")),
    .package(url: "https://github.com/groue/GRDB.swift.git", .upToNextMinor(from: "7.10.0")),
    .package(url: "https://github.com/grpc/grpc-swift-2.git", .upToNextMinor(from: "2.4.3")),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport.git", .upToNextMinor(from: "2.9.2")),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf.git", .upToNextMinor(from: "2.4.1")),
    .package(url: "https://github.com/jpsim/Yams.git", .upToNextMinor(from: "6.2.2")),
    .package(
      url: "https://github.com/swift-server/swift-service-lifecycle.git", .upToNextMinor(from: "2.13.0")),
  ],
  targets: [
    // MARK: The domain
    room("CordonCore", []),
    room("CordonLearning", ["CordonCore"]),
    room("CordonWire", ["CordonCore", "CordonLearning", grpcCore, grpcProtobuf, protobuf], warningsAsErrors: false),
    room("CordonONNX", ["CordonCore", "CordonLearning", protobuf]),
    room("CordonTrust", ["CordonCore", "CordonWire", x509, asn1, crypto, grpcCore, protobuf]),
    room("CordonLedger", ["CordonCore", crypto]),
    room("CordonPolicy", ["CordonCore", yams]),
    // MARK: The agent
    room("CordonTelemetry", ["CordonCore", "CordonLearning", "CLinux", "CPCRE2", systemPackage, crypto]),
    room("CordonContainment", ["CordonCore", "CLinux", systemPackage]),
    room(
      "CordonAgent",
      [
        "CordonCore", "CordonLearning", "CordonWire", "CordonTrust", "CordonTelemetry", "CordonContainment", "CSQLite",
        "CLinux", grpcCore, lifecycle, logging, argumentParser, collections, crypto, protobuf, systemPackage,
      ]),
    // MARK: The collector
    room("CordonStore", ["CordonCore", grdb]),
    room(
      "CordonCollector",
      [
        "CordonCore", "CordonLearning", "CordonTrust", "CordonLedger", "CordonPolicy", "CordonStore", lifecycle,
        logging,
        argumentParser, crypto,
      ]),
    room(
      "CordonServices",
      ["CordonCore", "CordonLearning", "CordonWire", "CordonTrust", "CordonCollector", grpcCore, logging, protobuf]),
    // MARK: The operator
    room(
      "CordonAdmin",
      [
        "CordonCore", "CordonLearning", "CordonONNX", "CordonWire", "CordonTrust", "CordonPolicy", "CordonLedger",
        "CordonTelemetry", "CZlib", argumentParser, grpcCore, crypto, protobuf,
      ]),
    room(
      "CordonRuntime",
      [
        "CordonCore", "CordonTrust", grpcCore, grpcNIO, nioCertificateReloading, nioCore, nioHTTP1, nioPosix, nioSSL,
        nioTLS,
        x509,
        asn1, crypto, configuration, logging, lifecycle, systemPackage, unixSignals,
      ]),
    // MARK: The simulator
    room("CordonRange", ["CordonCore"]),
    // MARK: Programs
    program("cordon", ["CordonAdmin", "CordonRuntime", argumentParser]),
    program(
      "cordon-agent",
      [
        "CordonCore", "CordonWire", "CordonTrust", "CordonContainment", "CordonAgent", "CordonRuntime", grpcCore,
        grpcNIO,
        lifecycle, logging,
      ]),
    program(
      "cordon-collector",
      [
        "CordonCore", "CordonTrust", "CordonCollector", "CordonServices", "CordonRuntime", argumentParser, grpcCore,
        lifecycle, logging,
      ]),
    program("cordon-range", ["CordonCore", "CordonRange", argumentParser]),
    // MARK: System libraries and thin shims
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CLinux"),
    // The C sensor SDK. SwiftPM builds it for its tests; Scripts/build-sensor, for whoever uses it.
    .target(name: "CSensor", dependencies: ["CProtobufC"], exclude: ["Example", "PAM"]),
    .systemLibrary(name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
    // MARK: Tests
    .target(
      name: "CordonTestSupport",
      dependencies: ["CordonCore", "CordonTrust", crypto, x509],
      path: "Tests/CordonTestSupport", swiftSettings: strict),
    .target(name: "FalseClock", path: "Tests/FalseClock"),
    .target(
      name: "CalibrationBench", dependencies: ["CordonCore", "CordonLearning"], path: "Tests/CalibrationBench",
      swiftSettings: strict),
    tests("ArchitectureTests", []),
    tests("CordonCoreTests", ["CordonCore", "CordonTestSupport"]),
    tests("CordonLearningTests", ["CordonLearning", "CordonTestSupport", "CalibrationBench"]),
    tests(
      "CordonWireTests", ["CordonWire", "CordonLearning", "CordonCore", "CordonTestSupport", grpcCore, protobuf]),
    tests("CordonONNXTests", ["CordonONNX", "CordonLearning", "CordonCore", protobuf], exclude: ["Fixtures"]),
    tests(
      "CordonTrustTests", ["CordonTrust", "CordonWire", "CordonTestSupport", crypto, x509, asn1, protobuf]),
    tests("CordonLedgerTests", ["CordonLedger", "CordonTestSupport", crypto]),
    tests("CordonPolicyTests", ["CordonPolicy", "CordonWire", "CordonTestSupport", protobuf]),
    tests(
      "CordonTelemetryTests",
      ["CordonTelemetry", "CordonLearning", "CordonCore", "CLinux", "CordonTestSupport", crypto]),
    tests(
      "CSensorTests", ["CSensor", "CordonTelemetry", "CordonCore", "CordonTestSupport"], exclude: ["pam-session"]),
    tests("CordonContainmentTests", ["CordonContainment", "CordonCore", "CLinux", "CordonTestSupport"]),
    tests(
      "CordonAgentTests",
      [
        "CordonAgent", "CordonTelemetry", "CordonContainment", "CordonWire", "CordonTrust", "CordonTestSupport", crypto,
        protobuf, grpcCore, grpcInProcess, logging,
      ]),
    tests("CordonStoreTests", ["CordonStore", "CordonCore", "CordonTestSupport", grdb]),
    tests(
      "CordonCollectorTests",
      [
        "CordonCollector", "CordonLearning", "CordonStore", "CordonLedger", "CordonTrust", "CordonPolicy", "CordonCore",
        "CordonTestSupport", crypto,
      ]),
    tests(
      "CordonServicesTests",
      [
        "CordonCore", "CordonLearning", "CordonServices", "CordonCollector", "CordonStore", "CordonLedger",
        "CordonRange", "CordonTelemetry", "CordonTrust", "CordonWire", "CordonTestSupport", crypto, grpcCore,
        grpcInProcess, logging, protobuf,
      ]),
    tests(
      "CordonAdminTests",
      [
        "CordonAdmin", "CordonCore", "CordonLearning", "CordonPolicy", "CordonLedger", "CordonTrust", "CordonWire",
        "CordonTestSupport", argumentParser, crypto, grpcCore, grpcInProcess, protobuf,
      ], exclude: ["Golden"]),
    tests(
      "CordonRuntimeTests",
      [
        "CordonRuntime", "CordonTrust", "CordonWire", "CordonTestSupport", grpcCore, grpcNIO, nioCore, nioEmbedded,
        nioHTTP1,
        nioPosix, nioSSL, nioTLS, x509, crypto, logging, lifecycle,
      ]),
    tests("CordonRangeTests", ["CordonRange", "CordonCore", "CordonTelemetry", "CordonTestSupport", crypto]),
    tests(
      "SimulationTests",
      ["CordonAgent", "CordonCollector", "CordonStore", "CordonTrust", "CordonWire", "CordonTestSupport"]),
    // The fuzz targets over their corpora, every day; Scripts/fuzz builds each by itself.
    tests(
      "FuzzTests",
      [
        "CordonAdmin", "CordonAgent", "CordonContainment", "CordonCore", "CordonLearning", "CordonLedger", "CordonONNX",
        "CordonPolicy", "CordonStore", "CordonTelemetry", "CordonTrust", "CordonWire", "CordonTestSupport", crypto,
        protobuf,
      ], path: "Tests/Fuzz",
      exclude: [
        "AgentMessage/Corpus", "AuditLine/Corpus", "AuditMessage/Corpus", "AuthLine/Corpus",
        "BehaviourState/Corpus", "CaptureFile/Corpus", "DataLine/Corpus", "DateText/Corpus",
        "DICOMStream/Corpus", "DistinctSketch/Corpus", "EnrolmentToken/Corpus", "EnvelopeBytes/Corpus",
        "EnvelopePayload/Corpus", "EventMapping/Corpus", "EVERecord/Corpus", "FanotifyEvent/Corpus",
        "FileRecord/Corpus", "FrameRecord/Corpus", "HL7Stream/Corpus", "InotifyEvent/Corpus",
        "JournalFile/Corpus", "LabArchive/Corpus", "LabCSV/Corpus", "LedgerExport/Corpus",
        "MachineRecord/Corpus", "MappedRecord/Corpus", "ModelBundle/Corpus", "NameList/Corpus",
        "ONNXModel/Corpus", "PackageList/Corpus", "PolicyText/Corpus", "SDKReport/Corpus", "SeamMessage/Corpus",
        "ShortStream/Corpus", "SigmaRule/Corpus", "SpoolFile/Corpus", "StoreFile/Corpus",
        "StreamSegments/Corpus", "TrailFile/Corpus", "TrailRecord/Corpus", "TrailStream/Corpus",
        "WindowsRecord/Corpus", "ZeekRecord/Corpus",
      ]),
    program(
      "cordon-bench",
      [
        "CalibrationBench", "CordonAgent", "CordonCore", "CordonCollector", "CordonLearning", "CordonPolicy",
        "CordonRange", "CordonRuntime", "CordonStore", "CordonTelemetry", "CordonTrust", "CordonWire", "CSQLite",
        argumentParser,
        grpcCore, grpcNIO, protobuf,
      ], path: "Tests/Benchmarks", exclude: ["learning-peers", "telemetry-peers"]),
    program(
      "cordon-load",
      [
        "CordonCore", "CordonAgent", "CordonRuntime", "CordonTrust", argumentParser, grpcCore, grpcNIO, lifecycle,
        logging,
      ], path: "Tests/LoadAgent"),
    tests(
      "SystemTests", ["CordonAgent", "CordonCore", "CordonTestSupport", "cordon-load"],
      exclude: ["package-test", "python-peer"]),
  ]
)
