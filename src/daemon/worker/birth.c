/* SPDX-License-Identifier: ISC */
#include "daemon/worker/birth.h"

#include <sysexits.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "daemon/log/class.h"
#include "daemon/log/log.h"
#include "daemon/sandbox/descriptors.h"
#include "daemon/sandbox/process.h"
#include "daemon/sandbox/sandbox.h"
#include "daemon/scoreboard.h"
#include "daemon/worker/job.h"

static void
keep_descriptors(const struct worker_job *job, int link)
{
	int keep[CONFIG_ADDRESSES + 4];
	size_t n = 0;

	for (unsigned i = 0; i < job->listener_count; i++)
		keep[n++] = job->listener[i].fd;
	keep[n++] = job->lifeline;
	keep[n++] = job->wake;
	keep[n++] = log_writer();
	if (link != -1)
		keep[n++] = link;
	descriptors_keep(keep, n);
}

_Noreturn void
birth_fail(const struct worker_job *job, const struct errbuf *err, int status)
{
	(void)class_log(CLASS_CANNOT_START, LEVEL_ERR,
	    "worker cannot start: %s", err->text);
	scoreboard_complain(job->board, err->text);
	_exit(status);
}

void
birth_confine(const struct worker_job *job, const char *name, int link)
{
	const struct config *config = job->config;
	const struct sandbox sandbox = { config->sandbox, ROLE_WORKER,
		{ config->uid, config->gid, config->chroot } };
	struct errbuf err;

	keep_descriptors(job, link);
	process_name(name);
	log_limit((enum log_level)config->log.level);
	if (sandbox_enter(&sandbox, &err) == -1)
		birth_fail(job, &err, EX_NOPERM);
}
