/* SPDX-License-Identifier: ISC */
#include "loader/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "loader/inventory.h"
#include "loader/numeral.h"

_Static_assert(INVENTORY_FILES == TEXT_FILES + 1,
    "an entry for each file that is read");

/* One look through a file and its includes. */
struct scan {
	const char *path; /* of the first file */
	struct inventory *inventory;
	size_t bytes; /* read so far */
	unsigned files;
	bool placed; /* the innermost FILE:LINE is in err: the one to mend */
	struct errbuf *err;
};

static const char *
kind(mode_t mode)
{
	if (S_ISDIR(mode))
		return "a directory";
	if (S_ISFIFO(mode))
		return "a FIFO";
	if (S_ISSOCK(mode))
		return "a socket";
	return "a device";
}

/* Open without waiting for anybody, and say what else it is if no file. */
static int
open_regular(const char *path, struct stat *st, struct errbuf *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd == -1)
		/* A socket cannot even be opened. */
		return errno == ENXIO ?
		    errbuf_set(err, "%s is a socket, not a regular file",
			path) :
		    errbuf_sys(err, "%s", path);
	if (fstat(fd, st) == -1) {
		errbuf_sys(err, "%s", path);
	} else if (!S_ISREG(st->st_mode)) {
		errbuf_set(err, "%s is %s, not a regular file", path,
		    kind(st->st_mode));
		errno = EINVAL;
	} else if (st->st_size > TEXT_BYTES) {
		errbuf_set(err, "%s has %lld bytes; more than %d are not read",
		    path, (long long)st->st_size, TEXT_BYTES);
		errno = EFBIG;
	} else {
		return fd;
	}
	close(fd);
	return -1;
}

/* Its text, and its entry in the inventory. */
static char *
read_whole(struct scan *scan, const char *path, struct inventory_file **entry)
{
	struct stat st = { 0 };
	size_t size, n = 0;
	ssize_t got = 0;
	char *text;
	int fd = open_regular(path, &st, scan->err);

	if (fd == -1)
		return NULL;
	size = (size_t)st.st_size;
	*entry = inventory_add(scan->inventory, path, &st);
	/* Room for an end, and a newline that may be missing. */
	if ((text = malloc(size + 2)) == NULL) {
		errbuf_sys(scan->err, "%s", path);
		close(fd);
		return NULL;
	}
	while (n < size && (got = read(fd, text + n, size - n)) > 0)
		n += (size_t)got;
	close(fd);
	text[n] = '\0';
	if (got == -1) {
		errbuf_sys(scan->err, "%s", path);
	} else if (strncmp(text, "\xff\xfe", 2) == 0 ||
	    strncmp(text, "\xfe\xff", 2) == 0) {
		errbuf_set(scan->err, "%s is UTF-16 text; save it as UTF-8",
		    path);
		errno = EINVAL;
	} else if (strlen(text) != n) {
		errbuf_set(scan->err, "%s contains a NUL byte", path);
		errno = EINVAL;
	} else if ((scan->bytes += n) > TEXT_BYTES) {
		errbuf_set(scan->err,
		    "%s: more than %d bytes with all that is "
		    "included",
		    path, TEXT_BYTES);
		errno = EFBIG;
	} else {
		return text;
	}
	free(text);
	return NULL;
}

/* Behind a string that starts at p[0] == '"'; NULL when it does not end. */
static const char *
skip_string(const char *p, int *line)
{
	for (p++; *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		if (*p == '\0')
			return NULL;
		if (*p == '\n')
			(*line)++;
	}
	return p + 1;
}

/* Behind a comment that starts at p; p when there is none, NULL when it does
 * not end. */
static const char *
skip_comment(const char *p, int *line)
{
	if (*p == '#' || (p[0] == '/' && p[1] == '/'))
		return p + strcspn(p, "\n");
	if (p[0] != '/' || p[1] != '*')
		return p;
	for (p += 2; *p != '\0' && !(p[0] == '*' && p[1] == '/'); p++)
		if (*p == '\n')
			(*line)++;
	return *p == '\0' ? NULL : p + 2;
}

/* A number that starts at p; returns what is behind it. */
static const char *
scan_number(struct scan *scan, const char *p, const char *path, int line)
{
	if ((p = numeral_check(p, scan->err)) == NULL)
		errbuf_prefix(scan->err, "%s:%d: ", path, line);
	return p;
}

static int scan_file(struct scan *, const char *path, unsigned depth);

/* "@include" at p: look through the named file too. */
static const char *
scan_include(struct scan *scan, const char *p, const char *path, int line,
    unsigned depth)
{
	static const char word[] = "@include";
	char given[PATH_MAX], file[PATH_MAX];
	const char *name = p + strlen(word);
	const char *end;
	int lines = 0;

	if (strncmp(p, word, strlen(word)) != 0) {
		errbuf_set(scan->err, "%s:%d: only @include may begin with @",
		    path, line);
		return NULL;
	}
	name += strspn(name, " \t");
	if (*name != '"' || (end = skip_string(name, &lines)) == NULL) {
		errbuf_set(scan->err, "%s:%d: @include needs a \"file\"", path,
		    line);
		return NULL;
	}
	snprintf(given, sizeof(given), "%.*s", (int)(end - 2 - name), name + 1);
	text_path(scan->path, given, file, sizeof(file));
	if (depth == TEXT_DEPTH) {
		errbuf_set(scan->err, "%s:%d: includes nested deeper than %d",
		    path, line, TEXT_DEPTH);
		return NULL;
	}
	if (scan_file(scan, file, depth + 1) == -1) {
		/* It could not be read, which is no line's fault but this. */
		if (!scan->placed)
			errbuf_prefix(scan->err, "%s:%d: ", path, line);
		scan->placed = true;
		return NULL;
	}
	return end;
}

/* Some editors begin a file with a byte order mark, and do not show it. */
static int
refuse_mark(struct scan *scan, const char *text, const char *path)
{
	if (strncmp(text, "\xef\xbb\xbf", 3) != 0)
		return 0;
	return errbuf_set(scan->err,
	    "%s:1: begins with a byte order mark (EF BB BF); save it "
	    "as UTF-8 without one",
	    path);
}

static int
scan_text(struct scan *scan, const char *p, const char *path, unsigned depth,
    bool *blank)
{
	const char *behind;
	int line = 1;

	if (refuse_mark(scan, p, path) == -1)
		return -1;
	while (*p != '\0') {
		int start = line;

		if (isspace((unsigned char)*p)) {
			line += *p++ == '\n';
			continue;
		}
		if ((behind = skip_comment(p, &line)) == NULL)
			return errbuf_set(scan->err,
			    "%s:%d: this comment does not end", path, start);
		/* libconfig wants that, and opens this file itself. */
		if (behind != p && *behind == '\0' &&
		    (*p == '#' || p[1] == '/'))
			return errbuf_set(scan->err,
			    "%s:%d: no newline behind the last comment", path,
			    start);
		if (behind != p) {
			p = behind;
			continue;
		}
		*blank = false;
		if (*p == '"') {
			if ((p = skip_string(p, &line)) == NULL)
				return errbuf_set(scan->err,
				    "%s:%d: this string does not end", path,
				    start);
		} else if (*p == '@') {
			if ((p = scan_include(scan, p, path, line, depth)) ==
			    NULL)
				return -1;
		} else if (isalpha((unsigned char)*p) || *p == '*') {
			/* A name, in which digits are no number. */
			p += strspn(p,
			    "*ABCDEFGHIJKLMNOPQRSTUVWXYZ_-"
			    "abcdefghijklmnopqrstuvwxyz0123456789");
		} else if (isdigit((unsigned char)*p) ||
		    ((*p == '-' || *p == '+' || *p == '.') &&
			isdigit((unsigned char)p[1]))) {
			if ((p = scan_number(scan, p, path, line)) == NULL)
				return -1;
		} else if ((unsigned char)*p >= 0x80) {
			return errbuf_set(scan->err,
			    "%s:%d: the byte 0x%02X, which is not ASCII, "
			    "outside of a string or comment",
			    path, line, (unsigned char)*p);
		} else {
			p++;
		}
	}
	return 0;
}

static int
scan_file(struct scan *scan, const char *path, unsigned depth)
{
	struct inventory_file *entry;
	char *text;
	int result;

	if (scan->files++ == TEXT_FILES)
		return errbuf_set(scan->err, "%s: more than %d files included",
		    path, TEXT_FILES);
	if ((text = read_whole(scan, path, &entry)) == NULL)
		return -1;
	result = scan_text(scan, text, path, depth, &entry->blank);
	/* What is wrong in a text has its place. */
	scan->placed |= result == -1;
	free(text);
	return result;
}

void
text_directory(const char *path, char *directory, size_t size)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		snprintf(directory, size, ".");
	else
		snprintf(directory, size, "%.*s",
		    slash == path ? 1 : (int)(slash - path), path);
}

void
text_path(const char *path, const char *included, char *buf, size_t size)
{
	char directory[PATH_MAX];

	text_directory(path, directory, sizeof(directory));
	if (included[0] == '/' || strchr(path, '/') == NULL)
		snprintf(buf, size, "%s", included);
	else
		snprintf(buf, size, "%s/%s", directory, included);
}

int
text_enter(const char *path, int *back, struct errbuf *err)
{
	char directory[PATH_MAX];

	text_directory(path, directory, sizeof(directory));
	*back = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (chdir(directory) == 0)
		return 0;
	errbuf_sys(err, "%s", directory);
	if (*back != -1)
		close(*back);
	return -1;
}

int
text_leave(int back, struct errbuf *err)
{
	int result;

	if (back == -1)
		return 0;
	result = fchdir(back);
	if (result == -1)
		errbuf_sys(err, "cannot go back to where we were");
	close(back);
	return result;
}

char *
text_read(const char *path, struct inventory *inventory, struct errbuf *err)
{
	struct scan scan = { .path = path, .inventory = inventory, .err = err };
	struct inventory_file *entry;
	char *text;
	size_t n;

	inventory->count = 0;
	if ((text = read_whole(&scan, path, &entry)) == NULL)
		return NULL;
	/* Most editors write it, and libconfig needs it. */
	n = strlen(text);
	if (n > 0 && text[n - 1] != '\n')
		memcpy(text + n, "\n", 2);
	if (scan_text(&scan, text, path, 0, &entry->blank) == -1) {
		free(text);
		errno = EINVAL;
		return NULL;
	}
	return text;
}
