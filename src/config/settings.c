/* SPDX-License-Identifier: ISC */
#include "config/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "common/errbuf.h"
#include "common/spell.h"
#include "common/units.h"
#include "config/config.h"

static const struct setting_word levels[] = { { "err", LOG_ERR },
	{ "warning", LOG_WARNING }, { "notice", LOG_NOTICE },
	{ "info", LOG_INFO }, { "debug", LOG_DEBUG }, { NULL, 0 } };
static const struct setting_word facilities[] = { { "daemon", LOG_DAEMON },
	{ "user", LOG_USER }, { "auth", LOG_AUTH },
	{ "authpriv", LOG_AUTHPRIV }, { "local0", LOG_LOCAL0 },
	{ "local1", LOG_LOCAL1 }, { "local2", LOG_LOCAL2 },
	{ "local3", LOG_LOCAL3 }, { "local4", LOG_LOCAL4 },
	{ "local5", LOG_LOCAL5 }, { "local6", LOG_LOCAL6 },
	{ "local7", LOG_LOCAL7 }, { NULL, 0 } };
static const struct setting_word targets[] = { { "syslog", LOG_TO_SYSLOG },
	{ "stderr", LOG_TO_STDERR }, { NULL, 0 } };

static const struct setting_word sandboxes[] = { { "required",
						     SANDBOX_REQUIRED },
	{ "best-effort", SANDBOX_BEST_EFFORT }, { "off", SANDBOX_OFF },
	{ NULL, 0 } };

static const struct setting_word watchdogs[] = { { "probe", WATCHDOG_PROBE },
	{ "plain", WATCHDOG_PLAIN }, { "strict", WATCHDOG_STRICT },
	{ NULL, 0 } };

/*
 * Sanitizers and coverage make system calls of their own, which a filter
 * forbids.
 */
#if defined(HAVE_SECCOMP) && !defined(SANITIZERS) && !defined(COVERAGE)
#define SANDBOX_DEFAULT "required"
#else
#define SANDBOX_DEFAULT "off"
#endif

/* clang-format off */
#define SETTING(p, t, f, v, h) \
	.path = p, .type = t, .offset = offsetof(struct config, f), \
	.value = v, .help = h
#define INTEGER(p, f, v, low, high, h) \
	{ SETTING(p, SETTING_INTEGER, f, v, h), .min = low, .max = high }
#define SECONDS(p, f, v, high, h) \
	{ SETTING(p, SETTING_SECONDS, f, v, h), .max = (high) * 1000LL }
#define STRING(p, f, v, a, h) \
	{ SETTING(p, SETTING_STRING, f, v, h), .applies = a, \
	    .size = sizeof(((struct config *)0)->f) }
#define CHOICE(p, f, v, w, h) \
	{ SETTING(p, SETTING_CHOICE, f, v, h), .words = w }
#define NETWORKS(p, d, h) \
	{ SETTING(p, SETTING_NETWORKS, access, "", h), .deny = d }

enum { DAY = 86400, WEEK = 7 * DAY };

const struct setting settings[] = {
	{ SETTING("listen", SETTING_LISTEN, listen, "localhost:" CONFIG_PORT,
	    "addresses to listen on") },
	INTEGER("backlog", backlog, "4096", 1, 65535,
	    "length of the accept queue of each address"),
	INTEGER("buffer_size", buffer_size, "65536", 1, 1048576,
	    "bytes per receive"),
	INTEGER("workers.start", workers_start, "5", 1, CONFIG_WORKERS,
	    "workers to start with"),
	INTEGER("workers.min_spare", workers_min_spare, "5", 1, CONFIG_WORKERS,
	    "fork workers while fewer than this are idle"),
	INTEGER("workers.max_spare", workers_max_spare, "10", 1, CONFIG_WORKERS,
	    "terminate workers while more than this are idle"),
	INTEGER("workers.max", workers_max, "256", 1, CONFIG_WORKERS,
	    "maximum number of workers"),
	INTEGER("workers.max_connections", workers_max_connections, "0",
	    0, 1000000000, "connections a worker serves before it is replaced"),
	SECONDS("timeouts.idle", timeout.idle_ms, "300", WEEK,
	    "end a connection that received nothing for this long"),
	SECONDS("timeouts.send", timeout.send_ms, "30", WEEK,
	    "end a connection whose client took nothing for this long"),
	SECONDS("timeouts.lifetime", timeout.lifetime_ms, "0", 52LL * WEEK,
	    "end a connection after this time in any case"),
	SECONDS("timeouts.drain", timeout.drain_ms, "30", DAY,
	    "let connections go on this long after a stop or reload"),
	SECONDS("timeouts.probation", timeout.probation_ms, "10", 3600,
	    "after an upgrade, take the service back if the new echod dies"),
	SECONDS("timeouts.defer_accept", timeout.defer_ms, "1", 600,
	    "keep a connection without data in the kernel for about this long"),
	SECONDS("timeouts.lame_duck", timeout.lame_duck_ms, "0", 3600,
	    "accept clients this long after a request to stop"),
	NETWORKS("access.allow", false,
	    "networks that are served; if empty, all but those denied"),
	NETWORKS("access.deny", true, "networks that are not served"),
	INTEGER("access.max_per_source", sources.max, "0", 0, CONFIG_WORKERS,
	    "simultaneous connections of one client network; 0: no limit"),
	INTEGER("access.rate_per_source", sources.rate, "0", 0, CONFIG_RATE,
	    "new connections a second of one client network; 0: no limit"),
	INTEGER("access.source_prefix4", sources.prefix4, "32", 1, 32,
	    "bits of an IPv4 address that make up the client network"),
	INTEGER("access.source_prefix6", sources.prefix6, "64", 1, 128,
	    "bits of an IPv6 address that make up the client network"),
	STRING("log.ident", log.ident, "echod", APPLIES_RELOAD,
	    "name at the beginning of each line"),
	CHOICE("log.facility", log.facility, "daemon", facilities,
	    "syslog facility"),
	CHOICE("log.level", log.level, "info", levels,
	    "least important level that is logged"),
	CHOICE("log.to", log.to, "syslog", targets,
	    "where the log is written"),
	STRING("control.path", control.path, CONFIG_CONTROL_AUTO, APPLIES_RELOAD,
	    "the control socket; empty: none"),
	STRING("control.group", control.group, "", APPLIES_RELOAD,
	    "group that may read from the control socket; empty: none"),
	STRING("metrics.address", metrics.address, "", APPLIES_RELOAD,
	    "where HTTP requests about echod are answered; empty: nowhere"),
	INTEGER("metrics.port", metrics.port, "0", 0, 65535,
	    "TCP port of HTTP requests; 0: the kernel chooses"),
	STRING("user", user, "nobody", APPLIES_RELOAD,
	    "user of the workers and the logger if root starts echod"),
	STRING("group", group, "", APPLIES_RELOAD,
	    "group of the workers and the logger; empty: that of user"),
	STRING("chroot", chroot, "", APPLIES_RELOAD,
	    "root directory of the workers; empty: none"),
	CHOICE("sandbox", sandbox, SANDBOX_DEFAULT, sandboxes,
	    "whether workers and logger must have a filter of system calls"),
	CHOICE("watchdog", watchdog, "probe", watchdogs,
	    "what the watchdog of a service manager is told"),
	STRING("pid_file", pid_file, ECHOD_PIDFILE, APPLIES_RESTART,
	    "file with the process id, locked by echod; empty: none"),
};
/* clang-format on */
const unsigned settings_count = sizeof(settings) / sizeof(settings[0]);
_Static_assert(sizeof(settings) / sizeof(settings[0]) <= SETTINGS_MAX,
    "SETTINGS_MAX is too small");

static void *
field(struct config *config, const struct setting *s)
{
	return (char *)config + s->offset;
}

static int
assign_string(struct config *config, const struct setting *s, const char *text,
    struct errbuf *err)
{
	size_t n = strlen(text);
	const char *c;

	if (n >= s->size)
		return errbuf_set(err, "longer than %zu bytes", s->size - 1);
	for (c = text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return errbuf_set(err,
			    "contains the control character 0x%02x",
			    (unsigned char)*c);
	memcpy(field(config, s), text, n + 1);
	return 0;
}

static int
assign_choice(struct config *config, const struct setting *s, const char *text,
    struct errbuf *err)
{
	size_t used;

	for (const struct setting_word *w = s->words; w->text != NULL; w++)
		if (strcmp(text, w->text) == 0) {
			*(int *)field(config, s) = w->value;
			return 0;
		}
	errbuf_set(err, "\"%.40s\" is not one of", text);
	for (const struct setting_word *w = s->words; w->text != NULL; w++) {
		used = strlen(err->text);
		snprintf(err->text + used, sizeof(err->text) - used, "%s %s",
		    w > s->words ? "," : "", w->text);
	}
	return -1;
}

void
settings_clear_networks(struct config *config, const struct setting *s)
{
	struct access_list *list = &config->access;
	unsigned kept = 0;

	for (unsigned i = 0; i < list->count; i++)
		if (list->rules[i].deny != s->deny)
			list->rules[kept++] = list->rules[i];
	list->count = kept;
}

int
settings_add_network(struct config *config, const struct setting *s,
    const char *text, struct errbuf *err)
{
	struct access_list *list = &config->access;

	if (list->count == ACCESS_RULES)
		return errbuf_set(err, "more than %d networks", ACCESS_RULES);
	if (access_rule_parse(&list->rules[list->count], text, s->deny, err) ==
	    -1)
		return -1;
	list->count++;
	return 0;
}

static int
assign_networks(struct config *config, const struct setting *s,
    const char *text, struct errbuf *err)
{
	char one[ACCESS_TEXT];
	size_t n;

	settings_clear_networks(config, s);
	for (;;) {
		text += strspn(text, ", ");
		if ((n = strcspn(text, ", ")) == 0)
			return 0;
		if (n >= sizeof(one))
			return errbuf_set(err, "\"%.40s...\" is not a network",
			    text);
		memcpy(one, text, n);
		one[n] = '\0';
		if (settings_add_network(config, s, one, err) == -1)
			return -1;
		text += n;
	}
}

int
settings_assign(struct config *config, const struct setting *s,
    const char *text, struct errbuf *err)
{
	switch (s->type) {
	case SETTING_INTEGER:
		return units_integer(text, s->min, s->max, field(config, s),
		    err);
	case SETTING_SECONDS:
		return units_seconds(text, s->min, s->max, field(config, s),
		    err);
	case SETTING_STRING:
		return assign_string(config, s, text, err);
	case SETTING_CHOICE:
		return assign_choice(config, s, text, err);
	case SETTING_NETWORKS:
		return assign_networks(config, s, text, err);
	case SETTING_LISTEN:
		if (text[0] != '\0')
			break;
		config->listen_count = 0;
		return 0;
	}
	return errbuf_set(err, "use -l ADDRESS[:PORT]");
}

void
settings_defaults(struct config *config)
{
	struct errbuf err;

	memset(config, 0, sizeof(*config));
	for (unsigned i = 0; i < settings_count; i++)
		if (settings[i].type != SETTING_LISTEN)
			settings_assign(config, &settings[i], settings[i].value,
			    &err);
		else
			addr_split(settings[i].value, config->listen[0].address,
			    config->listen[0].port, &err);
	config->listen_count = 1;
}

const struct setting *
settings_find(const char *path)
{
	for (unsigned i = 0; i < settings_count; i++)
		if (strcmp(settings[i].path, path) == 0)
			return &settings[i];
	return NULL;
}

bool
settings_is_group(const char *name)
{
	size_t n = strlen(name);

	for (unsigned i = 0; i < settings_count; i++)
		if (strncmp(settings[i].path, name, n) == 0 &&
		    settings[i].path[n] == '.')
			return true;
	return false;
}

bool
settings_keep(struct config *next, const struct config *now,
    const struct setting *s)
{
	const char *value = (const char *)now + s->offset;

	if (strcmp(field(next, s), value) == 0)
		return false;
	memcpy(field(next, s), value, s->size);
	return true;
}

const char *
settings_word(const struct setting *s, int value)
{
	for (const struct setting_word *w = s->words; w->text != NULL; w++)
		if (w->value == value)
			return w->text;
	return NULL;
}

/* The length of a path up to its dot, or of all of it if there is none. */
static unsigned
group_distance(const char *path, const char *known)
{
	char group[64];

	snprintf(group, sizeof(group), "%.*s", (int)strcspn(known, "."), known);
	return spell_distance(path, group);
}

bool
settings_nearest(const char *path, char *near, size_t size)
{
	unsigned edits, least = 4;

	for (unsigned i = 0; i < settings_count; i++) {
		const char *known = settings[i].path;
		const char *dot = strchr(known, '.');

		edits = spell_distance(path, known);
		/* Perhaps the group was forgotten, or is another one. */
		if (dot != NULL) {
			const char *last = strrchr(path, '.');
			unsigned e = spell_distance(last != NULL ? last + 1 :
								   path,
			    dot + 1);

			/* Do not suggest a short word that has hardly a letter
			 * in common. */
			if (e + 1 < edits && e < strlen(dot + 1) - 1)
				edits = e + 1;
		}
		if (edits < least) {
			least = edits;
			snprintf(near, size, "%s", known);
		}
		/* Or it is the name of a group. */
		if (dot == NULL || strchr(path, '.') != NULL)
			continue;
		edits = group_distance(path, known);
		if (edits < least && edits + 1 < strlen(path)) {
			least = edits;
			snprintf(near, size, "%.*s", (int)(dot - known), known);
		}
	}
	return least < 4;
}
