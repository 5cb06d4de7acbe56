/* SPDX-License-Identifier: ISC */
/*
 * place: the name of the control socket in the file system (unix(7)).
 *
 * A socket is bound beside its name, gets owner and mode, listens, and only
 * then is renamed.  So a socket that can be found can be connected to, its mode
 * is never too wide, and one that replaces another leaves no gap.
 */
#ifndef ECHOD_PLACE_H
#define ECHOD_PLACE_H

#include <stdbool.h>
#include <sys/types.h>
#include <sys/un.h>

struct errbuf;

enum {
	PLACE_NEW = sizeof(".new") - 1,
	/* Room for the path, so that the one beside it fits the kernel's limit,
	 * too. */
	PLACE_PATH = sizeof(((struct sockaddr_un *)0)->sun_path) - PLACE_NEW,
};

struct place {
	int fd; /* listens, non-blocking, close-on-exec; -1: there is none */
	char path[PLACE_PATH];
	gid_t group;  /* may connect, too; (gid_t)-1: no group */
	dev_t device; /* of the file that was made */
	ino_t inode;
};

/*
 * Make the socket with this path.  A file that has the name already is replaced
 * only if it is a socket of our user that no process listens to; with
 * `take_over` also one that is listened to, as by the other master in an
 * upgrade.  Root refuses a directory that another user can change.  -1 with the
 * reason in err, and nothing has been made.
 */
int place_open(struct place *, const char *path, gid_t group, bool take_over,
    struct errbuf *);

/* Whether the path still leads to this socket. */
bool place_is_ours(const struct place *);

/* Close it, and remove its name if that is still ours. */
void place_close(struct place *);

#endif
