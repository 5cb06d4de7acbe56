/* SPDX-License-Identifier: ISC */
#include "daemon/worker/admission.h"

#include "common/clock.h"
#include "config/access.h"
#include "config/config.h"
#include "daemon/log/refusals.h"
#include "daemon/sources.h"

static enum admission
refuse(enum refusal why, const struct addr *peer)
{
	return refusals_add(why, peer, clock_ms()) ? ADMISSION_REFUSE_WAKE :
						     ADMISSION_REFUSE;
}

enum admission
admission_ask(const struct config *config, struct sources *sources,
    unsigned worker, const struct addr *peer)
{
	const struct config_sources *limit = &config->sources;
	uint64_t network;

	if (!access_allows(&config->access, peer))
		return refuse(REFUSAL_ACCESS, peer);
	/* Without these limits no memory of other workers need be touched. */
	if (limit->max == 0 && limit->rate == 0)
		return ADMISSION_SERVE;
	network = sources_network(sources, peer, (unsigned)limit->prefix4,
	    (unsigned)limit->prefix6);
	if (limit->rate != 0 &&
	    !sources_arrive(sources, network, (unsigned)limit->rate,
		clock_ns() / 1000))
		return refuse(REFUSAL_RATE_PER_SOURCE, peer);
	if (limit->max != 0 &&
	    !sources_enter(sources, worker, network, (unsigned)limit->max))
		return refuse(REFUSAL_MAX_PER_SOURCE, peer);
	return ADMISSION_SERVE;
}

void
admission_over(const struct config *config, struct sources *sources,
    unsigned worker)
{
	if (config->sources.max != 0)
		sources_leave(sources, worker);
}
