#define _GNU_SOURCE
#include "CLinuxPrograms.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

// Before Linux 5.9 descriptors are closed one by one, as many as a keeper may have.
static void close_others(void) {
  if (syscall(SYS_close_range, 3, ~0U, 0) == 0) return;
  for (int descriptor = 3; descriptor < 4096; descriptor++) close(descriptor);
}

// The child of a program with threads: nothing but system calls until it is another program. The C library's own calls
// would tell threads to change their user too, and the child has none.
static void become_program(const char *path, char *const arguments[], int output, int64_t user, int64_t group) {
  char *const environment[] = {"LC_ALL=C", NULL};
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  // What a parent ignores stays ignored: it has to end when nobody reads it any more.
  signal(SIGPIPE, SIG_DFL);
  const int nothing = open("/dev/null", O_RDWR);
  if (nothing < 0 || dup2(output, 1) < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 2) < 0) return;
  close_others();
  if (user >= 0 && group >= 0) {
    if (syscall(SYS_setgroups, 0, NULL) != 0 || syscall(SYS_setresgid, group, group, group) != 0 ||
        syscall(SYS_setresuid, user, user, user) != 0)
      return;
  }
  // After the change of user, which takes it back.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return;
  execve(path, arguments, environment);
}

pid_t cordon_start_reader(const char *path, char *const arguments[], int output, int64_t user, int64_t group) {
  const pid_t child = fork();
  if (child < 0) return -errno;
  if (child == 0) {
    become_program(path, arguments, output, user, group);
    _exit(127);
  }
  return child;
}
