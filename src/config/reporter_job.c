/* SPDX-License-Identifier: ISC */
#include "config/reporter_job.h"

#include <stdio.h>
#include <string.h>

#include "common/errbuf.h"
#include "common/units.h"

enum { UID, GID, SANDBOX, LISTENERS, NUMBERS };

void
reporter_job_write(const struct reporter_job *job, struct reporter_args *args)
{
	const unsigned value[NUMBERS] = { [UID] = job->uid,
		[GID] = job->gid,
		[SANDBOX] = (unsigned)job->sandbox,
		[LISTENERS] = job->listeners };

	args->argv[0] = "echod-report";
	for (unsigned i = 0; i < NUMBERS; i++) {
		snprintf(args->number[i], REPORTER_NUMBER, "%u", value[i]);
		args->argv[1 + i] = args->number[i];
	}
	args->argv[1 + NUMBERS] = job->chroot;
	args->argv[2 + NUMBERS] = NULL;
}

int
reporter_job_read(struct reporter_job *job, int argc, char *const argv[])
{
	static const int64_t most[NUMBERS] = { [UID] = UINT32_MAX,
		[GID] = UINT32_MAX,
		[SANDBOX] = SANDBOX_OFF,
		[LISTENERS] = REPORTER_LISTENERS };
	int64_t value[NUMBERS];
	struct errbuf err;

	if (argc != REPORTER_ARGS - 1 ||
	    strlen(argv[1 + NUMBERS]) >= sizeof(job->chroot))
		return -1;
	for (unsigned i = 0; i < NUMBERS; i++)
		if (units_integer(argv[1 + i], i == LISTENERS ? 1 : 0, most[i],
			&value[i], &err) == -1)
			return -1;
	*job = (struct reporter_job){ .uid = (uid_t)value[UID],
		.gid = (gid_t)value[GID],
		.sandbox = (int)value[SANDBOX],
		.listeners = (unsigned)value[LISTENERS] };
	snprintf(job->chroot, sizeof(job->chroot), "%s", argv[1 + NUMBERS]);
	return 0;
}
