/* SPDX-License-Identifier: ISC */
/*
 * files: whether the files of a run are what the user meant.  The check
 * prevents that a file is emptied before it is read, that two results are mixed
 * in one file, and that an echo is read again and never ends.
 */
#ifndef ECHOC_FILES_H
#define ECHOC_FILES_H

#include <stdbool.h>

struct failure;
struct options;

/* Whether JSON or CSV goes to standard output, instead of the text. */
bool files_data_is_standard(const struct options *);

/* Whether a transcript, lines of -v or the like go to standard error. */
bool files_text_is_error(const struct options *);

/*
 * Check that the standard descriptors that are needed are open, and that no two
 * names stand for one file, be it there or not.  Returns -1 with OUTCOME_USAGE.
 */
int files_check(const struct options *, struct failure *);

#endif
