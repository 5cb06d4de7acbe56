/* SPDX-License-Identifier: ISC */
/* settings: every row of the table, and the rules between settings. */
#include "check.h"

#include <inttypes.h>
#include <limits.h>
#include <syslog.h>

#include "common/errbuf.h"
#include "common/units.h"
#include "config/config.h"
#include "config/settings.h"
#include "loader/origin.h"
#include "loader/rules.h"

static struct config config;
static struct origin origins[SETTINGS_MAX];

static const void *
value_of(const struct setting *s)
{
	return (const char *)&config + s->offset;
}

static int64_t
number(const char *path)
{
	int64_t n;

	memcpy(&n, value_of(settings_find(path)), sizeof(n));
	return n;
}

static int
assign(const char *path, const char *text, struct errbuf *err)
{
	return settings_assign(&config, settings_find(path), text, err);
}

static void
table_is_well_formed(void **state)
{
	(void)state;
	assert_true(settings_count > 20 && settings_count <= SETTINGS_MAX);
	for (unsigned i = 0; i < settings_count; i++) {
		const struct setting *s = &settings[i];
		const char *dot = strchr(s->path, '.');

		CHECK(dot == NULL || strchr(dot + 1, '.') == NULL, "%s",
		    s->path);
		CHECK(strspn(s->path, "abcdefghijklmnopqrstuvwxyz_.46") ==
			strlen(s->path),
		    "%s", s->path);
		CHECK(strlen(s->path) < 64, "%s", s->path);
		CHECK(s->help != NULL && s->help[0] != '\0', "%s", s->path);
		CHECK(strpbrk(s->help, "\n\r\t") == NULL, "%s", s->path);
		CHECK(s->value != NULL, "%s", s->path);
		CHECK(s->offset < sizeof(config), "%s", s->path);
		CHECK(s->min <= s->max, "%s", s->path);
		CHECK((s->words != NULL) == (s->type == SETTING_CHOICE), "%s",
		    s->path);
		CHECK(settings_find(s->path) == s, "%s", s->path);
		for (unsigned k = 0; k < i; k++) {
			CHECK(strcmp(settings[k].path, s->path) != 0, "%s",
			    s->path);
			CHECK(settings[k].offset != s->offset ||
				s->type == SETTING_NETWORKS,
			    "%s", s->path);
		}
	}
}

static void
defaults_are_those_of_the_design(void **state)
{
	static const struct {
		const char *path;
		int64_t value;
	} numbers[] = {
		{ "backlog", 4096 },
		{ "buffer_size", 65536 },
		{ "workers.start", 5 },
		{ "workers.min_spare", 5 },
		{ "workers.max_spare", 10 },
		{ "workers.max", 256 },
		{ "workers.max_connections", 0 },
		{ "timeouts.idle", 300000 },
		{ "timeouts.send", 30000 },
		{ "timeouts.lifetime", 0 },
		{ "timeouts.drain", 30000 },
		{ "timeouts.probation", 10000 },
		{ "timeouts.defer_accept", 1000 },
		{ "timeouts.lame_duck", 0 },
		{ "access.max_per_source", 0 },
		{ "access.rate_per_source", 0 },
		{ "access.source_prefix4", 32 },
		{ "access.source_prefix6", 64 },
	};
	struct errbuf err;

	(void)state;
	memset(&config, 0xff, sizeof(config));
	settings_defaults(&config);
	for (size_t i = 0; i < COUNT(numbers); i++)
		CHECK(number(numbers[i].path) == numbers[i].value, "%s",
		    numbers[i].path);
	assert_int_equal(config.listen_count, 1);
	assert_string_equal(config.listen[0].address, "localhost");
	assert_string_equal(config.listen[0].port, "10000");
	assert_int_equal(config.access.count, 0);
	assert_string_equal(config.log.ident, "echod");
	assert_int_equal(config.log.facility, LOG_DAEMON);
	assert_int_equal(config.log.level, LOG_INFO);
	assert_int_equal(config.log.to, LOG_TO_SYSLOG);
	assert_string_equal(config.user, "nobody");
	assert_string_equal(config.group, "");
	assert_string_equal(config.chroot, "");
	assert_string_equal(config.pid_file, ECHOD_PIDFILE);
	memset(origins, 0, sizeof(origins));
	assert_int_equal(rules_check(&config, origins, &err), 0);
}

/* Each default can be written as it stands in the table, but for listen. */
static void
defaults_can_be_assigned(void **state)
{
	struct errbuf err;

	(void)state;
	settings_defaults(&config);
	for (unsigned i = 0; i < settings_count; i++) {
		const struct setting *s = &settings[i];

		if (s->type == SETTING_LISTEN) {
			CHECK(settings_assign(&config, s, s->value, &err) == -1,
			    "%s", s->path);
			continue;
		}
		CHECK(settings_assign(&config, s, s->value, &err) == 0,
		    "%s: %s", s->path, err.text);
	}
}

/* The bounds themselves are taken, the next number is not. */
static void
bounds_of_numbers(void **state)
{
	struct errbuf err;
	char text[64];

	(void)state;
	for (unsigned i = 0; i < settings_count; i++) {
		const struct setting *s = &settings[i];
		bool seconds = s->type == SETTING_SECONDS;

		if (s->type != SETTING_INTEGER && !seconds)
			continue;
		settings_defaults(&config);
		for (int k = 0; k < 4; k++) {
			int64_t n = k < 2 ? s->min - (k == 0) :
					    s->max + (k == 3);
			bool fits = k == 1 || k == 2;
			int64_t before = number(s->path);

			if (seconds && n >= 0)
				units_seconds_text(n, text, sizeof(text));
			else if (seconds)
				strcpy(text, "-0.001");
			else
				snprintf(text, sizeof(text), "%" PRId64, n);
			CHECK((settings_assign(&config, s, text, &err) == 0) ==
				fits,
			    "%s = %s", s->path, text);
			CHECK(number(s->path) == (fits ? n : before), "%s = %s",
			    s->path, text);
			CHECK(fits || strstr(err.text, "out of range") != NULL,
			    "%s = %s: %s", s->path, text, err.text);
		}
		CHECK(settings_assign(&config, s, "", &err) == -1, "%s",
		    s->path);
		CHECK(settings_assign(&config, s, "5x", &err) == -1, "%s",
		    s->path);
		CHECK(settings_assign(&config, s, "99999999999999999999",
			  &err) == -1,
		    "%s", s->path);
		CHECK((settings_assign(&config, s, "1.5", &err) == 0) ==
			seconds,
		    "%s", s->path);
	}
}

static void
strings(void **state)
{
	struct errbuf err;
	char text[2 * CONFIG_PATH];

	(void)state;
	for (unsigned i = 0; i < settings_count; i++) {
		const struct setting *s = &settings[i];

		if (s->type != SETTING_STRING)
			continue;
		settings_defaults(&config);
		memset(text, 'x', sizeof(text));
		text[s->size - 1] = '\0';
		CHECK(settings_assign(&config, s, text, &err) == 0, "%s: %s",
		    s->path, err.text);
		CHECK_TEXT((const char *)value_of(s), text, "%s", s->path);
		text[s->size - 1] = 'x';
		text[s->size] = '\0';
		CHECK(settings_assign(&config, s, text, &err) == -1, "%s",
		    s->path);
		CHECK(strstr(err.text, "longer than") != NULL, "%s: %s",
		    s->path, err.text);
		for (int c = 1; c < 256; c++) {
			bool control = c < 0x20 || c == 0x7f;

			snprintf(text, sizeof(text), "a%cb", c);
			CHECK((settings_assign(&config, s, text, &err) == -1) ==
				control,
			    "%s, byte %d", s->path, c);
		}
		CHECK(settings_assign(&config, s, "", &err) == 0, "%s",
		    s->path);
	}
}

static void
choices(void **state)
{
	struct errbuf err;

	(void)state;
	for (unsigned i = 0; i < settings_count; i++) {
		const struct setting *s = &settings[i];

		if (s->type != SETTING_CHOICE)
			continue;
		settings_defaults(&config);
		for (int k = 0; s->words[k].text != NULL; k++) {
			const char *word = s->words[k].text;
			char wrong[64];

			CHECK(settings_assign(&config, s, word, &err) == 0,
			    "%s = %s: %s", s->path, word, err.text);
			CHECK(*(const int *)value_of(s) == s->words[k].value,
			    "%s = %s", s->path, word);
			snprintf(wrong, sizeof(wrong), "%sx", word);
			CHECK(settings_assign(&config, s, wrong, &err) == -1,
			    "%s = %s", s->path, wrong);
			/* The reason lists what is possible. */
			CHECK(strstr(err.text, word) != NULL, "%s: %s", s->path,
			    err.text);
		}
		CHECK(settings_assign(&config, s, "", &err) == -1, "%s",
		    s->path);
		CHECK(settings_assign(&config, s, "0", &err) == -1, "%s",
		    s->path);
		CHECK(settings_assign(&config, s, "INFO", &err) == -1, "%s",
		    s->path);
	}
}

/* The allow and deny rules of the list, each ending in a blank. */
static const char *
networks(void)
{
	static char buf[1024];
	char text[ACCESS_TEXT];
	size_t n = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < config.access.count; i++) {
		access_rule_text(&config.access.rules[i], text, sizeof(text));
		n += (size_t)snprintf(buf + n, sizeof(buf) - n, "%c%s ",
		    config.access.rules[i].deny ? '-' : '+', text);
	}
	return buf;
}

static void
network_lists(void **state)
{
	struct errbuf err;

	(void)state;
	settings_defaults(&config);
	assert_int_equal(assign("access.allow", "10.0.0.0/8,::1", &err), 0);
	assert_string_equal(networks(), "+10.0.0.0/8 +::1/128 ");
	/* The other list is another list. */
	assert_int_equal(assign("access.deny", " 10.1.0.0/16 ", &err), 0);
	assert_string_equal(networks(), "+10.0.0.0/8 +::1/128 -10.1.0.0/16 ");
	/* Replaced, not extended. */
	assert_int_equal(assign("access.allow", "192.0.2.1 , 192.0.2.2", &err),
	    0);
	assert_string_equal(networks(),
	    "-10.1.0.0/16 +192.0.2.1/32 +192.0.2.2/32 ");
	assert_int_equal(assign("access.deny", "", &err), 0);
	assert_string_equal(networks(), "+192.0.2.1/32 +192.0.2.2/32 ");
	assert_int_equal(assign("access.allow", ", ,", &err), 0);
	assert_string_equal(networks(), "");
	assert_int_equal(assign("access.allow", "10.0.0.0/8,x", &err), -1);
	assert_non_null(strstr(err.text, "\"x\" is not a network"));
	/* Too long to be one, however it begins. */
	assert_int_equal(assign("access.allow",
			     "0.0.0.0/0000000000000000000000000000000000000000"
			     "00000000000000000000000000000032",
			     &err),
	    -1);
	settings_clear_networks(&config, settings_find("access.allow"));
	for (unsigned i = 0; i < ACCESS_RULES; i++)
		assert_int_equal(settings_add_network(&config,
				     settings_find(i % 2 ? "access.allow" :
							   "access.deny"),
				     "192.0.2.1", &err),
		    0);
	assert_int_equal(settings_add_network(&config,
			     settings_find("access.allow"), "192.0.2.1", &err),
	    -1);
	assert_non_null(strstr(err.text, "more than 1024"));
	settings_clear_networks(&config, settings_find("access.deny"));
	assert_int_equal(config.access.count, ACCESS_RULES / 2);
}

static void
paths(void **state)
{
	static const char *const unknown[] = { "", ".", "workers", "workers.",
		".max", "max", "workers.max.x", "Workers.max", "workers.max ",
		" backlog", "backlo", "backlogs" };
	static const char *const groups[] = { "workers", "timeouts", "access",
		"log" };
	static const char *const no_groups[] = { "", "work", "workers.",
		"workers.max", "listen", "backlog", "Log", "logs" };

	(void)state;
	for (size_t i = 0; i < COUNT(unknown); i++)
		CHECK(settings_find(unknown[i]) == NULL, "\"%s\"", unknown[i]);
	for (size_t i = 0; i < COUNT(groups); i++)
		CHECK(settings_is_group(groups[i]), "\"%s\"", groups[i]);
	for (size_t i = 0; i < COUNT(no_groups); i++)
		CHECK(!settings_is_group(no_groups[i]), "\"%s\"", no_groups[i]);
}

static void
typing_mistakes(void **state)
{
	static const struct {
		const char *wrong, *meant; /* NULL: nothing is close */
	} rows[] = {
		{ "backlgo", "backlog" },
		{ "back_log", "backlog" },
		{ "Backlog", "backlog" },
		{ "buffersize", "buffer_size" },
		{ "buffer-size", "buffer_size" },
		{ "listne", "listen" },
		{ "usr", "user" },
		{ "users", "user" },
		{ "pidfile", "pid_file" },
		{ "workers.maximum", NULL },
		{ "workers.mx", "workers.max" },
		{ "worker.max", "workers.max" },
		{ "workers.maxspare", "workers.max_spare" },
		{ "workers.min_spares", "workers.min_spare" },
		{ "max_spare", "workers.max_spare" },
		{ "facility", "log.facility" },
		{ "log.levl", "log.level" },
		{ "logs.level", "log.level" },
		{ "timeout.idle", "timeouts.idle" },
		{ "timeouts.defer", NULL },
		{ "workers.idle", "timeouts.idle" },
		{ "acces.deny", "access.deny" },
		{ "worker", "workers" },
		{ "timeout", "timeouts" },
		{ "acces", "access" },
		{ "logs", "log" },
		{ "something_else", NULL },
		{ "", NULL },
		{ "xy", NULL },
		{ "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
		  "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
		    NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char near[64] = "nothing";

		if (!settings_nearest(rows[i].wrong, near, sizeof(near)))
			strcpy(near, "nothing");
		CHECK_TEXT(near,
		    rows[i].meant != NULL ? rows[i].meant : "nothing", "%s",
		    rows[i].wrong);
	}
	/* One slip in any path finds it again. */
	for (unsigned i = 0; i < settings_count; i++) {
		const char *path = settings[i].path;

		for (size_t k = 0; path[k] != '\0'; k++) {
			char wrong[64], near[64];

			snprintf(wrong, sizeof(wrong), "%s", path);
			wrong[k] = 'Q';
			CHECK(settings_nearest(wrong, near, sizeof(near)), "%s",
			    wrong);
		}
	}
}

/* "start min_spare max_spare max"; '-': not written. */
static void
set_workers(const char *text)
{
	static const char *const all[] = { "workers.start", "workers.min_spare",
		"workers.max_spare", "workers.max" };
	char copy[64], *word, *save;
	struct errbuf err;
	size_t i = 0;

	settings_defaults(&config);
	memset(origins, 0, sizeof(origins));
	snprintf(copy, sizeof(copy), "%s", text);
	for (word = strtok_r(copy, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save), i++) {
		const struct setting *s = settings_find(all[i]);
		struct origin *origin = &origins[s - settings];

		if (word[0] == '-')
			continue;
		assert_int_equal(settings_assign(&config, s, word, &err), 0);
		origin->from = ORIGIN_FILE;
		origin->line = (unsigned)i + 1;
		origin->file = "f";
	}
}

static void
defaults_give_way(void **state)
{
	static const struct {
		const char *written, *result;
	} rows[] = {
		{ "- - - -", "5 5 10 256" },
		{ "7 - - -", "7 5 10 256" },
		{ "- - - 3", "3 3 3 3" },
		{ "- - - 7", "5 5 7 7" },
		{ "- - - 1", "1 1 1 1" },
		{ "- 20 - -", "5 20 20 256" },
		{ "- - 3 -", "5 3 3 256" },
		{ "- 20 - 30", "5 20 20 30" },
		{ "- 20 - 20", "5 20 20 20" },
		{ "- - 3 4", "4 3 3 4" },
		{ "256 256 - -", "256 256 256 256" },
		{ "1 1 1 1", "1 1 1 1" },
		{ "20000 20000 20000 20000", "20000 20000 20000 20000" },
	};
	struct errbuf err;
	char text[64];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		set_workers(rows[i].written);
		CHECK(rules_check(&config, origins, &err) == 0, "%s: %s",
		    rows[i].written, err.text);
		snprintf(text, sizeof(text), "%d %d %d %d",
		    (int)config.workers_start, (int)config.workers_min_spare,
		    (int)config.workers_max_spare, (int)config.workers_max);
		CHECK_TEXT(text, rows[i].result, "%s", rows[i].written);
	}
}

static void
contradictions(void **state)
{
	static const struct {
		const char *written, *reason;
	} rows[] = {
		{ "300 - - -",
		    "f:1: workers.start: 300 is above workers.max = 256, "
		    "the default" },
		{ "- 300 - -", "f:2: workers.min_spare: 300 is above" },
		{ "- - 300 -", "f:3: workers.max_spare: 300 is above" },
		{ "5 - - 4", "f:4: workers.max: 4 is below workers.start = 5" },
		{ "- 5 - 4",
		    "f:4: workers.max: 4 is below workers.min_spare = 5" },
		{ "- - 5 4",
		    "f:4: workers.max: 4 is below workers.max_spare = 5" },
		{ "- 8 4 -",
		    "f:3: workers.max_spare: 4 is below workers.min_spare = "
		    "8" },
	};
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		set_workers(rows[i].written);
		CHECK(rules_check(&config, origins, &err) == -1, "%s",
		    rows[i].written);
		CHECK(strncmp(err.text, rows[i].reason,
			  strlen(rows[i].reason)) == 0,
		    "%s: %s", rows[i].written, err.text);
	}
}

/* A port alone is one of localhost; an empty address is none, as is nothing. */
static void
metrics_need_a_port(void **state)
{
	static const struct {
		const char *address, *port; /* NULL: not written */
		const char *result;	    /* NULL: refused */
	} rows[] = {
		{ NULL, NULL, "" },
		{ NULL, "9464", "localhost" },
		{ NULL, "0", "localhost" },
		{ "", "9464", "" },
		{ "", NULL, "" },
		{ "::1", "0", "::1" },
		{ "::1", NULL, NULL },
	};
	const struct setting *address = settings_find("metrics.address");
	const struct setting *port = settings_find("metrics.port");
	struct errbuf err;
	int result;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		settings_defaults(&config);
		memset(origins, 0, sizeof(origins));
		if (rows[i].address != NULL) {
			settings_assign(&config, address, rows[i].address,
			    &err);
			origins[address - settings].from = ORIGIN_OPTION;
		}
		if (rows[i].port != NULL) {
			settings_assign(&config, port, rows[i].port, &err);
			origins[port - settings].from = ORIGIN_OPTION;
		}
		result = rules_check(&config, origins, &err);
		CHECK((result == 0) == (rows[i].result != NULL), "row %zu", i);
		if (rows[i].result != NULL)
			CHECK_TEXT(config.metrics.address, rows[i].result,
			    "row %zu", i);
		else
			CHECK_TEXT(err.text,
			    "-o metrics.address: metrics.port is missing",
			    "row %zu", i);
	}
}

/* After the check the limits are in order, whatever was written. */
static void
checked_limits_are_in_order(void **state)
{
	static const char *const words[] = { "-", "1", "4", "9", "255", "257" };
	enum { WORDS = sizeof(words) / sizeof(words[0]) };
	struct errbuf err;
	char text[64];

	(void)state;
	for (unsigned i = 0; i < WORDS * WORDS * WORDS * WORDS; i++) {
		snprintf(text, sizeof(text), "%s %s %s %s", words[i % WORDS],
		    words[i / WORDS % WORDS], words[i / WORDS / WORDS % WORDS],
		    words[i / WORDS / WORDS / WORDS]);
		set_workers(text);
		if (rules_check(&config, origins, &err) == -1)
			continue;
		CHECK(config.workers_start <= config.workers_max &&
			config.workers_min_spare <= config.workers_max_spare &&
			config.workers_max_spare <= config.workers_max &&
			config.workers_min_spare > 0,
		    "%s", text);
	}
}

/* What waits for a restart keeps its value, and that is told. */
static void
kept_values(void **state)
{
	static struct config now, next;

	(void)state;
	for (unsigned i = 0; i < settings_count; i++) {
		const struct setting *s = &settings[i];
		char *value = (char *)&next + s->offset;

		if (s->type != SETTING_STRING)
			continue;
		settings_defaults(&now);
		settings_defaults(&next);
		CHECK(!settings_keep(&next, &now, s), "%s", s->path);
		memset(value, 'x', s->size - 1);
		CHECK(settings_keep(&next, &now, s), "%s", s->path);
		assert_memory_equal(&now, &next, sizeof(now));
		/* The other way round, the longest one is kept whole. */
		memset((char *)&now + s->offset, 'x', s->size - 1);
		CHECK(settings_keep(&next, &now, s), "%s", s->path);
		assert_memory_equal(&now, &next, sizeof(now));
	}
}

static void
blame_names_the_place(void **state)
{
	struct origin *origin = &origins[settings_find("user") - settings];
	struct errbuf err;

	(void)state;
	memset(origins, 0, sizeof(origins));
	errbuf_set(&err, "why");
	assert_int_equal(origin_blame(origins, "user", &err), -1);
	assert_string_equal(err.text, "user: why");
	origin->from = ORIGIN_FILE;
	origin->line = 12;
	origin->file = "/etc/x.conf";
	errbuf_set(&err, "why");
	origin_blame(origins, "user", &err);
	assert_string_equal(err.text, "/etc/x.conf:12: user: why");
	origin->from = ORIGIN_OPTION;
	errbuf_set(&err, "why");
	origin_blame(origins, "user", &err);
	assert_string_equal(err.text, "-o user: why");
}

int
main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(table_is_well_formed),
		cmocka_unit_test(defaults_are_those_of_the_design),
		cmocka_unit_test(defaults_can_be_assigned),
		cmocka_unit_test(bounds_of_numbers),
		cmocka_unit_test(strings),
		cmocka_unit_test(choices),
		cmocka_unit_test(network_lists),
		cmocka_unit_test(paths),
		cmocka_unit_test(typing_mistakes),
		cmocka_unit_test(defaults_give_way),
		cmocka_unit_test(contradictions),
		cmocka_unit_test(metrics_need_a_port),
		cmocka_unit_test(checked_limits_are_in_order),
		cmocka_unit_test(kept_values),
		cmocka_unit_test(blame_names_the_place),
	};

	return cmocka_run_group_tests_name("settings", all, NULL, NULL);
}
