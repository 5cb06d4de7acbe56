/* SPDX-License-Identifier: ISC */
/*
 * program: finds the programs that echod executes.
 */
#ifndef ECHOD_PROGRAM_H
#define ECHOD_PROGRAM_H

enum program { PROGRAM_LOADER, PROGRAM_REPORTER, PROGRAMS };

/*
 * The path of a program.  It is looked for in the directory of this program, as
 * in a build; then, if that directory ends like $(sbindir), in the place that
 * $(libexecdir)/echod has beside it, so that an installation can be moved as a
 * whole; and if it is in neither, it is taken to be in $(libexecdir)/echod.
 *
 * To be called before the working directory changes.
 */
const char *program_find(enum program);

/* The same for an echod that has this path; NULL: it is unknown. */
const char *program_find_from(enum program, const char *self);

#endif
