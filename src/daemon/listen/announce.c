/* SPDX-License-Identifier: ISC */
#include "daemon/listen/announce.h"

#include <string.h>

#include "config/config.h"
#include "daemon/listen/listener.h"
#include "daemon/log/log.h"

const char *
announce_origin(const struct listener *l)
{
	static const char *const texts[] = { [LISTENER_OWN] = "own",
		[LISTENER_INHERITED] = "inherited",
		[LISTENER_STORED] = "stored",
		[LISTENER_HANDED] = "handed-over" };

	return texts[l->origin];
}

/*
 * Log the address of a listener; and where the socket comes from, if it was not
 * opened here.
 */
static void
report(const struct listener *l, const struct config *config)
{
	char host[ADDR_TEXT], name[4 * LISTENER_NAME] = "";

	addr_host(&l->bound, host, sizeof(host));
	if (l->name[0] != '\0')
		log_quote(name, sizeof(name), l->name, strlen(l->name));
	if (l->origin == LISTENER_OWN)
		log_notice("listening on %s port %u", host,
		    addr_port(&l->bound));
	else
		log_notice("listening on %s port %u (%s%s%s%s)", host,
		    addr_port(&l->bound),
		    l->origin == LISTENER_STORED ? "kept" : announce_origin(l),
		    name[0] != '\0' ? " as " : "", name,
		    l->listed || config->address_count == 0 ?
			"" :
			", not in `listen`");
}

void
announce_listeners(struct listener_set *set, const struct config *config)
{
	int64_t backlog = config->backlog;
	unsigned limit;

	for (unsigned i = 0; i < set->count; i++) {
		struct listener *l = &set->item[i];

		if (!l->reported)
			report(l, config);
		l->reported = true;
		(void)listener_waiting(l, &limit);
		if (limit < backlog && l->backlog_said != backlog) {
			log_notice("backlog of %s is %u, not %u: see %s",
			    l->text, limit, (unsigned)backlog,
			    l->origin == LISTENER_INHERITED ?
				"Backlog= of its socket unit" :
				"net.core.somaxconn");
			l->backlog_said = backlog;
		}
	}
}
