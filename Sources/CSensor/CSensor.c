#define _GNU_SOURCE

#include "cordon_sensor.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "Generated/sensor.pb-c.h"

// Bytes of one report; what the texts' limit allows stays below.
#define REPORT_LIMIT 4096
// Between two attempts to reach an agent that does not listen.
#define RETRY_NANOSECONDS 1000000000LL

struct cordon_sensor {
  pthread_mutex_t lock;
  struct sockaddr_un address;
  // -1 while not connected.
  int descriptor;
  // Of CLOCK_MONOTONIC, before which no attempt to connect is made.
  int64_t retry_at;
  // Dropped since the last report that was sent, which the next one tells.
  uint64_t untold;
  struct cordon_sensor_counts counts;
};

struct cordon_sensor *cordon_sensor_open(const char *path) {
  if (!path) path = CORDON_SENSOR_SOCKET;
  struct cordon_sensor *sensor = calloc(1, sizeof *sensor);
  if (!sensor) return NULL;
  if (strlen(path) >= sizeof sensor->address.sun_path || pthread_mutex_init(&sensor->lock, NULL) != 0) {
    free(sensor);
    return NULL;
  }
  sensor->address.sun_family = AF_UNIX;
  memcpy(sensor->address.sun_path, path, strlen(path) + 1);
  sensor->descriptor = -1;
  return sensor;
}

void cordon_sensor_close(struct cordon_sensor *sensor) {
  if (!sensor) return;
  if (sensor->descriptor >= 0) close(sensor->descriptor);
  pthread_mutex_destroy(&sensor->lock);
  free(sensor);
}

struct cordon_sensor_counts cordon_sensor_counts(struct cordon_sensor *sensor) {
  pthread_mutex_lock(&sensor->lock);
  struct cordon_sensor_counts counts = sensor->counts;
  pthread_mutex_unlock(&sensor->lock);
  return counts;
}

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void disconnect(struct cordon_sensor *sensor) {
  if (sensor->descriptor >= 0) close(sensor->descriptor);
  sensor->descriptor = -1;
  sensor->retry_at = nanoseconds() + RETRY_NANOSECONDS;
}

// Never waits: a listener whose backlog is full refuses a socket that does not block.
static bool connect_now(struct cordon_sensor *sensor) {
  if (sensor->descriptor >= 0) return true;
  if (nanoseconds() < sensor->retry_at) return false;
  sensor->descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (sensor->descriptor >= 0
      && connect(sensor->descriptor, (const struct sockaddr *)&sensor->address, sizeof sensor->address) == 0)
    return true;
  disconnect(sensor);
  return false;
}

// Whether packed bytes went out; a second attempt follows where the agent was restarted.
static bool send_now(struct cordon_sensor *sensor, const uint8_t *bytes, size_t length) {
  for (int attempt = 0; attempt < 2; attempt++) {
    if (!connect_now(sensor)) return false;
    ssize_t sent;
    do {
      sent = send(sensor->descriptor, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent == (ssize_t)length) return true;
    // The agent reads more slowly than this program reports.
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)) return false;
    disconnect(sensor);
    sensor->retry_at = 0;
  }
  disconnect(sensor);
  return false;
}

static int report(struct cordon_sensor *sensor, Cordon__V1__SensorReport *message, int64_t time_ms) {
  uint8_t bytes[REPORT_LIMIT];
  int result = CORDON_SENSOR_DROPPED;
  int before = errno;
  pthread_mutex_lock(&sensor->lock);
  message->time_ms = time_ms;
  message->dropped = sensor->untold;
  if (cordon__v1__sensor_report__get_packed_size(message) > sizeof bytes) {
    result = CORDON_SENSOR_INVALID;
    sensor->counts.invalid++;
  } else if (send_now(sensor, bytes, cordon__v1__sensor_report__pack(message, bytes))) {
    result = CORDON_SENSOR_SENT;
    sensor->untold = 0;
    sensor->counts.sent++;
  } else {
    sensor->untold++;
    sensor->counts.dropped++;
  }
  pthread_mutex_unlock(&sensor->lock);
  errno = before;
  return result;
}

static int invalid(struct cordon_sensor *sensor) {
  pthread_mutex_lock(&sensor->lock);
  sensor->counts.invalid++;
  pthread_mutex_unlock(&sensor->lock);
  return CORDON_SENSOR_INVALID;
}

// Length of the UTF-8 character at a position, 0 for what is none (Unicode 15, table 3-7).
static size_t character(const unsigned char *text) {
  if (text[0] < 0x80) return 1;
  size_t length = text[0] >= 0xF0 ? 4 : text[0] >= 0xE0 ? 3 : 2;
  if (text[0] < 0xC2 || text[0] > 0xF4) return 0;
  for (size_t index = 1; index < length; index++)
    if ((text[index] & 0xC0) != 0x80) return 0;
  // Overlong forms, halves of surrogates, and what is past the last character.
  if ((text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xED && text[1] > 0x9F)) return 0;
  if ((text[0] == 0xF0 && text[1] < 0x90) || (text[0] == 0xF4 && text[1] > 0x8F)) return 0;
  return length;
}

// Takes a text into a field of a message; false where it cannot be sent, or is needed and empty.
static bool take(char **field, const char *text, bool is_needed) {
  if (!text || !*text) return !is_needed;
  const unsigned char *position = (const unsigned char *)text;
  while (*position) {
    size_t length = character(position);
    if (length == 0 || position + length - (const unsigned char *)text > CORDON_SENSOR_TEXT_LIMIT) return false;
    position += length;
  }
  // The generated message wants it so; packing does not write to it.
  *field = (char *)(uintptr_t)text;
  return true;
}

int cordon_sensor_report_log_on(struct cordon_sensor *sensor, const struct cordon_sensor_log_on *event) {
  Cordon__V1__LogOnReport body = CORDON__V1__LOG_ON_REPORT__INIT;
  if (!take(&body.account, event->account, false) || !take(&body.service, event->service, true)
      || !take(&body.origin, event->origin, false))
    return invalid(sensor);
  body.outcome = (Cordon__V1__ReportOutcome)event->outcome;
  body.is_end = event->is_end;
  Cordon__V1__SensorReport message = CORDON__V1__SENSOR_REPORT__INIT;
  message.event_case = CORDON__V1__SENSOR_REPORT__EVENT_LOG_ON;
  message.log_on = &body;
  return report(sensor, &message, event->time_ms);
}

int cordon_sensor_report_access(struct cordon_sensor *sensor, const struct cordon_sensor_access *event) {
  Cordon__V1__AccessReport body = CORDON__V1__ACCESS_REPORT__INIT;
  if (!take(&body.account, event->account, true) || !take(&body.patient, event->patient, false)
      || !take(&body.authority, event->authority, false) || !take(&body.origin, event->origin, false))
    return invalid(sensor);
  body.act = (Cordon__V1__AccessAct)event->act;
  body.break_glass = event->break_glass;
  body.outcome = (Cordon__V1__ReportOutcome)event->outcome;
  Cordon__V1__SensorReport message = CORDON__V1__SENSOR_REPORT__INIT;
  message.event_case = CORDON__V1__SENSOR_REPORT__EVENT_ACCESS;
  message.access = &body;
  return report(sensor, &message, event->time_ms);
}

int cordon_sensor_report_message(struct cordon_sensor *sensor, const struct cordon_sensor_message *event) {
  Cordon__V1__MessageReport body = CORDON__V1__MESSAGE_REPORT__INIT;
  if (!take(&body.sender, event->sender, true) || !take(&body.receiver, event->receiver, true)
      || !take(&body.type, event->type, true) || !take(&body.trigger, event->trigger, false))
    return invalid(sensor);
  body.receiver_port = event->receiver_port;
  body.bytes = event->bytes;
  body.is_control = event->is_control;
  Cordon__V1__SensorReport message = CORDON__V1__SENSOR_REPORT__INIT;
  message.event_case = CORDON__V1__SENSOR_REPORT__EVENT_MESSAGE;
  message.message = &body;
  return report(sensor, &message, event->time_ms);
}

int cordon_sensor_report_counter(struct cordon_sensor *sensor, const struct cordon_sensor_counter *event) {
  Cordon__V1__CounterReport body = CORDON__V1__COUNTER_REPORT__INIT;
  if (!take(&body.device, event->device, true) || !take(&body.name, event->name, true) || !isfinite(event->value))
    return invalid(sensor);
  body.value = event->value;
  Cordon__V1__SensorReport message = CORDON__V1__SENSOR_REPORT__INIT;
  message.event_case = CORDON__V1__SENSOR_REPORT__EVENT_COUNTER;
  message.counter = &body;
  return report(sensor, &message, event->time_ms);
}
