// How a device gateway's own software reports to the Cordon agent: cc gateway.c $(pkg-config --cflags --libs cordon-sensor)
//
// Usage: gateway [SOCKET [TIMES]]. Reports a nurse's log-on at a pump, a message that sets its rate, and the rate, so many
// times, and prints what became of the reports.

#include <cordon_sensor.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  struct cordon_sensor *sensor = cordon_sensor_open(argc > 1 ? argv[1] : NULL);
  if (!sensor) {
    fprintf(stderr, "gateway: no memory, or the socket's path is too long\n");
    return 71;
  }
  long times = argc > 2 ? strtol(argv[2], NULL, 10) : 1;
  for (long time = 0; time < times; time++) {
    struct cordon_sensor_log_on nurse = {
      .account = "nurse1", .service = "pump-console", .origin = "10.20.0.7", .outcome = CORDON_SENSOR_SUCCESS};
    cordon_sensor_report_log_on(sensor, &nurse);
    struct cordon_sensor_message order = {
      .sender = "10.20.0.2", .receiver = "10.20.0.7", .receiver_port = 4000, .type = "RGV", .trigger = "O15",
      .bytes = 812, .is_control = true};
    cordon_sensor_report_message(sensor, &order);
    struct cordon_sensor_counter rate = {.device = "10.20.0.7", .name = "flow ml/h", .value = 12.5};
    cordon_sensor_report_counter(sensor, &rate);
  }
  struct cordon_sensor_counts counts = cordon_sensor_counts(sensor);
  printf("sent %" PRIu64 ", dropped %" PRIu64 ", invalid %" PRIu64 "\n", counts.sent, counts.dropped, counts.invalid);
  cordon_sensor_close(sensor);
  return counts.invalid == 0 ? 0 : 65;
}
