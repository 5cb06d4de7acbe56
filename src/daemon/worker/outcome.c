/* SPDX-License-Identifier: ISC */
#include "daemon/worker/outcome.h"

#include <inttypes.h>
#include <string.h>

#include "common/addr.h"
#include "daemon/accounts.h"
#include "daemon/log/log.h"
#include "daemon/worker/job.h"

bool
outcome_is_empty(const struct echo *echo, enum echo_end end)
{
	return echo->in == 0 && (end == ECHO_CLOSED || end == ECHO_RESET);
}

/* They have the same order, but that there an open connection has no reason. */
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

void
outcome_tell(const struct worker_listener *l, const struct addr *peer,
    const struct echo *echo, enum echo_end end, int64_t ms)
{
	enum log_level level = outcome_is_empty(echo, end) ? LEVEL_DEBUG :
							     LEVEL_INFO;
	const char *why = strerror(echo->error);
	char text[ADDR_TEXT], reason[128] = "";

	if (!log_wants(level))
		return;
	addr_text(peer, text, sizeof(text));
	if (end == ECHO_ERROR)
		log_quote(reason, sizeof(reason), why, strlen(why));
	log_write(level,
	    "connection ended peer=%s listener=%s in_bytes=%" PRIu64
	    " out_bytes=%" PRIu64 " seconds=%" PRId64 ".%03d reason=%s%s%s",
	    text, l->text, echo->in, echo->out, ms / 1000, (int)(ms % 1000),
	    echo_end_name(end), end == ECHO_ERROR ? " error=" : "", reason);
}
