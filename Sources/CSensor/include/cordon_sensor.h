// Reports what a program sees to the Cordon agent of its machine.
//
// The library never makes its host wait: a report goes to the agent's socket at once or is dropped and counted, and where
// no agent listens, the next attempt is made a second later at the earliest. It starts no thread, installs no handler,
// writes nothing, and keeps no copy of what it was given. A handle may be used from several threads; after a fork the
// child opens its own.
//
// Every function that reports returns CORDON_SENSOR_SENT, CORDON_SENSOR_DROPPED, or CORDON_SENSOR_INVALID where the report
// itself cannot be sent: a text over CORDON_SENSOR_TEXT_LIMIT bytes or not UTF-8, or a field that is needed and missing.
// Texts may be null for empty. Times are milliseconds since 1970; 0 means now.

#ifndef CORDON_SENSOR_H
#define CORDON_SENSOR_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CORDON_SENSOR_SOCKET "/run/cordon-agent/sensor.sock"
#define CORDON_SENSOR_TEXT_LIMIT 255

#pragma GCC visibility push(default)

struct cordon_sensor;

enum cordon_sensor_result {
  CORDON_SENSOR_SENT = 0,
  CORDON_SENSOR_DROPPED = -1,
  CORDON_SENSOR_INVALID = -2,
};

enum cordon_sensor_outcome {
  CORDON_SENSOR_UNKNOWN = 0,
  CORDON_SENSOR_SUCCESS = 1,
  CORDON_SENSOR_FAILURE = 2,
};

enum cordon_sensor_act {
  CORDON_SENSOR_OPEN = 0,
  CORDON_SENSOR_CHANGE = 1,
  CORDON_SENSOR_SEARCH = 2,
  CORDON_SENSOR_EXPORT = 3,
};

// Somebody was let in, or was not, or left.
struct cordon_sensor_log_on {
  int64_t time_ms;
  // Null where the account does not exist: then its name may be anything, a password too, and is not reported.
  const char *account;
  // What asked for it, such as "sshd"; needed.
  const char *service;
  // An address or a host's name; null: at the machine itself.
  const char *origin;
  enum cordon_sensor_outcome outcome;
  // The end of what a log-on began.
  bool is_end;
};

// Somebody opened a patient's record.
struct cordon_sensor_access {
  int64_t time_ms;
  // Needed.
  const char *account;
  enum cordon_sensor_act act;
  // Number and who gave it out; null where no one patient is meant.
  const char *patient;
  const char *authority;
  bool break_glass;
  // The workstation: an address or a name.
  const char *origin;
  enum cordon_sensor_outcome outcome;
};

// Two machines exchanged a message.
struct cordon_sensor_message {
  int64_t time_ms;
  // Addresses, as text; needed.
  const char *sender;
  const char *receiver;
  uint16_t receiver_port;
  // Such as "ORU" and "R01"; the type is needed.
  const char *type;
  const char *trigger;
  uint64_t bytes;
  // Orders a device to do something.
  bool is_control;
};

// A number that a device measured or counted.
struct cordon_sensor_counter {
  int64_t time_ms;
  // The device's address, as text; needed.
  const char *device;
  // What was measured, in which unit; the same name each time; needed.
  const char *name;
  // Finite.
  double value;
};

// What became of the reports of a handle.
struct cordon_sensor_counts {
  uint64_t sent;
  uint64_t dropped;
  uint64_t invalid;
};

// A handle for a socket, null for CORDON_SENSOR_SOCKET. Null only without memory or where the path is too long: no agent
// need be there yet.
struct cordon_sensor *cordon_sensor_open(const char *path);

// Closes a handle; null does nothing.
void cordon_sensor_close(struct cordon_sensor *sensor);

int cordon_sensor_report_log_on(struct cordon_sensor *sensor, const struct cordon_sensor_log_on *event);
int cordon_sensor_report_access(struct cordon_sensor *sensor, const struct cordon_sensor_access *event);
int cordon_sensor_report_message(struct cordon_sensor *sensor, const struct cordon_sensor_message *event);
int cordon_sensor_report_counter(struct cordon_sensor *sensor, const struct cordon_sensor_counter *event);

struct cordon_sensor_counts cordon_sensor_counts(struct cordon_sensor *sensor);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
