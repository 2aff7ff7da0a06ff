/// Events as the layouts write them; names are made up.
enum WindowsSamples {
  /// NXLog, flat: Sysmon's event 1.
  static let processStart =
    #"{"EventTime":"2026-01-01 01:00:01","Hostname":"WS5.ward.example","EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","SourceName":"Microsoft-Windows-Sysmon","UtcTime":"2026-01-01 00:00:01.250","ProcessId":"4012","Image":"C:\\Windows\\System32\\cmd.exe","OriginalFileName":"Cmd.Exe","CommandLine":"cmd.exe /c whoami","CurrentDirectory":"C:\\","User":"WARD\\ann","ParentProcessId":"99","ParentImage":"C:\\Windows\\explorer.exe","ParentCommandLine":"explorer","EventType":"INFO"}"#

  /// Winlogbeat 8: a log-on.
  static let logOn =
    #"{"@timestamp":"2026-01-01T00:00:02.000Z","winlog":{"channel":"Security","event_id":"4624","computer_name":"WS5.ward.example","provider_name":"Microsoft-Windows-Security-Auditing","event_data":{"TargetUserName":"ann","TargetDomainName":"WARD","TargetUserSid":"S-1-5-21-1-2-3-1104","LogonType":"10","IpAddress":"192.0.2.7","WorkstationName":"-"}},"message":"An account was successfully logged on."}"#

  static let failure =
    #"{"TimeCreated":"2026-01-01T00:00:03.000Z","EventID":4625,"Channel":"security","Hostname":"WS5","TargetUserName":"bob","TargetDomainName":"-","TargetUserSid":"S-1-0-0","SubStatus":"0xc000006a","IpAddress":"-","WorkstationName":"LAPTOP-9","LogonType":"3"}"#

  static let connection =
    #"{"@timestamp":"2026-01-01T00:00:04Z","EventID":3,"Channel":"Microsoft-Windows-Sysmon/Operational","Hostname":"WS5","Image":"C:\\x.exe","User":"WARD\\ann","DestinationIp":"198.51.100.7","DestinationPort":"443","Initiated":"true"}"#

  static let cleared =
    #"{"EventID":1102,"Channel":"Security","TimeCreated":"2026-01-01T00:00:05.000Z","Hostname":"WS5","SubjectUserName":"ann","SubjectDomainName":"WARD"}"#

  static let registry =
    #"{"EventID":13,"Channel":"Microsoft-Windows-Sysmon/Operational","UtcTime":"2026-01-01 00:00:06.000","Hostname":"WS5","EventType":"INFO","Image":"C:\\Windows\\regedit.exe","TargetObject":"HKLM\\System\\X","Details":"DWORD (0x00000001)"}"#

  static let recording = Array(
    [processStart, logOn, failure, connection, cleared, registry].map { $0 + "\n" }.joined().utf8)
  static let count = 6
}
