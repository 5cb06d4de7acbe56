/* SPDX-License-Identifier: ISC */
#include "daemon/sandbox/landlock.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/errbuf.h"

/* Headers are often older than the kernel; these are its interface. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444 /* on every architecture */
#endif
#ifndef SYS_landlock_restrict_self
#define SYS_landlock_restrict_self 446
#endif

enum { ASK_VERSION = 1 << 0 }; /* LANDLOCK_CREATE_RULESET_VERSION */

/* struct landlock_ruleset_attr, which has grown twice. */
struct ruleset {
	uint64_t files;	 /* from version 1 */
	uint64_t net;	 /* from version 4 */
	uint64_t scoped; /* from version 6 */
};

#define BITS(n) ((UINT64_C(1) << (n)) - 1)

/* Everything that this version of Landlock can forbid. */
static size_t
everything(int version, struct ruleset *ruleset)
{
	*ruleset = (struct ruleset){
		/* With REFER from 2, TRUNCATE from 3, IOCTL_DEV from 5. */
		.files = version >= 5 ? BITS(16) :
		    version >= 3      ? BITS(15) :
		    version >= 2      ? BITS(14) :
					BITS(13),
		.net = BITS(2),	   /* bind and connect of TCP */
		.scoped = BITS(2), /* abstract sockets and signals */
	};
	return version >= 6 ? sizeof(*ruleset) :
	    version >= 4    ? offsetof(struct ruleset, scoped) :
			      offsetof(struct ruleset, net);
}

int
landlock_enter(struct errbuf *err)
{
	struct ruleset ruleset;
	long fd,
	    version = syscall(SYS_landlock_create_ruleset, NULL, 0,
		ASK_VERSION);
	size_t size;

	/* The kernel has no Landlock, or a container hides it. */
	if (version < 1)
		return 0;
	size = everything((int)version, &ruleset);
	fd = syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
	if (fd == -1)
		return errbuf_sys(err, "cannot make a Landlock rule set");
	/* Only rules allow something, and none is added. */
	if (syscall(SYS_landlock_restrict_self, fd, 0) == -1) {
		errbuf_sys(err, "cannot enter the Landlock rule set");
		close((int)fd);
		return -1;
	}
	close((int)fd);
	return 0;
}
