/* SPDX-License-Identifier: ISC */
/*
 * files: whether all that a run reads and writes is there, and is none of it
 * twice.  Nothing is opened and nothing is changed.
 */
#ifndef ECHOC_FILES_H
#define ECHOC_FILES_H

#include <stdbool.h>

struct failure;
struct options;

/* Whether JSON or CSV goes to standard output, and takes the text's place. */
bool files_data_is_standard(const struct options *);

/*
 * Whether standard error has more than errors: what was asked for, in a form
 * that no document has.
 */
bool files_text_is_error(const struct options *);

/*
 * Find standard descriptors that are needed and not open, and two names of one
 * file: by device and inode, or by what they would make.  Returns -1 with
 * OUTCOME_USAGE.
 */
int files_check(const struct options *, struct failure *);

#endif
