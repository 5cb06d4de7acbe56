/* SPDX-License-Identifier: ISC */
#include "daemon/log/logger.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/errbuf.h"
#include "common/output.h"
#include "daemon/backoff.h"
#include "daemon/environment.h"
#include "daemon/log/class.h"
#include "daemon/log/log.h"
#include "daemon/log/refusals.h"
#include "daemon/log/stamp.h"
#include "daemon/sandbox/descriptors.h"
#include "daemon/sandbox/limits.h"
#include "daemon/sandbox/process.h"
#include "daemon/sandbox/sandbox.h"
#include "daemon/signals.h"
#include "daemon/violation.h"

enum {
	STABLE_MS = 10000, /* a logger that lived so long is no failure */
	TELL_MS = 1000,	   /* between two lines about lost ones */
	UNSENT_MS = 100,   /* between two tries to send the settings */
	STOPPED_MS = 1000, /* until a stopped logger is killed */
	SETTINGS = 'S',	   /* first byte of their record; see log_record() */
};

/* The settings in force in the process of the logger. */
static struct logger_settings applied;
static bool journal;	/* standard error is the journal */
static pid_t last_pid;	/* of the writer of the last line */
static int64_t told_ms; /* when lost lines were told of; 0: never */

/* Put settings in force.  They must be for the user of this process. */
static void
obey(const struct logger_settings *settings)
{
	applied = *settings;
	last_pid = -1;
}

/*
 * Write a line to standard error.  False: it could not be written completely.
 */
static bool
to_stderr(enum log_level level, pid_t pid, const char *text)
{
	char line[STAMP_TEXT + LOG_LINE + CONFIG_NAME + 64];
	char when[STAMP_TEXT];
	struct timespec ts;

	/* The journal takes <N> for the level (sd-daemon(3)), and adds the
	 * time. */
	snprintf(when, sizeof(when), "<%d>", (int)level);
	if (!journal) {
		clock_gettime(CLOCK_REALTIME, &ts);
		stamp_write(&ts, when);
	}
	snprintf(line, sizeof(line), "%s%s%s[%ld]: %s%s\n", when,
	    journal ? "" : " ", applied.log.ident, (long)pid,
	    level == LEVEL_ERR	       ? "error: " :
		level == LEVEL_WARNING ? "warning: " :
					 "",
	    text);
	return output_write(STDERR_FILENO, line, strlen(line)) == 0;
}

/*
 * Hand a line to syslog(3), under the pid of its writer, which is part of the
 * name: LOG_PID would be the logger's.
 */
static void
to_syslog(enum log_level level, pid_t pid, const char *text)
{
	static char ident[CONFIG_NAME + 16];

	if (pid != last_pid) {
		snprintf(ident, sizeof(ident), "%s[%ld]", applied.log.ident,
		    (long)pid);
		/* This changes only the name, and keeps the socket. */
		openlog(ident, 0, applied.log.facility);
		last_pid = pid;
	}
	syslog((int)level, "%s", text);
}

/*
 * Write a line.  False if it is lost, as far as that is known: syslog(3) does
 * not tell.
 */
static bool
emit(enum log_level level, pid_t pid, const char *text)
{
	if (applied.log.to == LOG_TO_STDERR)
		return to_stderr(level, pid, text);
	to_syslog(level, pid, text);
	return true;
}

/*
 * Report lost lines, also those of the time of an earlier logger.  False: this
 * line could not be written either.
 */
static bool
tell_losses(void)
{
	uint64_t lost = log_untold();
	char text[64];

	snprintf(text, sizeof(text), "log lines lost count=%" PRIu64, lost);
	if (lost > 0 && !emit(LEVEL_WARNING, getpid(), text))
		return false;
	log_tell(lost);
	told_ms = clock_ms();
	return true;
}

/* Wait for the next record, and report lost lines meanwhile, once a second. */
static void
tell_and_wait(void)
{
	struct pollfd pfd = { .fd = log_reader(), .events = POLLIN };
	int64_t left;

	while (log_untold() > 0) {
		left = told_ms == 0 ? 0 : told_ms + TELL_MS - clock_ms();
		if (left > 0 ? poll(&pfd, 1, (int)left) != 0 : !tell_losses())
			return;
	}
}

/* Take a record of settings, but only from the master. */
static bool
take_settings(const char *record, size_t n, pid_t sender, pid_t master)
{
	struct logger_settings settings;

	if (record[0] != SETTINGS || n != 1 + sizeof(settings) ||
	    sender != master)
		return false;
	memcpy(&settings, record + 1, sizeof(settings));
	/* The queue may still have settings from before this process. */
	if (settings.number <= applied.number)
		return true;
	/* This process cannot get back what it has given up, but the next
	 * logger can begin with other ids or another sandbox. */
	if (settings.uid != applied.uid || settings.gid != applied.gid ||
	    settings.sandbox != applied.sandbox)
		_exit(EX_OK);
	obey(&settings);
	return true;
}

static _Noreturn void
run(pid_t master)
{
	char record[LOG_LINE], text[LOG_TEXT];
	enum log_level level;
	pid_t sender;
	ssize_t n;

	_Static_assert(1 + sizeof(applied) <= LOG_LINE,
	    "settings fit a record");
	for (;;) {
		n = log_receive(record, LOG_LINE, &sender);
		if (n == -1)
			_exit(EX_OSERR);
		if (n > 0 &&
		    !take_settings(record, (size_t)n, sender, master) &&
		    log_record(record, (size_t)n, &level, text) &&
		    !emit(level, sender, text))
			log_lose();
		if (n == 0) {
			(void)tell_losses();
			_exit(EX_OK);
		}
		tell_and_wait();
	}
}

static void
child(const struct logger *logger, pid_t master)
{
	const struct logger_settings *settings = &logger->settings;
	const struct sandbox sandbox = { settings->sandbox, ROLE_LOGGER,
		{ settings->uid, settings->gid, NULL } };
	int keep[] = { log_reader(), STDERR_FILENO };
	struct errbuf err;

	signals_deaf();
	violation_watch();
	obey(&logger->settings);
	journal = environment_is_journal(STDERR_FILENO);
	stamp_read_zone();
	descriptors_keep(keep, logger->keeps_stderr ? 2 : 1);
	process_name("echod:logger");
	if (limits_no_children(&err) == -1 ||
	    sandbox_enter(&sandbox, &err) == -1) {
		emit(LEVEL_ERR, getpid(), err.text);
		_exit(EX_NOPERM);
	}
	run(master);
}

static int
start(struct logger *logger, struct errbuf *err)
{
	pid_t master = getpid();

	logger->pid = fork();
	if (logger->pid == 0)
		child(logger, master);
	if (logger->pid == -1) {
		logger->pid = 0;
		return errbuf_sys(err, "cannot fork the logger");
	}
	logger->started_ms = clock_ms();
	logger->born_with = logger->settings.number;
	return 0;
}

static struct logger_settings
settings_of(const struct config *config)
{
	return (struct logger_settings){ .log = config->log,
		.sandbox = config->sandbox,
		.uid = config->uid,
		.gid = config->gid };
}

int
logger_open(struct logger *logger, const struct config *config,
    bool keep_stderr, struct errbuf *err)
{
	*logger = (struct logger){ .settings = settings_of(config),
		.keeps_stderr = keep_stderr };
	if (class_open(err) == -1 || refusals_open(err) == -1 ||
	    log_open(err) == -1)
		return -1;
	if (start(logger, err) == -1) {
		log_close();
		return -1;
	}
	return 0;
}

bool
logger_is_heard(const struct config *config)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX,
		.sun_path = _PATH_LOG };
	bool heard;
	int fd;

	if (config->log.to != LOG_TO_SYSLOG)
		return true;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* The socket of some log daemons is a stream. */
	heard = fd == -1 ||
	    connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0 ||
	    errno == EPROTOTYPE;
	if (fd != -1)
		close(fd);
	return heard;
}

static void
send_settings(struct logger *logger)
{
	char record[1 + sizeof(logger->settings)] = { SETTINGS };

	memcpy(record + 1, &logger->settings, sizeof(logger->settings));
	logger->unsent = !log_send(record, sizeof(record));
}

void
logger_configure(struct logger *logger, const struct config *config)
{
	unsigned number = logger->settings.number + 1;

	logger->settings = settings_of(config);
	logger->settings.number = number;
	log_make_room();
	send_settings(logger);
}

bool
logger_reaped(struct logger *logger, pid_t pid, int64_t now_ms)
{
	if (logger->pid != pid)
		return false;
	logger->pid = 0;
	logger->kill_ms = 0;
	if (now_ms - logger->started_ms >= STABLE_MS)
		logger->failures = 0;
	logger->retry_ms = now_ms;
	/* It is no failure if it has ended because its settings have
	 * changed. */
	if (logger->born_with == logger->settings.number &&
	    logger->failures++ > 0)
		logger->retry_ms += backoff_ms(logger->failures,
		    (uint32_t)now_ms);
	return true;
}

bool
logger_frozen(struct logger *logger, pid_t pid, bool frozen, int64_t now_ms)
{
	if (logger->pid != pid)
		return false;
	logger->kill_ms = frozen ? now_ms + STOPPED_MS : 0;
	return true;
}

/*
 * There is no logger.  If it has ended because a process has shut down the
 * queue, the next one would end at once as well: make a new queue.  True if
 * that was so.
 */
static bool
mend_queue(struct logger *logger)
{
	if (!log_is_shut() || log_reopen() == -1)
		return false;
	logger->queue++;
	(void)class_log(CLASS_LOGGER, LEVEL_ERR,
	    "a worker has closed the log, opened again, "
	    "workers are replaced");
	return true;
}

int64_t
logger_maintain(struct logger *logger, int64_t now_ms)
{
	int64_t next = INT64_MAX;
	struct errbuf err;

	if (logger->unsent)
		send_settings(logger);
	if (logger->unsent)
		next = now_ms + UNSENT_MS;
	if (logger->kill_ms != 0 && now_ms >= logger->kill_ms) {
		(void)class_log(CLASS_LOGGER, LEVEL_WARNING,
		    "logger was stopped, killed pid=%ld", (long)logger->pid);
		logger_kill(logger);
		logger->kill_ms = 0;
	}
	if (logger->kill_ms != 0 && logger->kill_ms < next)
		next = logger->kill_ms;
	if (logger->pid == 0 && now_ms >= logger->retry_ms) {
		/* Come back at once: the caller has to replace the workers. */
		if (mend_queue(logger))
			next = now_ms;
		if (start(logger, &err) == -1)
			logger->retry_ms = now_ms +
			    backoff_ms(++logger->failures, (uint32_t)now_ms);
	}
	if (logger->pid == 0 && logger->retry_ms < next)
		next = logger->retry_ms;
	return next;
}

void
logger_kill(const struct logger *logger)
{
	if (logger->pid != 0)
		kill(logger->pid, SIGKILL);
}
