/* SPDX-License-Identifier: ISC */
/*
 * check: what the unit tests share: cmocka with its prerequisites, a check
 * that says which row of a table failed, a locale, a folder for files, and children.
 */
#ifndef ECHOD_CHECK_H
#define ECHOD_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <ftw.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Like assert_true(), with a printf(3) description of the case. */
#define CHECK(condition, ...)                                                  \
	do {                                                                   \
		if (!(condition)) {                                            \
			print_error("%s:%d: %s is false for ", __FILE__,       \
			    __LINE__, #condition);                             \
			print_error(__VA_ARGS__);                              \
			print_error("\n");                                     \
			fail();                                                \
		}                                                              \
	} while (0)

/*
 * Go into a locale whose numbers have a comma, until setlocale(LC_ALL, "C"), or
 * skip the test where there is none.  "make check" has one made.
 */
#define NEED_COMMA_LOCALE()                                                    \
	do {                                                                   \
		const char *folder = getenv("ECHOD_LOCALES");                  \
                                                                               \
		if (folder != NULL)                                            \
			(void)setenv("LOCPATH", folder, 1);                    \
		if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)                  \
			skip();                                                \
	} while (0)

/* Two strings are equal, in this case. */
#define CHECK_TEXT(is, wanted, ...)                                            \
	do {                                                                   \
		const char *is_ = (is), *wanted_ = (wanted);                   \
                                                                               \
		if (strcmp(is_, wanted_) != 0) {                               \
			print_error("%s:%d: is \"%s\", wanted \"%s\" for ",    \
			    __FILE__, __LINE__, is_, wanted_);                 \
			print_error(__VA_ARGS__);                              \
			print_error("\n");                                     \
			fail();                                                \
		}                                                              \
	} while (0)

/* A folder of one test program, below the system's for temporary files. */
static char check_folder[256];

static inline int
check_folder_make(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(check_folder, sizeof(check_folder), "%s/echod-unit.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	return mkdtemp(check_folder) != NULL ? 0 : -1;
}

static inline int
check_remove_one(const char *path, const struct stat *st, int type,
    struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int
check_folder_remove(void **state)
{
	(void)state;
	return nftw(check_folder, check_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The path of a file in the folder; eight of them are valid at a time. */
static inline const char *
check_path(const char *name)
{
	static char paths[8][sizeof(check_folder) + 128];
	static unsigned next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", check_folder, name);
	return path;
}

/* Make a file in the folder of n bytes; returns its path. */
static inline const char *
check_write(const char *name, const void *data, size_t n)
{
	const char *path = check_path(name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
	return path;
}

static inline const char *
check_file(const char *name, const char *text)
{
	return check_write(name, text, strlen(text));
}

/* Read a small file whole into buf. */
static inline void
check_read(const char *path, char *buf, size_t size)
{
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(buf, 1, size - 1, file);
	buf[n] = '\0';
	fclose(file);
}

/* The exit status of a child, 128 and the signal if that ended it. */
static inline int
check_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A sequence of numbers that is the same each time (xorshift). */
static inline uint32_t
check_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

#endif
