/* SPDX-License-Identifier: ISC */
/* exposition: metrics in the text format 0.0.4 of Prometheus. */
#include "check.h"

#include "snapshot/exposition.h"
#include "snapshot/metrics.h"
#include "snapshot/snapshot.h"

static char text[EXPOSITION_TEXT];
static struct snapshot s;

static void
listener(const char *address, const char *name)
{
	struct snapshot_listener *l = &s.listener[s.listener_count++];

	snprintf(l->address, sizeof(l->address), "%s", address);
	snprintf(l->name, sizeof(l->name), "%s", name);
}

static void
has(const char *line)
{
	size_t n = strlen(line);

	for (const char *at = text; (at = strstr(at, line)) != NULL; at++)
		if ((at == text || at[-1] == '\n') && at[n] == '\n')
			return;
	CHECK(false, "%s", line);
}

static void
values(void **state)
{
	size_t n;

	(void)state;
	memset(&s, 0, sizeof(s));
	snprintf(s.version, sizeof(s.version), "1.2");
	s.service.state = SNAPSHOT_LAME_DUCK;
	s.service.started_at = UINT64_C(1790000000250);
	s.workers.idle = 7;
	s.workers.frozen = 2;
	s.pool.exited[SNAPSHOT_NOT_READY] = 3;
	s.connections.closed[SNAPSHOT_SEND_TIMEOUT] = UINT64_MAX;
	s.reload.failed = 4;
	s.probe.enabled = 1;
	s.probe.last_us = 250;
	listener("127.0.0.1:7", "");
	listener("[::1]:7", "echo");
	s.listener[1].bytes_in = 11;
	s.listener[1].origin = SNAPSHOT_INHERITED;
	n = exposition_write(&s, text, sizeof(text));
	assert_int_equal(n, strlen(text));
	has("echod_build_info{version=\"1.2\"} 1");
	has("echod_service_state{state=\"serving\"} 0");
	has("echod_service_state{state=\"lame_duck\"} 1");
	has("echod_process_start_time_seconds 1790000000.250");
	has("echod_workers{state=\"idle\"} 7");
	has("echod_workers{state=\"frozen\"} 2");
	has("echod_workers_exited_total{cause=\"not_ready\"} 3");
	has("echod_connections_closed_total{reason=\"send-timeout\"} "
	    "18446744073709551615");
	has("echod_reloads_total{result=\"done\"} 0");
	has("echod_reloads_total{result=\"failed\"} 4");
	has("echod_last_probe_duration_seconds 0.000250");
	has("echod_received_bytes_total{listener=\"127.0.0.1:7\"} 0");
	has("echod_received_bytes_total{listener=\"[::1]:7\"} 11");
	has("echod_listener_info{listener=\"[::1]:7\",name=\"echo\","
	    "origin=\"inherited\"} 1");
}

static void
unknown_is_left_out(void **state)
{
	(void)state;
	memset(&s, 0, sizeof(s));
	assert_true(exposition_write(&s, text, sizeof(text)) > 0);
	assert_null(strstr(text, "echod_open_fds"));
	assert_null(strstr(text, "echod_last_probe_"));
	has("echod_oldest_connection_age_seconds 0.000");
	s.process.fds = 40;
	assert_true(exposition_write(&s, text, sizeof(text)) > 0);
	has("echod_open_fds 40");
}

static void
histogram_adds_up(void **state)
{
	(void)state;
	memset(&s, 0, sizeof(s));
	s.connections.duration[0] = 1;
	s.connections.duration[4] = 10;
	s.connections.duration[SNAPSHOT_BUCKETS - 1] = 100;
	s.connections.duration_ms = 3600123;
	assert_true(exposition_write(&s, text, sizeof(text)) > 0);
	has("# TYPE echod_connection_duration_seconds histogram");
	has("echod_connection_duration_seconds_bucket{le=\"0.001\"} 1");
	has("echod_connection_duration_seconds_bucket{le=\"0.06\"} 1");
	has("echod_connection_duration_seconds_bucket{le=\"0.25\"} 11");
	has("echod_connection_duration_seconds_bucket{le=\"1\"} 11");
	has("echod_connection_duration_seconds_bucket{le=\"3600\"} 11");
	has("echod_connection_duration_seconds_bucket{le=\"+Inf\"} 111");
	has("echod_connection_duration_seconds_sum 3600.123");
	has("echod_connection_duration_seconds_count 111");
}

/* HELP and TYPE once, then all samples, and nothing in between. */
static void
families_stand_together(void **state)
{
	char family[128] = "", want[140];
	size_t families = 0;

	(void)state;
	memset(&s, 0, sizeof(s));
	s.process.fds = s.process.rss_bytes = s.probe.enabled = 1;
	listener("127.0.0.1:7", "");
	listener("[::1]:7", "");
	assert_true(exposition_write(&s, text, sizeof(text)) > 0);
	for (char *line = strtok(text, "\n"); line != NULL;
	     line = strtok(NULL, "\n")) {
		if (strncmp(line, "# HELP ", 7) == 0) {
			assert_int_equal(sscanf(line, "# HELP %127s", family),
			    1);
			snprintf(want, sizeof(want), "# TYPE %s ", family);
			line = strtok(NULL, "\n");
			CHECK(strncmp(line, want, strlen(want)) == 0, "%s",
			    line);
			families++;
		} else {
			CHECK(strncmp(line, family, strlen(family)) == 0, "%s",
			    line);
		}
	}
	assert_int_equal(families, metrics_count);
}

static void
labels_are_escaped(void **state)
{
	(void)state;
	memset(&s, 0, sizeof(s));
	listener("a\\b\"c\nd", "");
	assert_true(exposition_write(&s, text, sizeof(text)) > 0);
	has("echod_connections_active{listener=\"a\\\\b\\\"c\\nd\"} 0");
}

static void
the_longest_has_room(void **state)
{
	(void)state;
	memset(&s, 0xff, sizeof(s));
	s.listener_count = SNAPSHOT_LISTENERS;
	memset(s.version, '\n', sizeof(s.version) - 1);
	s.version[sizeof(s.version) - 1] = '\0';
	for (unsigned i = 0; i < SNAPSHOT_LISTENERS; i++) {
		struct snapshot_listener *l = &s.listener[i];

		memset(l->address, '\n', sizeof(l->address) - 1);
		memset(l->name, '"', sizeof(l->name) - 1);
		l->address[sizeof(l->address) - 1] = '\0';
		l->name[sizeof(l->name) - 1] = '\0';
	}
	assert_true(exposition_write(&s, text, sizeof(text)) > 0);
	/* Half of it would be wrong: all or nothing. */
	assert_int_equal(exposition_write(&s, text, 5000), 0);
	assert_int_equal(text[0], '\0');
	assert_int_equal(exposition_write(&s, text, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(unknown_is_left_out),
		cmocka_unit_test(histogram_adds_up),
		cmocka_unit_test(families_stand_together),
		cmocka_unit_test(labels_are_escaped),
		cmocka_unit_test(the_longest_has_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
