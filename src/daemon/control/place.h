/* SPDX-License-Identifier: ISC */
/*
 * place: the name of the control socket in the file system (unix(7)).
 *
 * A socket is bound beside its name, gets owner and mode, listens, and only then
 * is renamed.  So whoever finds it can connect, nobody finds it with too wide a
 * mode, and one that takes the place of another leaves no gap.
 */
#ifndef ECHOD_PLACE_H
#define ECHOD_PLACE_H

#include <stdbool.h>
#include <sys/types.h>
#include <sys/un.h>

struct errbuf;

enum {
	PLACE_NEW = sizeof(".new") - 1,
	/* Room for a path, as the kernel has it, and for the one beside it. */
	PLACE_PATH = sizeof(((struct sockaddr_un *)0)->sun_path) - PLACE_NEW,
};

struct place {
	int fd; /* listens, non-blocking, close-on-exec; -1: there is none */
	char path[PLACE_PATH];
	gid_t group;  /* that may connect too; (gid_t)-1: the owner alone */
	dev_t device; /* of the name that was made, */
	ino_t inode;
};

/*
 * Make the socket of this path.  What has the name already is replaced only if
 * it is a socket of our user to which nobody listens, or, to `take_over` from a
 * process that is about to leave, whoever listens.  Root refuses a directory
 * that another user can change.  -1 with the reason in err, and nothing is made.
 */
int place_open(struct place *, const char *path, gid_t group, bool take_over,
    struct errbuf *);

/* Whether the name still stands for this socket. */
bool place_is_ours(const struct place *);

/* Close it, and remove its name if that is still ours. */
void place_close(struct place *);

#endif
