/* SPDX-License-Identifier: ISC */
#include "daemon/log/logger.h"

#include <errno.h>
#include <inttypes.h>
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
#include "daemon/log/stamp.h"
#include "daemon/master/policy.h"
#include "daemon/sandbox/confine.h"
#include "daemon/scoreboard.h"
#include "daemon/signals.h"

enum { BUFFER = 64 * 1024, STABLE_MS = 10000 };

/* In the order of the words of log.facility (settings.c). */
static const int facilities[] = { LOG_DAEMON, LOG_USER, LOG_AUTH, LOG_AUTHPRIV,
	LOG_LOCAL0, LOG_LOCAL1, LOG_LOCAL2, LOG_LOCAL3, LOG_LOCAL4, LOG_LOCAL5,
	LOG_LOCAL6, LOG_LOCAL7 };

_Static_assert(sizeof(facilities) / sizeof(facilities[0]) == CONFIG_FACILITIES,
    "one number for each word");

/* What stands in front of a line on standard error, with a space; or "". */
static char when[STAMP_TEXT + 1];
static bool stamped;

/* Lines that are read together are of the same time. */
static void
note_time(void)
{
	char text[STAMP_TEXT];
	struct timespec now;

	if (!stamped)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	stamp_write(&now, text);
	snprintf(when, sizeof(when), "%s ", text);
}

/* False: it could not be written, or not all of it. */
static bool
to_stderr(const struct config_log *settings, enum log_level level, long pid,
    const char *text)
{
	char line[STAMP_TEXT + LOG_LINE + CONFIG_NAME + 64];

	snprintf(line, sizeof(line), "%s%s[%ld]: %s%s\n", when, settings->ident,
	    pid,
	    level == LEVEL_ERR	       ? "error: " :
		level == LEVEL_WARNING ? "warning: " :
					 "",
	    text);
	return output_write(STDERR_FILENO, line, strlen(line)) == 0;
}

/* The pid in front of a line is its writer's, not ours: no LOG_PID. */
static void
to_syslog(const struct config_log *settings, enum log_level level, long pid,
    const char *text)
{
	static char ident[CONFIG_NAME + 16];
	static long last = -1;

	if (pid != last) {
		snprintf(ident, sizeof(ident), "%s[%ld]", settings->ident, pid);
		/* Also keeps the socket; only the name is changed. */
		openlog(ident, 0, facilities[settings->facility]);
		last = pid;
	}
	syslog((int)level, "%s", text);
}

/* False: it is lost.  Of a line for syslog nobody knows. */
static bool
emit(const struct config_log *settings, enum log_level level, long pid,
    const char *text)
{
	if (settings->to == LOG_TO_STDERR)
		return to_stderr(settings, level, pid, text);
	to_syslog(settings, level, pid, text);
	return true;
}

/* Hand on every complete line; returns the bytes of the last, partial one. */
static size_t
emit_lines(const struct logger *logger, char *buffer, size_t n)
{
	char *line = buffer, *end;
	enum log_level level;
	const char *text;
	long pid;

	while ((end = memchr(line, '\n', n)) != NULL) {
		*end = '\0';
		if ((text = log_record(line, &level, &pid)) != NULL &&
		    !emit(&logger->settings, level, pid, text))
			log_lose(&logger->pipe);
		n -= (size_t)(end + 1 - line);
		line = end + 1;
	}
	/* Without its newline it can only be a piece of what comes next. */
	if (n == BUFFER)
		n = 0;
	memmove(buffer, line, n);
	return n;
}

/*
 * Say how many lines were lost since that was said last, be it by a logger that
 * has died since.
 */
static void
tell_losses(const struct logger *logger)
{
	struct log_losses *losses = logger->pipe.losses;
	uint64_t lost = atomic_load(&losses->lost);
	uint64_t told = atomic_load(&losses->told);
	char text[64];

	if (lost == told)
		return;
	snprintf(text, sizeof(text), "log lines lost count=%" PRIu64,
	    lost - told);
	if (emit(&logger->settings, LEVEL_WARNING, getpid(), text))
		atomic_store(&losses->told, lost);
}

static _Noreturn void
run(const struct logger *logger)
{
	static char buffer[BUFFER];
	size_t have = 0;
	ssize_t n;

	for (;;) {
		n = read(logger->pipe.read_fd, buffer + have, BUFFER - have);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			_exit(1);
		note_time();
		have = emit_lines(logger, buffer, have + (size_t)n);
		/* With the next line, or when there will be none. */
		tell_losses(logger);
		if (n == 0)
			_exit(0);
	}
}

static void
child(const struct logger *logger)
{
	struct confine_user user = { .uid = logger->uid, .gid = logger->gid };
	int keep[] = { logger->pipe.read_fd, STDERR_FILENO };
	struct errbuf err;

	signals_deaf();
	stamped = logger->settings.to == LOG_TO_STDERR &&
	    stamp_wanted(STDERR_FILENO);
	/* Whom we become may not be allowed to read its files. */
	tzset();
	note_time();
	confine_descriptors(keep, logger->settings.to == LOG_TO_STDERR ? 2 : 1);
	confine_name("logger");
	if (confine_identity(&user, &err) == -1) {
		emit(&logger->settings, LEVEL_ERR, getpid(), err.text);
		if (logger->board != NULL)
			scoreboard_complain(logger->board, err.text);
		_exit(EX_NOPERM);
	}
	run(logger);
}

static int
start(struct logger *logger, struct errbuf *err)
{
	logger->pid = fork();
	if (logger->pid == 0)
		child(logger);
	if (logger->pid == -1) {
		logger->pid = 0;
		return errbuf_sys(err, "cannot fork the logger");
	}
	logger->started_ms = clock_ms();
	return 0;
}

int
logger_open(struct logger *logger, const struct config *config,
    struct scoreboard *board, struct errbuf *err)
{
	*logger = (struct logger){ .board = board,
		.settings = config->log,
		.uid = config->uid,
		.gid = config->gid };
	if (log_pipe_open(&logger->pipe, err) == -1)
		return -1;
	if (start(logger, err) == -1) {
		log_pipe_close(&logger->pipe);
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
	/* Some log daemons have a stream there. */
	heard = fd == -1 ||
	    connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0 ||
	    errno == EPROTOTYPE;
	if (fd != -1)
		close(fd);
	return heard;
}

bool
logger_differs(const struct logger *logger, const struct config *config)
{
	return strcmp(logger->settings.ident, config->log.ident) != 0 ||
	    logger->settings.facility != config->log.facility ||
	    logger->settings.to != config->log.to ||
	    logger->uid != config->uid || logger->gid != config->gid;
}

bool
logger_reaped(struct logger *logger, pid_t pid, int64_t now_ms)
{
	if (logger->pid != pid)
		return false;
	logger->pid = 0;
	if (now_ms - logger->started_ms >= STABLE_MS)
		logger->failures = 0;
	logger->retry_ms = now_ms;
	if (logger->failures++ > 0)
		logger->retry_ms += policy_backoff_ms(logger->failures,
		    (uint32_t)now_ms);
	return true;
}

int64_t
logger_maintain(struct logger *logger, int64_t now_ms)
{
	struct errbuf err;

	if (logger->pid != 0)
		return INT64_MAX;
	if (now_ms < logger->retry_ms)
		return logger->retry_ms;
	if (start(logger, &err) == 0)
		return INT64_MAX;
	logger->retry_ms = now_ms +
	    policy_backoff_ms(++logger->failures, (uint32_t)now_ms);
	return logger->retry_ms;
}

void
logger_close(struct logger *logger)
{
	log_pipe_close(&logger->pipe);
}

/* Put one pid in the place of another; false when that is not there. */
static bool
past_replace(struct logger_past *past, pid_t old, pid_t pid)
{
	for (int i = 0; i < LOGGER_PAST; i++)
		if (past->pid[i] == old) {
			past->pid[i] = pid;
			return true;
		}
	return false;
}

void
logger_past_add(struct logger_past *past, pid_t pid)
{
	if (pid == 0 || past_replace(past, 0, pid))
		return;
	kill(past->pid[0], SIGKILL);
	memmove(past->pid, past->pid + 1,
	    sizeof(past->pid) - sizeof(past->pid[0]));
	past->pid[LOGGER_PAST - 1] = pid;
}

bool
logger_past_empty(const struct logger_past *past)
{
	for (int i = 0; i < LOGGER_PAST; i++)
		if (past->pid[i] != 0)
			return false;
	return true;
}

bool
logger_past_reaped(struct logger_past *past, pid_t pid)
{
	return past_replace(past, pid, 0);
}

void
logger_past_kill(struct logger_past *past)
{
	for (int i = 0; i < LOGGER_PAST; i++)
		if (past->pid[i] != 0)
			kill(past->pid[i], SIGKILL);
}
