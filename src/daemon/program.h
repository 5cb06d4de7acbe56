/* SPDX-License-Identifier: ISC */
/*
 * program: where the programs are that echod executes.
 */
#ifndef ECHOD_PROGRAM_H
#define ECHOD_PROGRAM_H

enum program { PROGRAM_LOADER, PROGRAM_REPORTER, PROGRAMS };

/*
 * The path of a program: in the directory of this one, as in a build; or where
 * $(libexecdir)/echod is as seen from $(sbindir), if this program is in a
 * directory that ends like $(sbindir), so that an installation can be moved as
 * a whole; or $(libexecdir)/echod.  The first of these that is there, else the
 * last.  To be called before the working directory changes.
 */
const char *program_find(enum program);

/* The same for an echod of this path, NULL: unknown. */
const char *program_find_from(enum program, const char *self);

#endif
