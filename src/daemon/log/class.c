/* SPDX-License-Identifier: ISC */
#include "daemon/log/class.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>

#include "common/clock.h"
#include "common/errbuf.h"
#include "daemon/log/throttle.h"

enum {
	SECOND_MS = 1000,
	MINUTE_MS = 60 * SECOND_MS,
	/* How long a count waits for the next line of its class, which can tell
	 * it, too. */
	GRACE_MS = 1000,
};

/*
 * Lines about single events are written ten times and then once a second; those
 * about a state that lasts, once a minute.
 */
static const struct {
	const char *name;
	struct throttle_rule rule;
} classes[CLASSES] = {
	[CLASS_VIOLATION] = { "worker-broke-confinement", { 100, SECOND_MS } },
	[CLASS_DIED] = { "worker-died", { 10, SECOND_MS } },
	[CLASS_FORKER] = { "forker-died", { 10, SECOND_MS } },
	[CLASS_FROZEN] = { "worker-stopped", { 10, SECOND_MS } },
	[CLASS_KILLED] = { "worker-killed", { 10, SECOND_MS } },
	[CLASS_LOGGER] = { "logger-died", { 10, SECOND_MS } },
	[CLASS_REPORTER] = { "reporter-died", { 10, SECOND_MS } },
	[CLASS_FORK] = { "fork-failed", { 1, MINUTE_MS } },
	[CLASS_AT_MAX] = { "workers-at-max", { 1, MINUTE_MS } },
	[CLASS_VAIN] = { "clients-wait-in-vain", { 1, MINUTE_MS } },
	[CLASS_LISTENER] = { "listener-mended", { 10, SECOND_MS } },
	[CLASS_RELOAD_REFUSED] = { "reload-refused", { 1, SECOND_MS } },
	[CLASS_CONTROL] = { "control-refused", { 10, SECOND_MS } },
	[CLASS_UPGRADE_REFUSED] = { "upgrade-refused", { 10, SECOND_MS } },
	[CLASS_ACCEPT] = { "accept-failed", { 1, MINUTE_MS } },
	[CLASS_ACCEPT_LEAVING] = { "accept-failed-leaving", { 10, SECOND_MS } },
	[CLASS_CANNOT_START] = { "worker-cannot-start", { 10, SECOND_MS } },
};

/*
 * The states of the classes (throttle.h): of this process, and of all workers.
 */
static _Atomic uint64_t own[CLASSES];
static _Atomic uint64_t *shared = own;
/*
 * When the master wrote each count last, so that no worker can make it write
 * more often.
 */
static int64_t told_ms[CLASSES];

int
class_open(struct errbuf *err)
{
	void *memory;

	if (shared != own)
		return 0;
	memory = mmap(NULL, sizeof(own), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return errbuf_sys(err, "cannot map the classes of log lines");
	shared = memory;
	return 0;
}

static _Atomic uint64_t *
state_of(unsigned class)
{
	return class < CLASS_OF_WORKERS ? &own[class] : &shared[class];
}

bool
class_log(enum log_class class, enum log_level level, const char *fmt, ...)
{
	char text[LOG_LINE], count[32] = "";
	struct throttle_step step;
	int saved = errno;
	va_list ap;

	if (!log_wants(level))
		return false;
	step = throttle_take(state_of(class), &classes[class].rule, clock_ms(),
	    throttle_line);
	if (!step.write)
		return false;
	va_start(ap, fmt);
	errno = saved;
	vsnprintf(text, sizeof(text) - sizeof(count), fmt, ap);
	va_end(ap);
	if (step.left_out > 0)
		snprintf(count, sizeof(count), " left_out=%" PRIu32,
		    step.left_out);
	log_write(level, "%s%s", text, count);
	errno = saved;
	return true;
}

int64_t
class_tell(int64_t now_ms, bool all)
{
	int64_t next = INT64_MAX, due;
	struct throttle_step step;

	/* Otherwise the next line of the class has to tell the count. */
	if (!log_wants(LEVEL_NOTICE))
		return INT64_MAX;
	for (unsigned i = 0; i < CLASSES; i++) {
		const struct throttle_rule *rule = &classes[i].rule;

		due = throttle_due(atomic_load(state_of(i)), rule, now_ms);
		if (due == INT64_MAX)
			continue;
		due += GRACE_MS;
		if (told_ms[i] != 0 && due < told_ms[i] + rule->every_ms)
			due = told_ms[i] + rule->every_ms;
		if (!all && now_ms < due) {
			next = due < next ? due : next;
			continue;
		}
		told_ms[i] = now_ms;
		step = throttle_take(state_of(i), rule, now_ms, throttle_rest);
		if (!step.write)
			continue;
		log_notice("left out lines=%" PRIu32 " class=%s", step.left_out,
		    classes[i].name);
	}
	return next;
}
