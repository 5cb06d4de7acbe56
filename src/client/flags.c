/* SPDX-License-Identifier: ISC */
#include "client/flags.h"

#include <getopt.h>
#include <string.h>

#include "client/core/failure.h"
#include "common/terminal.h"
#include "common/clock.h"

#define T (1u << MODE_TRANSCRIPT)
#define S (1u << MODE_SEND)
#define P (1u << MODE_PING)
#define B (1u << MODE_BENCH)
#define W (1u << MODE_WAIT)
#define ALL (T | S | P | B | W)

#define HOUR (3600 * CLOCK_SECOND)
#define DAY (24 * HOUR)
#define FIELD(name) offsetof(struct options, name)

/* All options, in the order of the help. */
static const struct flag rows[] = {
	{ T, 0, "easy", NULL, FLAG_SET, FIELD(easy), 0, 0,
	    "show family, type and protocol of the socket" },
	{ T | S | W, 'm', "message", "TEXT", FLAG_TEXT, FIELD(message), 0, 0,
	    "send TEXT, without a newline" },
	{ S, 'f', "file", "FILE", FLAG_TEXT, FIELD(file), 0, 0,
	    "send the content of FILE (-: stdin, the default)" },
	{ T | S | W, 'e', "escape", NULL, FLAG_SET, FIELD(escape), 0, 0,
	    "interpret \\n \\r \\t \\0 \\xNN \\\\ in TEXT" },
	{ T, 0, "chunk", "SIZE", FLAG_SIZE, FIELD(chunk), 1, 65536,
	    "show the echo in pieces of SIZE bytes (16)" },
	{ S, 0, "no-half-close", NULL, FLAG_SET, FIELD(keep_open), 0, 0,
	    "do not shut down the sending side at the end" },

	{ S, 0, "no-progress", NULL, FLAG_FIXED, FIELD(progress), PROGRESS_NONE,
	    0, "do not show progress on a terminal" },

	{ P, 'c', "count", "N", FLAG_NUMBER, FIELD(count), 1, INT32_MAX,
	    "stop after N probes were answered or lost" },
	{ P, 'i', "interval", "DUR", FLAG_DURATION, FIELD(interval_ns), 10000,
	    DAY, "send a probe every DUR (1 s)" },
	{ W, 'i', "interval", "DUR", FLAG_DURATION, FIELD(interval_ns),
	    CLOCK_MS, DAY, "start a try every DUR (0.1 s)" },
	{ P, 'w', "deadline", "DUR", FLAG_DURATION, FIELD(deadline_ns),
	    CLOCK_MS, 365 * DAY, "stop after DUR; with -c, after N replies" },
	{ W, 'w', "deadline", "DUR", FLAG_DURATION, FIELD(deadline_ns),
	    CLOCK_MS, 365 * DAY, "give up after DUR (30 s)" },
	{ P, 's', "size", "SIZE", FLAG_SIZE, FIELD(size), 1, 1 << 20,
	    "bytes per probe (56)" },
	{ P, 'A', "adaptive", NULL, FLAG_SET, FIELD(adaptive), 0, 0,
	    "send the next probe as soon as the reply is in" },
	{ P, 'f', "flood", NULL, FLAG_SET, FIELD(flood), 0, 0,
	    "like -A, without a line for each probe" },
	{ P, 'O', "outstanding", NULL, FLAG_SET, FIELD(outstanding), 0, 0,
	    "when a probe is due, show the oldest unanswered" },
	{ P, 'D', "date", NULL, FLAG_MORE, FIELD(dates), 0, 0,
	    "begin lines with the time; -DD: seconds since 1970" },
	{ P, 0, "reconnect", NULL, FLAG_SET, FIELD(fresh), 0, 0,
	    "make a new connection for each probe" },

	{ B, 'c', "connections", "N", FLAG_NUMBER, FIELD(connections), 1,
	    1000000, "keep N connections open (50)" },
	{ B, 'd', "duration", "DUR", FLAG_DURATION, FIELD(duration_ns),
	    CLOCK_MS, 30 * DAY, "measure for DUR (10 s)" },
	{ B, 'n', "messages", "N", FLAG_NUMBER, FIELD(messages), 1,
	    INT64_C(1000000000000),
	    "measure N messages instead of a duration" },
	{ B, 0, "requests", "N", FLAG_NUMBER, FIELD(messages), 1,
	    INT64_C(1000000000000), NULL },
	{ B, 's', "size", "SIZES", FLAG_SIZES, FIELD(sizes), 0, 0,
	    "bytes per message: 64, 64,512,4096, 64-4096 (64)" },
	{ B, 'R', "rate", "N", FLAG_NUMBER, FIELD(rate), 1, CLOCK_SECOND,
	    "open loop: send N messages/s in total" },
	{ B, 'P', "pipeline", "N", FLAG_NUMBER, FIELD(pipeline), 1, 4096,
	    "closed loop: N in flight per connection (1)" },
	{ B, 't', "threads", "N", FLAG_NUMBER, FIELD(threads), 1, 1024,
	    "use N threads (loopback: half the CPUs; else all)" },
	{ B, 0, "warmup", "DUR", FLAG_DURATION, FIELD(warmup_ns), 0, DAY,
	    "load for DUR before measuring (-d/10, at most 1 s)" },
	{ B, 0, "omit", "DUR", FLAG_DURATION, FIELD(warmup_ns), 0, DAY, NULL },
	{ B, 0, "reconnect", "N", FLAG_NUMBER, FIELD(reconnect), 0, INT32_MAX,
	    "make a new connection after N messages (0: never)" },
	{ B, 0, "connect-rate", "N", FLAG_NUMBER, FIELD(connect_rate), 1,
	    CLOCK_SECOND, "make at most N new connections/s in total" },
	{ B, 0, "connect-concurrency", "N", FLAG_NUMBER,
	    FIELD(connect_concurrency), 1, 1000000,
	    "make at most N connections at a time (256)" },
	{ B, 0, "verify", "full|none", FLAG_CHOICE, FIELD(no_verify), 0, 0,
	    "compare every byte, or none (full)" },
	{ B, 0, "nagle", NULL, FLAG_SET, FIELD(nagle), 0, 0,
	    "do not set TCP_NODELAY" },
	{ B, 0, "seed", "N", FLAG_NUMBER, FIELD(seed), 0, INT64_MAX,
	    "seed of the pseudo-random bytes sent (1)" },
	{ B, 0, "percentiles", "LIST", FLAG_PERCENTILES, FIELD(percentile), 0,
	    0, "percentiles shown (50,75,90,95,99,99.9,99.99)" },
	{ P, 0, "fail-if", "EXPR", FLAG_THRESHOLD, FIELD(fail_if), 0, 0,
	    "fail if EXPR is true: p99>5ms, disconnects>0" },
	{ B, 0, "fail-if", "EXPR", FLAG_THRESHOLD, FIELD(fail_if), 0, 0,
	    "fail if EXPR is true: p99>5ms, errors>0, rate<90%" },
	{ B, 0, "max-error-rate", "PERCENT", FLAG_PERCENT, FIELD(max_error), 0,
	    0, "do not fail while errors are at most PERCENT (0)" },
	{ B, 0, "interval", "DUR", FLAG_DURATION, FIELD(interval_ns),
	    10 * CLOCK_MS, DAY,
	    "report figures for each interval of DUR (1 s)" },
	{ B, 0, "histogram", NULL, FLAG_FIXED, FIELD(histogram), WHEN_ALWAYS, 0,
	    "draw a histogram even if stdout is no terminal" },
	{ B, 0, "no-histogram", NULL, FLAG_FIXED, FIELD(histogram), WHEN_NEVER,
	    0, "do not draw a histogram" },
	{ B, 0, "hdr", "FILE", FLAG_TEXT, FIELD(hdr), 0, 0,
	    "write the percentile distribution to FILE" },
	{ B, 0, "log", "FILE", FLAG_TEXT, FIELD(log), 0, 0,
	    "write a line for each message to FILE" },
	{ B, 0, "plot", "FILE.svg", FLAG_TEXT, FIELD(plot), 0, 0,
	    "plot rate and latency with gnuplot" },
	{ B, 0, "json-stream", NULL, FLAG_SET, FIELD(json_stream), 0, 0,
	    "like -j, plus an object for each interval" },
	{ B, 0, "label", "TEXT", FLAG_TEXT, FIELD(label), 0, 0,
	    "store TEXT with the result in JSON" },
	{ B, 0, "progress", "auto|plain|none", FLAG_CHOICE, FIELD(progress), 0,
	    0, "progress on stderr (auto: only on a terminal)" },
	{ B, 0, "no-progress", NULL, FLAG_FIXED, FIELD(progress), PROGRESS_NONE,
	    0, NULL },

	{ ALL, 'p', "port", "PORT", FLAG_EACH, FIELD(ports), 0, 0,
	    "port number or service name (10000)" },
	{ ALL, '4', "ipv4", NULL, FLAG_SET, FIELD(only_v4), 0, 0, "IPv4 only" },
	{ ALL, '6', "ipv6", NULL, FLAG_SET, FIELD(only_v6), 0, 0, "IPv6 only" },
	{ ALL, 'I', "interface", "ADDRESS", FLAG_EACH, FIELD(interfaces), 0, 0,
	    "connect from ADDRESS (repeatable in bench)" },
	{ ALL, 'W', "timeout", "DUR", FLAG_DURATION, FIELD(timeout_ns),
	    CLOCK_MS, DAY, "wait at most DUR for a connection or echo (5 s)" },
	{ ALL, 0, "resolve", "HOST:PORT:ADDRESS", FLAG_EACH, FIELD(resolve), 0,
	    0, "use ADDRESS for HOST at PORT (repeatable)" },
	{ ALL, 0, "happy-eyeballs-delay", "DUR", FLAG_DURATION,
	    FIELD(eyeballs_ns), 0, HOUR,
	    "try the next address after DUR (250 ms); 0: in turn" },
	{ ALL, 'j', "json", NULL, FLAG_SET, FIELD(json), 0, 0,
	    "write JSON to standard output instead of text" },
	{ P | B, 0, "format", "json|csv", FLAG_CHOICE, FIELD(format), 1, 0,
	    "like -j, or comma-separated values" },
	{ ALL, 'o', "output", "FILE", FLAG_TEXT, FIELD(output), 0, 0,
	    "write JSON (or --format) to FILE, text to stdout" },
	{ P | B, 0, "color", "auto|always|never", FLAG_CHOICE, FIELD(color), 0,
	    0, "colours (auto: only on a terminal)" },
	{ P | B, 0, "no-color", NULL, FLAG_FIXED, FIELD(color), WHEN_NEVER, 0,
	    NULL },
	{ T | S | P | B, 'q', "quiet", NULL, FLAG_SET, FIELD(quiet), 0, 0,
	    "suppress transcript, echo, probe lines, progress" },
	{ S | P, 'v', "verbose", NULL, FLAG_MORE, FIELD(verbose), 0, 0,
	    "show more details" },
	{ ALL, 'V', "version", NULL, FLAG_FIXED, FIELD(action), ACTION_VERSION,
	    0, "print the version" },
	{ ALL, 'h', "help", NULL, FLAG_FIXED, FIELD(action), ACTION_HELP, 0,
	    "print this help" },
};

const struct flag *
flags_row(size_t index)
{
	return index < sizeof(rows) / sizeof(rows[0]) ? &rows[index] : NULL;
}

static const char *const about[MODE_COUNT] = {
	[MODE_TRANSCRIPT] =
	    "usage: echoc [HOST [PORT]]        send a message, show its echo\n"
	    "       echoc send [HOST [PORT]]   send a file or standard input\n"
	    "       echoc ping [HOST [PORT]]   measure round trips\n"
	    "       echoc bench [HOST [PORT]]  measure rate and latency under load\n"
	    "       echoc wait [HOST [PORT]]   wait until an echo comes back\n",
	[MODE_SEND] = "usage: echoc send [OPTIONS] [HOST [PORT]]\n\n"
		      "Send a message, a file or standard input; the echo "
		      "goes to standard output.\n",
	[MODE_PING] = "usage: echoc ping [OPTIONS] [HOST [PORT]]\n\n"
		      "Send a probe each second and time its echo.\n",
	[MODE_BENCH] = "usage: echoc bench [OPTIONS] [HOST [PORT]]\n\n"
		       "Load the server; measure rate and latency.\n",
	[MODE_WAIT] = "usage: echoc wait [OPTIONS] [HOST [PORT]]\n\n"
		      "Try until an echo comes back.\n",
};

static void
help_row(FILE *f, const struct flag *row)
{
	char left[80];
	const char *equals = row->values != NULL ? "=" : "";
	const char *values = row->values != NULL ? row->values : "";

	if (row->letter != 0)
		snprintf(left, sizeof(left), "-%c, --%s%s%s", row->letter,
		    row->name, equals, values);
	else
		snprintf(left, sizeof(left), "    --%s%s%s", row->name, equals,
		    values);
	if (strlen(left) > 25)
		fprintf(f, "  %s\n%29s%s\n", left, "", row->help);
	else
		fprintf(f, "  %-25s  %s\n", left, row->help);
}

void
flags_help(FILE *f, enum mode mode)
{
	fprintf(f, "%s\n", about[mode]);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((rows[i].modes & (1u << mode)) != 0 && rows[i].help != NULL)
			help_row(f, &rows[i]);
	fputs("\nHOST is a name or address, HOST:PORT or [IPV6]:PORT; default "
	      "localhost 10000.\nDUR is a number with ns, us, ms, s, m or h "
	      "(default: s).  See echoc(1).\n",
	    f);
}

static const char *const names[MODE_COUNT] = { "transcript", "send", "ping",
	"bench", "wait" };

const char *
flags_mode_name(enum mode mode)
{
	return names[mode];
}

enum mode
flags_mode_of(const char *word)
{
	enum mode mode = MODE_SEND;

	while (mode < MODE_COUNT && strcmp(word, names[mode]) != 0)
		mode++;
	return mode;
}

/* List the options that an ambiguous one could be: "--a, --b or --c". */
static void
list_candidates(enum mode mode, const char *name, char *buf, size_t size)
{
	size_t n = strcspn(name, "="), used = 0;
	const struct flag *row = flags_row(0);
	const char *last = NULL;

	buf[0] = '\0';
	for (size_t i = 0; row != NULL; i++) {
		row = flags_row(i);
		if (row != NULL &&
		    ((row->modes & (1u << mode)) == 0 ||
			strncmp(row->name, name, n) != 0))
			continue;
		if (last != NULL && used < size)
			used += (size_t)snprintf(buf + used, size - used,
			    "%s--%s",
			    used == 0	    ? "" :
				row != NULL ? ", " :
					      " or ",
			    last);
		last = row != NULL ? row->name : NULL;
	}
}

/* Whether a mode has the option, given as "-c" or the beginning of "--count". */
static bool
has_option(enum mode mode, const char *name)
{
	size_t n = strcspn(name, "=");
	const struct flag *row;

	for (size_t i = 0; (row = flags_row(i)) != NULL; i++)
		if ((row->modes & (1u << mode)) != 0 &&
		    (name[1] == '-' ? strncmp(row->name, name + 2, n - 2) == 0 :
				      row->letter == name[1]))
			return true;
	return false;
}

/* If it stands before the name of a mode that has it, say so. */
static int
refuse_unknown(const struct options *opt, const char *name, struct failure *f)
{
	enum mode mode = MODE_COUNT;

	for (int i = optind; opt->mode == MODE_TRANSCRIPT && i < opt->argc &&
	     mode == MODE_COUNT;
	     i++)
		mode = flags_mode_of(opt->argv[i]);
	if (mode != MODE_COUNT && has_option(mode, name))
		return failure_set(f, OUTCOME_USAGE,
		    "%s: options of %s must come after the word \"%s\"", name,
		    flags_mode_name(mode), flags_mode_name(mode));
	return failure_set(f, OUTCOME_USAGE, "unknown option %s", name);
}

/* A short option may be within a word; getopt_long(3) leaves it in optopt. */
int
flags_misuse(const struct options *opt, int c, const char *word,
    struct failure *f)
{
	const char letter[] = { '-', (char)optopt, '\0' };
	bool is_long = (optopt == 0 || optopt >= FLAGS_LONG) &&
	    strncmp(word, "--", 2) == 0;
	const char *name = is_long ? word : letter;
	char list[400];

	if (c == ':')
		return failure_set(f, OUTCOME_USAGE, "%s needs a value", name);
	if (is_long && optopt >= FLAGS_LONG)
		return failure_set(f, OUTCOME_USAGE, "%s takes no value", word);
	if (is_long) {
		list_candidates(opt->mode, word + 2, list, sizeof(list));
		if (list[0] != '\0')
			return failure_set(f, OUTCOME_USAGE,
			    "%s is ambiguous: it could be %s", word, list);
	}
	return refuse_unknown(opt, name, f);
}
