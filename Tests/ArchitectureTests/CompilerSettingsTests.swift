import Foundation
import Testing

// The compiler silently ignores a misspelt feature name; these lines do not.
#if !hasFeature(ExistentialAny)
  #error("ExistentialAny is not on")
#endif
#if !hasFeature(MemberImportVisibility)
  #error("MemberImportVisibility is not on")
#endif
#if !hasFeature(InternalImportsByDefault)
  #error("InternalImportsByDefault is not on")
#endif
#if compiler(<6.2)
  #error("Swift 6.2 or newer is needed")
#endif
#if swift(<6)
  #error("The language mode is not Swift 6")
#endif

/// Every target is built with the one block of settings.
@Suite struct CompilerSettingsTests {
  static let manifest = SourceTree.text("Package.swift")

  /// Targets are made by `room`, `program` and `tests`, which set them; a bare one must name them itself.
  @Test func everyTargetHasTheSettings() {
    let lines = Self.manifest.split(separator: "\n")
    let makers = [".target(", ".executableTarget(", ".testTarget("]
    for (number, line) in lines.enumerated() where makers.contains(where: line.contains) {
      // Of C: these settings are Swift's.
      if line.contains(#".target(name: "CLinux")"#) || line.contains(#".target(name: "CSensor","#) { continue }
      let call = lines[number...].prefix(4).joined()
      #expect(call.contains("swiftSettings:"), "Package.swift: \(line) has no settings")
    }
  }

  /// Generated code is the one place where a warning is not an error.
  @Test func warningsAreErrorsOutsideGeneratedCode() {
    let lenient = Self.manifest.components(separatedBy: "warningsAsErrors: false").count - 1
    #expect(lenient == 1)
    #expect(Self.manifest.contains(".treatAllWarnings(as: .error)"))
  }

  @Test func dependenciesArePinned() {
    for line in Self.manifest.split(separator: "\n") where line.contains("url: \"") {
      #expect(
        line.contains(".upToNextMinor(") || line.contains("exact:"), "Package.swift: \(line) is not pinned")
    }
  }
}
