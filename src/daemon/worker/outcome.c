/* SPDX-License-Identifier: ISC */
#include "daemon/worker/outcome.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/addr.h"
#include "common/net.h"
#include "daemon/accounts.h"
#include "daemon/log/log.h"
#include "daemon/worker/job.h"

void
outcome_met(const struct addr *peer)
{
	char host[ADDR_TEXT];

	if (!log_wants(LEVEL_DEBUG))
		return;
	addr_host(peer, host, sizeof(host));
	log_debug("connection from %s port %u", host, addr_port(peer));
}

void
outcome_received(const struct echo *echo, size_t n)
{
	char text[LOG_LINE - 128];

	if (!log_wants(LEVEL_DEBUG))
		return;
	log_debug("received %s",
	    log_quote(text, sizeof(text), echo->buffer, n));
	log_debug("sending data back to the client");
}

void
outcome_left(const struct addr *peer)
{
	char host[ADDR_TEXT];

	if (!log_wants(LEVEL_DEBUG))
		return;
	addr_host(peer, host, sizeof(host));
	log_debug("no more data from %s port %u", host, addr_port(peer));
}

bool
outcome_is_empty(const struct echo *echo, enum echo_end end)
{
	return echo->in == 0 && (end == ECHO_CLOSED || end == ECHO_RESET);
}

/*
 * The reasons of a snapshot have the same order, without that of an open
 * connection.
 */
_Static_assert((int)SNAPSHOT_CLOSED == ECHO_CLOSED - 1 &&
	(int)SNAPSHOT_IDLE == ECHO_IDLE - 1 &&
	(int)SNAPSHOT_SEND_TIMEOUT == ECHO_SEND_TIMEOUT - 1 &&
	(int)SNAPSHOT_RESET == ECHO_RESET - 1 &&
	(int)SNAPSHOT_LIFETIME == ECHO_LIFETIME - 1 &&
	(int)SNAPSHOT_DRAINED == ECHO_DRAINED - 1 &&
	(int)SNAPSHOT_ERROR == ECHO_ERROR - 1 &&
	(int)SNAPSHOT_ERROR + 1 == ECHO_ENDS - 1,
    "each end of an echo is a reason of a snapshot");

void
outcome_count(struct account *account, const struct echo *echo,
    enum echo_end end, int64_t ms)
{
	if (outcome_is_empty(echo, end))
		account_empty(account);
	account_ended(account, (enum snapshot_reason)(end - ECHO_CLOSED),
	    echo->in, echo->out, ms);
}

/* Empty connections are those of health checks, which interest nobody. */
static enum log_level
level_of(const struct echo *echo, enum echo_end end)
{
	return outcome_is_empty(echo, end) ? LEVEL_DEBUG : LEVEL_INFO;
}

bool
outcome_look(const struct echo *echo, enum echo_end end, struct net_path *path)
{
	return log_wants(level_of(echo, end)) && net_path(echo->fd, path);
}

void
outcome_tell(const struct worker_listener *l, const struct addr *peer,
    const struct echo *echo, enum echo_end end, int64_t ms,
    const struct net_path *path)
{
	enum log_level level = level_of(echo, end);
	const char *why = strerror(echo->error);
	char text[ADDR_TEXT], reason[128] = "", way[80] = "";

	if (!log_wants(level))
		return;
	addr_text(peer, text, sizeof(text));
	if (path != NULL)
		snprintf(way, sizeof(way),
		    " rtt_us=%" PRIu32 " retrans=%" PRIu32 " mss=%" PRIu32,
		    path->rtt_us, path->retrans, path->mss);
	if (end == ECHO_ERROR)
		log_quote(reason, sizeof(reason), why, strlen(why));
	log_write(level,
	    "connection ended peer=%s listener=%s in_bytes=%" PRIu64
	    " out_bytes=%" PRIu64 " seconds=%" PRId64 ".%03d%s reason=%s%s%s",
	    text, l->text, echo->in, echo->out, ms / 1000, (int)(ms % 1000),
	    way, echo_end_name(end), end == ECHO_ERROR ? " error=" : "",
	    reason);
}
