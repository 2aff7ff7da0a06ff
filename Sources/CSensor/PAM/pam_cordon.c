// A PAM module that reports who is let in, and who is not, to the Cordon agent of the machine.
//
// It asks nothing, decides nothing and delays nothing: every function answers PAM_IGNORE, whatever happens. Lines for a
// service's file in /etc/pam.d (Debian's pam-auth-update writes them from /usr/share/pam-configs/cordon):
//
//   auth     optional  pam_cordon.so failed    behind the modules that let somebody in, where only failures come by
//   session  optional  pam_cordon.so           a session is the success
//
// Arguments: `failed`, without which the auth line reports nothing, because it cannot know; `socket=PATH`.
//
// The name of an account that does not exist is not reported: people type passwords into the wrong field.

#define PAM_SM_AUTH
#define PAM_SM_SESSION

#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>

#include "cordon_sensor.h"

#undef PAM_EXTERN
#define PAM_EXTERN __attribute__((visibility("default")))

// Bytes for an entry of the accounts' database.
#define ENTRY_LIMIT 16384

static const char *argument(int argc, const char **argv, const char *name) {
  size_t length = strlen(name);
  for (int index = 0; index < argc; index++)
    if (strncmp(argv[index], name, length) == 0) return argv[index] + length;
  return NULL;
}

static const char *item(pam_handle_t *handle, int type) {
  const void *value = NULL;
  return pam_get_item(handle, type, &value) == PAM_SUCCESS ? value : NULL;
}

static bool exists(const char *account) {
  struct passwd entry, *found = NULL;
  char *buffer = malloc(ENTRY_LIMIT);
  bool is_there = buffer && account && getpwnam_r(account, &entry, buffer, ENTRY_LIMIT, &found) == 0 && found;
  free(buffer);
  return is_there;
}

static int report(
  pam_handle_t *handle, int argc, const char **argv, enum cordon_sensor_outcome outcome, bool is_end
) {
  struct cordon_sensor *sensor = cordon_sensor_open(argument(argc, argv, "socket="));
  if (!sensor) return PAM_IGNORE;
  const char *account = item(handle, PAM_USER), *service = item(handle, PAM_SERVICE);
  struct cordon_sensor_log_on event = {
    .account = exists(account) ? account : NULL,
    .service = service && *service ? service : "pam",
    .origin = item(handle, PAM_RHOST),
    .outcome = outcome,
    .is_end = is_end,
  };
  // What a stranger claims to be called is not worth losing the report for.
  if (cordon_sensor_report_log_on(sensor, &event) == CORDON_SENSOR_INVALID) {
    event.origin = NULL;
    (void)cordon_sensor_report_log_on(sensor, &event);
  }
  cordon_sensor_close(sensor);
  return PAM_IGNORE;
}

PAM_EXTERN int pam_sm_authenticate(pam_handle_t *handle, int flags, int argc, const char **argv) {
  (void)flags;
  if (!argument(argc, argv, "failed")) return PAM_IGNORE;
  return report(handle, argc, argv, CORDON_SENSOR_FAILURE, false);
}

PAM_EXTERN int pam_sm_setcred(pam_handle_t *handle, int flags, int argc, const char **argv) {
  (void)handle, (void)flags, (void)argc, (void)argv;
  return PAM_IGNORE;
}

PAM_EXTERN int pam_sm_open_session(pam_handle_t *handle, int flags, int argc, const char **argv) {
  (void)flags;
  return report(handle, argc, argv, CORDON_SENSOR_SUCCESS, false);
}

PAM_EXTERN int pam_sm_close_session(pam_handle_t *handle, int flags, int argc, const char **argv) {
  (void)flags;
  return report(handle, argc, argv, CORDON_SENSOR_SUCCESS, true);
}
