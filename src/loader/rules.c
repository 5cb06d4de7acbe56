/* SPDX-License-Identifier: ISC */
#include "loader/rules.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/errbuf.h"
#include "config/config.h"
#include "config/settings.h"
#include "loader/origin.h"

/* The value of an integer setting, by its path. */
static int64_t *
number(struct config *config, const char *path)
{
	return (int64_t *)((char *)config + settings_find(path)->offset);
}

/*
 * Check that `low` is not above `high`; if one of them is a default, adjust it.
 */
static int
check_order(struct config *config, const struct origin *origins,
    const char *low, const char *high, struct errbuf *err)
{
	const struct origin *lo = &origins[settings_find(low) - settings];
	const struct origin *hi = &origins[settings_find(high) - settings];
	int64_t *a = number(config, low), *b = number(config, high);
	bool later;

	if (*a <= *b)
		return 0;
	if (lo->from == ORIGIN_DEFAULT) {
		*a = *b;
		return 0;
	}
	if (hi->from == ORIGIN_DEFAULT && strcmp(high, "workers.max") != 0) {
		*b = *a;
		return 0;
	}
	/* Both were written: blame the later one. */
	later = hi->from > lo->from ||
	    (hi->from == lo->from && hi->line > lo->line);
	if (later)
		errbuf_set(err, "%" PRId64 " is below %s = %" PRId64, *b, low,
		    *a);
	else
		errbuf_set(err, "%" PRId64 " is above %s = %" PRId64 "%s", *a,
		    high, *b,
		    hi->from == ORIGIN_DEFAULT ? ", the default" : "");
	return origin_blame(origins, later ? high : low, err);
}

/* A daemon leaves the directory that a relative path would start from. */
static int
check_path(const struct origin *origins, const char *path, const char *value,
    struct errbuf *err)
{
	if (value[0] == '\0' || value[0] == '/')
		return 0;
	errbuf_set(err, "\"%.80s\" is not an absolute path", value);
	return origin_blame(origins, path, err);
}

/* Check a text that is written into each line of the log unescaped. */
static int
check_printable(const struct origin *origins, const char *path,
    const char *value, struct errbuf *err)
{
	for (const char *c = value; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e) {
			errbuf_set(err, "not all of it is printable ASCII");
			return origin_blame(origins, path, err);
		}
	return 0;
}

/* Check the length of the path: the kernel has little room for it (unix(7)). */
static int
check_control(const struct config *config, const struct origin *origins,
    struct errbuf *err)
{
	const char *path = config->control.path;

	if (strcmp(path, CONFIG_CONTROL_AUTO) == 0)
		return 0;
	if (strlen(path) < CONFIG_CONTROL)
		return check_path(origins, "control.path", path, err);
	errbuf_set(err, "longer than %d bytes", CONFIG_CONTROL - 1);
	return origin_blame(origins, "control.path", err);
}

static bool
is_default(const struct origin *origins, const char *path)
{
	return origins[settings_find(path) - settings].from == ORIGIN_DEFAULT;
}

/* A port without an address is one of localhost; an address needs a port. */
static int
check_metrics(struct config *config, const struct origin *origins,
    struct errbuf *err)
{
	struct config_metrics *metrics = &config->metrics;

	if (is_default(origins, "metrics.address") &&
	    !is_default(origins, "metrics.port"))
		snprintf(metrics->address, sizeof(metrics->address),
		    "localhost");
	if (metrics->address[0] == '\0' || !is_default(origins, "metrics.port"))
		return 0;
	errbuf_set(err, "metrics.port is missing");
	return origin_blame(origins, "metrics.address", err);
}

int
rules_check(struct config *config, const struct origin *origins,
    struct errbuf *err)
{
	static const char *const orders[][2] = {
		{ "workers.start", "workers.max" },
		{ "workers.min_spare", "workers.max" },
		{ "workers.min_spare", "workers.max_spare" },
		{ "workers.max_spare", "workers.max" },
	};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (check_order(config, origins, orders[i][0], orders[i][1],
			err) == -1)
			return -1;
	if (check_printable(origins, "log.ident", config->log.ident, err) ==
		-1 ||
	    check_path(origins, "chroot", config->chroot, err) == -1 ||
	    check_metrics(config, origins, err) == -1)
		return -1;
	if (check_control(config, origins, err) == -1)
		return -1;
	return check_path(origins, "pid_file", config->pid_file, err);
}
