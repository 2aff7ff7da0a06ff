#define _GNU_SOURCE
#include "CLinuxContainment.h"

#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int cordon_become(uid_t user, gid_t group) {
  if (setgroups(0, NULL) < 0) return -errno;
  if (setresgid(group, group, group) < 0) return -errno;
  if (setresuid(user, user, user) < 0) return -errno;
  return 0;
}

int cordon_drop_capabilities(void) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) return -errno;
  // EINVAL ends the list; EPERM means that the set cannot be made smaller, which the empty sets below make harmless.
  for (int capability = 0; capability <= 63; capability++) {
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 && errno != EPERM) break;
  }
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL) return -errno;
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  memset(data, 0, sizeof data);
  return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

int cordon_die_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) < 0 ? -errno : 0; }

#if defined(__x86_64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the system call filter knows x86-64 and AArch64"
#endif

// What a process that parses hostile bytes never needs: other processes, programs, namespaces, modules, clocks, keys.
static const int refused_calls[] = {
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_execve, SYS_execveat, SYS_mount, SYS_umount2,
    SYS_pivot_root, SYS_chroot, SYS_setns, SYS_unshare, SYS_init_module, SYS_finit_module, SYS_delete_module,
    SYS_kexec_load, SYS_bpf, SYS_perf_event_open, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_reboot, SYS_swapon,
    SYS_swapoff, SYS_acct, SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex, SYS_userfaultfd,
    SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_quotactl, SYS_sethostname, SYS_setdomainname, SYS_syslog,
    SYS_personality, SYS_kcmp, SYS_fanotify_init, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
    SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_pidfd_getfd,
    SYS_pidfd_send_signal, SYS_kexec_file_load,
#if defined(__x86_64__)
    SYS_fork, SYS_vfork, SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_uselib, SYS_ustat, SYS_sysfs, SYS_mknod,
#endif
    SYS_mknodat,
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define UNLESS_EQUAL_SKIP(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (count))
#define REFUSE ANSWER(SECCOMP_RET_ERRNO | EPERM)

int cordon_filter_system_calls(void) {
  struct sock_filter filter[32 + 2 * COUNT(refused_calls)];
  size_t length = 0;
#define ADD(...) filter[length++] = (struct sock_filter)__VA_ARGS__
  ADD(LOAD(offsetof(struct seccomp_data, arch)));
  ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCHITECTURE, 1, 0));
  ADD(ANSWER(SECCOMP_RET_KILL_PROCESS));
  ADD(LOAD(offsetof(struct seccomp_data, nr)));
#if defined(__x86_64__)
  // The x32 calls are the same ones under other numbers.
  ADD(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1));
  ADD(REFUSE);
#endif
  for (size_t index = 0; index < COUNT(refused_calls); index++) {
    ADD(UNLESS_EQUAL_SKIP((unsigned)refused_calls[index], 1));
    ADD(REFUSE);
  }
  // clone3's flags lie behind a pointer, out of a filter's sight: without it the C library falls back to clone.
  ADD(UNLESS_EQUAL_SKIP(SYS_clone3, 1));
  ADD(ANSWER(SECCOMP_RET_ERRNO | ENOSYS));
  // Threads yes, processes no.
  ADD(UNLESS_EQUAL_SKIP(SYS_clone, 3));
  ADD(LOAD(offsetof(struct seccomp_data, args[0])));
  ADD(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0));
  ADD(REFUSE);
  // Sockets: neither packets nor the kernel's own families.
  ADD(LOAD(offsetof(struct seccomp_data, nr)));
  ADD(UNLESS_EQUAL_SKIP(SYS_socket, 4));
  ADD(LOAD(offsetof(struct seccomp_data, args[0])));
  ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 17 /* AF_PACKET */, 1, 0));
  ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 38 /* AF_ALG */, 0, 1));
  ADD(REFUSE);
  ADD(ANSWER(SECCOMP_RET_ALLOW));
#undef ADD
  const struct sock_fprog program = {.len = (unsigned short)length, .filter = filter};
  long answer = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  if (answer > 0) return -ESRCH;
  return answer < 0 ? -errno : 0;
}
