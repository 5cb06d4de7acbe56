/* SPDX-License-Identifier: ISC */
#include "client/bench/plan.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "client/core/failure.h"
#include "common/clock.h"

/* Descriptors besides the connections: for each thread, and for the rest. */
enum { FILES_THREAD = 3, FILES_OTHER = 16 };

static bool
is_loopback(const struct addr *a)
{
	if (a->sa.sa_family == AF_INET)
		return ntohl(a->in.sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&a->in6.sin6_addr);
}

void
plan_set_peer(struct plan *plan, const struct addr *peer)
{
	plan->peer = *peer;
	plan->loopback = is_loopback(peer);
}

/* The CPUs on which we may run, which may be fewer than there are. */
static unsigned
usable_cpus(void)
{
	cpu_set_t set;
	int n = 1;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		n = CPU_COUNT(&set);
	return n > 0 ? (unsigned)n : 1;
}

static int
check_files(struct plan *plan, struct failure *f)
{
	uint64_t needed = (uint64_t)plan->connections +
	    (uint64_t)plan->threads * FILES_THREAD + FILES_OTHER;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return failure_sys(f, OUTCOME_LIMIT, "limit of descriptors");
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
		getrlimit(RLIMIT_NOFILE, &limit);
	}
	plan->files = limit.rlim_cur;
	if (limit.rlim_cur < needed)
		return failure_set(f, OUTCOME_LIMIT,
		    "%u connections need %" PRIu64
		    " descriptors, the hard limit is %" PRIu64 " (ulimit -Hn)",
		    plan->connections, needed, (uint64_t)limit.rlim_cur);
	return 0;
}

/* See whether there are enough local ports; ip(7) says which they are. */
static int
check_ports(const struct plan *plan, struct failure *f)
{
	unsigned low, high;
	uint64_t ports, sources = plan->origins > 0 ? plan->origins : 1;
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");

	/* The kernel writes numbers that fit. */
	/* NOLINTNEXTLINE(cert-err34-c) */
	if (file == NULL || fscanf(file, "%u %u", &low, &high) != 2 ||
	    high < low) {
		low = 32768;
		high = 60999;
	}
	if (file != NULL)
		(void)fclose(file);
	ports = (high - low + 1) * sources;
	if (plan->connections <= ports)
		return 0;
	return failure_set(f, OUTCOME_LIMIT,
	    "%u connections need as many local ports, and there are %" PRIu64
	    " (net.ipv4.ip_local_port_range, for each address given by -I)",
	    plan->connections, ports);
}

static int
read_origins(struct plan *plan, const struct options *opt, struct failure *f)
{
	for (unsigned i = 0; i < opt->interfaces.count; i++)
		if (dial_origin(&plan->origin[plan->origins++],
			opt->interfaces.item[i], f) == -1)
			return -1;
	return 0;
}

int
plan_make(struct plan *plan, const struct options *opt, const struct addr *peer,
    struct failure *f)
{
	memset(plan, 0, sizeof(*plan));
	plan->opt = opt;
	plan_set_peer(plan, peer);
	plan->cpus = usable_cpus();
	plan->connections = (unsigned)opt->connections;
	plan->threads = (unsigned)opt->threads;
	if (plan->threads == 0 && plan->loopback)
		plan->threads = plan->cpus > 1 ? plan->cpus / 2 : 1;
	else if (plan->threads == 0)
		plan->threads = plan->cpus;
	if (plan->threads > plan->connections)
		plan->threads = plan->connections;
	plan->duration_ns = opt->messages > 0 ? INT64_MAX / 4 :
						opt->duration_ns;
	plan->warmup_ns = opt->warmup_ns;
	if (opt->warmup_ns == -1 && opt->messages > 0)
		plan->warmup_ns = 0;
	else if (opt->warmup_ns == -1)
		plan->warmup_ns = opt->duration_ns / 10 < CLOCK_SECOND ?
		    opt->duration_ns / 10 :
		    CLOCK_SECOND;
	if (read_origins(plan, opt, f) == -1 || check_files(plan, f) == -1)
		return -1;
	return check_ports(plan, f);
}
