/* SPDX-License-Identifier: ISC */
/*
 * repeat: looks again and again, until a signal or the end of the output.
 */
#ifndef ECHOD_REPEAT_H
#define ECHOD_REPEAT_H

struct show_case;

/*
 * Print each answer, or that echod does not answer.  Returns the exit status.
 */
int repeat_show(struct show_case *);

#endif
