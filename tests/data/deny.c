/* SPDX-License-Identifier: ISC */
/*
 * deny: runs a command to which system calls are refused, as the profile of a
 * container does it that does not know them.
 *
 *	deny EPERM|ENOSYS CALL[,CALL...] COMMAND [ARGUMENT...]
 *
 * A CALL is a name of the table below, or "newer": all that came after Linux
 * 4.5, and getrandom.  That leaves out clone3, for which the C library accepts ENOSYS alone,
 * so that no program could start a thread.  The status is that of the command;
 * 77 where no filter is allowed, 64 for a call that is not known.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same on all architectures but alpha, and not in older headers. */
enum { CLONE3 = 435, CLOSE_RANGE = 436, EPOLL_PWAIT2 = 441, FIRST_COMMON = 424 };

static const struct {
	const char *name;
	uint32_t number;
	int newer;
} calls[] = {
	{ "close_range", CLOSE_RANGE, 0 },
	{ "epoll_pwait2", EPOLL_PWAIT2, 0 },
#ifdef SYS_getrandom
	{ "getrandom", SYS_getrandom, 1 },
#endif
#ifdef SYS_io_pgetevents
	{ "io_pgetevents", SYS_io_pgetevents, 1 },
#endif
#ifdef SYS_preadv2
	{ "preadv2", SYS_preadv2, 1 },
#endif
#ifdef SYS_pwritev2
	{ "pwritev2", SYS_pwritev2, 1 },
#endif
#ifdef SYS_rseq
	{ "rseq", SYS_rseq, 1 },
#endif
#ifdef SYS_statx
	{ "statx", SYS_statx, 1 },
#endif
};

#define COUNT (sizeof(calls) / sizeof(calls[0]))
#define JUMP(what, number, yes, no)                                            \
	(struct sock_filter) BPF_JUMP(BPF_JMP | (what) | BPF_K, number, yes, no)
#define RETURN(value) (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, value)

static struct sock_filter filter[3 * COUNT + 8];
static unsigned short used;
static uint32_t refusal;

static void
refuse(uint32_t number)
{
	filter[used++] = JUMP(BPF_JEQ, number, 0, 1);
	filter[used++] = RETURN(refusal);
}

/* Those that have the same number everywhere came later than 4.5. */
static void
refuse_newer(void)
{
	for (size_t i = 0; i < COUNT; i++)
		if (calls[i].newer)
			refuse(calls[i].number);
	filter[used++] = JUMP(BPF_JGE, FIRST_COMMON, 0, 2);
	filter[used++] = JUMP(BPF_JEQ, CLONE3, 1, 0);
	filter[used++] = RETURN(refusal);
}

/* Returns whether all of the names are known. */
static int
refuse_all(char *names)
{
	size_t i;

	for (char *name = strtok(names, ","); name != NULL;
	     name = strtok(NULL, ",")) {
		if (strcmp(name, "newer") == 0) {
			refuse_newer();
			continue;
		}
		for (i = 0; i < COUNT; i++)
			if (strcmp(name, calls[i].name) == 0)
				break;
		if (i == COUNT || used + 2 > (int)(3 * COUNT)) {
			fprintf(stderr, "deny: %s: not known\n", name);
			return 0;
		}
		refuse(calls[i].number);
	}
	return 1;
}

int
main(int argc, char *argv[])
{
	struct sock_fprog program = { .filter = filter };

	if (argc < 4) {
		fprintf(stderr, "usage: deny EPERM|ENOSYS CALLS COMMAND...\n");
		return 64;
	}
	refusal = SECCOMP_RET_ERRNO |
	    (uint32_t)(strcmp(argv[1], "ENOSYS") == 0 ? ENOSYS : EPERM);
	filter[used++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, nr));
	if (!refuse_all(argv[2]))
		return 64;
	filter[used++] = RETURN(SECCOMP_RET_ALLOW);
	program.len = used;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1) {
		perror("deny: seccomp");
		return 77;
	}
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 127;
}
