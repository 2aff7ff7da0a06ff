/// Records as kernels and auditd write them; names, addresses and numbers are made up.
enum AuditSamples {
  static let exec = """
    type=SYSCALL msg=audit(1767225600.965:93777): arch=c000003e syscall=59 success=yes exit=0 a0=558e25052c70 \
    a1=558e251641a0 a2=558e25160800 a3=1b6 items=2 ppid=29002 pid=2168 auid=1000 uid=1000 gid=1000 euid=1000 suid=1000 \
    fsuid=1000 egid=1000 sgid=1000 fsgid=1000 tty=pts0 ses=104 comm="dd" exe="/bin/dd" key=(null)
    type=EXECVE msg=audit(1767225600.965:93777): argc=4 a0="dd" a1="if=/dev/zero" a2="bs=1" a3="count=1"
    type=CWD msg=audit(1767225600.965:93777): cwd="/home/ann"
    type=PATH msg=audit(1767225600.965:93777): item=0 name="/bin/dd" inode=20 dev=08:01 mode=0100755 ouid=0 ogid=0 \
    rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0
    type=PATH msg=audit(1767225600.965:93777): item=1 name="/lib64/ld-linux-x86-64.so.2" inode=29514 dev=08:01 \
    mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0
    type=PROCTITLE msg=audit(1767225600.965:93777): proctitle=64640069663D2F6465762F7A65726F0062733D3100636F756E743D31
    """

  /// 192.0.2.7 port 4444, still under way; the program's path holds a space, so it is in hexadecimal.
  static let connect = """
    type=SYSCALL msg=audit(1767225601.100:93778): arch=c000003e syscall=42 success=no exit=-115 a0=3 a1=7ffd a2=10 a3=0 \
    items=0 ppid=1 pid=2200 auid=4294967295 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) \
    ses=4294967295 comm="x" exe=2F746D702F6120622F78 key="cordon"
    type=SOCKADDR msg=audit(1767225601.100:93778): saddr=0200115CC00002070000000000000000
    type=PROCTITLE msg=audit(1767225601.100:93778): proctitle="x"
    """

  static let connectV6 = """
    type=SYSCALL msg=audit(1767225601.200:93779): arch=c000003e syscall=42 success=yes exit=0 a0=3 a1=7ffd a2=1c a3=0 \
    items=0 ppid=1 pid=2201 auid=1001 uid=1001 gid=33 euid=1001 comm="curl" exe="/usr/bin/curl" key=(null)
    type=SOCKADDR msg=audit(1767225601.200:93779): saddr=0A0001BB0000000020010DB800000000000000000000000100000000
    type=EOE msg=audit(1767225601.200:93779):
    """

  static let connectLocal = """
    type=SYSCALL msg=audit(1767225601.300:93780): arch=c000003e syscall=42 success=yes exit=0 a0=3 items=0 ppid=1 \
    pid=2202 auid=1001 uid=1001 euid=1001 comm="nscd" exe="/usr/sbin/nscd" key=(null)
    type=SOCKADDR msg=audit(1767225601.300:93780): saddr=01002F7661722F72756E2F6E7363642F736F636B657400
    type=EOE msg=audit(1767225601.300:93780):
    """

  static let sudo = """
    type=SYSCALL msg=audit(1767225602.000:93781): arch=c000003e syscall=59 success=yes exit=0 a0=5 items=2 ppid=29002 \
    pid=2300 auid=1000 uid=1000 gid=1000 euid=0 suid=0 fsuid=0 comm="sudo" exe="/usr/bin/sudo" key=(null)
    type=PROCTITLE msg=audit(1767225602.000:93781): proctitle="sudo"
    """

  static let setuid = """
    type=SYSCALL msg=audit(1767225602.500:93782): arch=c000003e syscall=105 success=yes exit=0 a0=0 items=0 ppid=2300 \
    pid=2301 auid=1000 uid=0 gid=0 euid=0 comm="sudo" exe="/usr/bin/sudo" key="cordon"
    type=PROCTITLE msg=audit(1767225602.500:93782): proctitle="sudo"
    """

  static let module = """
    type=SYSCALL msg=audit(1767225603.000:93783): arch=c000003e syscall=313 success=yes exit=0 a0=3 items=0 ppid=1 \
    pid=2400 auid=1000 uid=0 gid=0 euid=0 comm="insmod" exe="/usr/bin/kmod" key="cordon"
    type=KERN_MODULE msg=audit(1767225603.000:93783): name="rootkit"
    type=PROCTITLE msg=audit(1767225603.000:93783): proctitle="insmod"
    """

  static let failedExec = """
    type=SYSCALL msg=audit(1767225603.500:93784): arch=c000003e syscall=59 success=no exit=-13 a0=5 items=1 ppid=1 \
    pid=2401 auid=1000 uid=1000 euid=1000 comm="bash" exe="/usr/bin/bash" key="cordon"
    type=PROCTITLE msg=audit(1767225603.500:93784): proctitle="bash"
    """

  /// Of 32 bits: connect by way of socketcall; and a bind, which is not of interest.
  static let socketCalls = """
    type=SYSCALL msg=audit(1767225604.000:93785): arch=40000003 syscall=102 success=yes exit=0 a0=3 a1=ff items=0 \
    ppid=1 pid=2402 auid=1000 uid=1000 euid=1000 comm="old" exe="/opt/old" key="cordon"
    type=SOCKADDR msg=audit(1767225604.000:93785): saddr=02000050C00002080000000000000000
    type=PROCTITLE msg=audit(1767225604.000:93785): proctitle="old"
    type=SYSCALL msg=audit(1767225604.001:93786): arch=40000003 syscall=102 success=yes exit=0 a0=2 a1=ff items=0 \
    ppid=1 pid=2402 auid=1000 uid=1000 euid=1000 comm="old" exe="/opt/old" key="cordon"
    type=PROCTITLE msg=audit(1767225604.001:93786): proctitle="old"
    """

  static let othersRuleRemoved = """
    type=CONFIG_CHANGE msg=audit(1767225605.000:93787): auid=1000 ses=4 op=remove_rule key="pci" list=4 res=1
    """
  static let ownRuleRemoved = """
    type=CONFIG_CHANGE msg=audit(1767225605.000:93788): auid=1000 ses=4 op=remove_rule key="cordon" list=4 res=1
    """
  static let disabled = """
    type=CONFIG_CHANGE msg=audit(1767225605.500:93789): op=set audit_enabled=0 old=1 auid=1000 ses=4 res=1
    """
  static let refusedChange = """
    type=CONFIG_CHANGE msg=audit(1767225605.600:93790): op=set audit_enabled=0 old=1 auid=1000 ses=4 res=0
    """

  /// One of each that makes observations: exec, two connects, sudo (2), setuid, module, failed exec, socketcall.
  static let recording = [exec, connect, connectV6, connectLocal, sudo, setuid, module, failedExec, socketCalls]
    .joined(separator: "\n")
  static let recordingCount = 9

  /// A log line as the kernel frames it: type in the head, no type and no newline in the text.
  static func message(_ line: some StringProtocol, type: UInt16) -> [UInt8] {
    let text = line.split(separator: " msg=", maxSplits: 1)[1].utf8
    let length = UInt32(16 + text.count + 1)
    var bytes: [UInt8] = (0..<4).map { UInt8(truncatingIfNeeded: length >> UInt32(8 * $0)) }
    bytes += [UInt8(type & 0xFF), UInt8(type >> 8)] + [UInt8](repeating: 0, count: 10)
    return bytes + Array(text) + [0]
  }
}
