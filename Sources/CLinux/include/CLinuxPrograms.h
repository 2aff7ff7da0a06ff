#ifndef CORDON_CLINUX_PROGRAMS_H
#define CORDON_CLINUX_PROGRAMS_H

// Starting another program with less than the starter has, which posix_spawn cannot do.

#include <stdint.h>
#include <sys/types.h>

// Starts a program whose output goes to a descriptor, and whose input and complaints go nowhere: no other descriptor, no
// environment but LC_ALL=C, no new privileges; it ends with the thread that started it. With a user and a group, both not
// negative, it runs as these and in no other group. Returns its process id, or -errno.
pid_t cordon_start_reader(const char *path, char *const arguments[], int output, int64_t user, int64_t group);

#endif
