// Preloaded into a program (LD_PRELOAD), puts its wall clock off by as many seconds as the file named by
// CORDON_FALSE_CLOCK says at that moment. Its other clocks stay right, as when somebody sets a machine's clock.
//
// Not libfaketime: that moves the environment before the program begins, from where Swift finds the arguments.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

// Seconds; 0 where no file says so.
static long offset(void) {
  const int error = errno;
  const char *path = getenv("CORDON_FALSE_CLOCK");
  const int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  long seconds = 0;
  if (file >= 0) {
    char text[32] = {0};
    if (read(file, text, sizeof text - 1) > 0) seconds = strtol(text, NULL, 10);
    close(file);
  }
  errno = error;
  return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  const int result = (int)syscall(SYS_clock_gettime, clock, now);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += offset();
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec exact;
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *now) {
  struct timespec exact;
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return (time_t)-1;
  if (now) *now = exact.tv_sec;
  return exact.tv_sec;
}
