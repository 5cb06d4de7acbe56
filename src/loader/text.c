/* SPDX-License-Identifier: ISC */
#include "loader/text.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "config/trust.h"
#include "loader/numeral.h"
#include "loader/regular.h"

/* One pass through a file and everything it includes. */
struct scan {
	struct text *text;
	size_t read; /* bytes, of all files */
	bool placed; /* err has its FILE:LINE already */
	struct errbuf *err;
};

/* One file of the pass. */
struct source {
	struct inventory_file *file;
	unsigned depth;	    /* of the includes that lead to it */
	unsigned line;	    /* that is being looked at */
	const char *copied; /* its bytes up to here are in scan->text */
	unsigned copied_line;
};

/* Whether the bytes can be a configuration. */
static int
check_bytes(struct scan *scan, const char *path, const char *bytes, size_t n)
{
	if (strncmp(bytes, "\xff\xfe", 2) == 0 ||
	    strncmp(bytes, "\xfe\xff", 2) == 0)
		return errbuf_set(scan->err,
		    "%s is UTF-16 text; save it as UTF-8", path);
	if (strlen(bytes) != n)
		return errbuf_set(scan->err, "%s contains a NUL byte", path);
	if ((scan->read += n) > TEXT_BYTES)
		return errbuf_set(scan->err,
		    "%s: more than %d bytes with all that is included", path,
		    TEXT_BYTES);
	return 0;
}

/* The bytes of a file, to be freed, and its entry in the inventory. */
static char *
read_whole(struct scan *scan, const char *path, struct inventory_file **entry)
{
	struct stat st = { 0 };
	size_t size, n = 0;
	ssize_t got = 0;
	char *bytes;
	int error, fd = regular_open(path, TEXT_BYTES, &st, scan->err);

	if (fd == -1)
		return NULL;
	size = (size_t)st.st_size;
	*entry = inventory_add(&scan->text->files, path, &st);
	if (geteuid() == 0 &&
	    trust_file(path, fd, &scan->text->warning, scan->err) == -1) {
		close(fd);
		return NULL;
	}
	if ((bytes = malloc(size + 1)) == NULL) {
		errbuf_sys(scan->err, "%s", path);
		close(fd);
		errno = ENOMEM;
		return NULL;
	}
	while (n < size && (got = read(fd, bytes + n, size - n)) > 0)
		n += (size_t)got;
	bytes[n] = '\0';
	error = got == -1 ? errno : EINVAL;
	if (got == -1)
		errbuf_sys(scan->err, "%s", path);
	close(fd);
	if (got != -1 && check_bytes(scan, path, bytes, n) == 0)
		return bytes;
	free(bytes);
	errno = error;
	return NULL;
}

/* Note that the present line of the text comes from this line of the file. */
static void
place(struct text *text, const struct source *from, unsigned line)
{
	text->lines[text->line_count] = (struct text_line){
		.file = (unsigned)(from->file - text->files.files),
		.line = line
	};
}

static bool
at_line_start(const struct text *text)
{
	return text->size == 0 || text->bytes[text->size - 1] == '\n';
}

/* Copy what is before `end` and has not been copied yet. */
static void
copy(struct scan *scan, struct source *from, const char *end)
{
	struct text *text = scan->text;

	if (at_line_start(text))
		place(text, from, from->copied_line);
	for (; from->copied < end; from->copied++) {
		text->bytes[text->size++] = *from->copied;
		if (*from->copied == '\n') {
			text->line_count++;
			place(text, from, ++from->copied_line);
		}
	}
	text->bytes[text->size] = '\0';
}

/* libconfig needs a newline after the last comment of the text. */
static void
end_line(struct scan *scan, const struct source *from)
{
	struct text *text = scan->text;

	if (at_line_start(text))
		return;
	memcpy(text->bytes + text->size++, "\n", 2);
	text->line_count++;
	place(text, from, from->copied_line + 1);
}

/* The end of the string that starts at p[0] == '"'; NULL: it does not end. */
static const char *
skip_string(const char *p, unsigned *line)
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

/* Whether there is a \x00, which libconfig leaves out without a word. */
static bool
has_nul(const char *p, const char *end)
{
	for (; p < end; p++)
		if (*p == '\\' && strncasecmp(++p, "x00", 3) == 0)
			return true;
	return false;
}

/*
 * The end of the comment that starts at p; p: no comment starts there; NULL: it
 * does not end.
 */
static const char *
skip_comment(const char *p, unsigned *line)
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

/* Note that the error is in this line.  Returns NULL. */
static const char *
blame(struct scan *scan, const struct source *from, unsigned line,
    const char *why)
{
	errbuf_set(scan->err, "%s:%u: %s", from->file->path, line, why);
	return NULL;
}

/* Whether only blanks are before p in its line. */
static bool
begins_line(const char *start, const char *p)
{
	while (p > start && (p[-1] == ' ' || p[-1] == '\t'))
		p--;
	return p == start || p[-1] == '\n';
}

/* A relative path is relative to the directory of the first file. */
static void
included_path(const struct text *text, const char *given, char *buf,
    size_t size)
{
	const char *first = text->files.files[0].path;
	const char *slash = given[0] != '/' ? strrchr(first, '/') : NULL;

	if (slash != NULL)
		snprintf(buf, size, "%.*s%s", (int)(slash + 1 - first), first,
		    given);
	else
		snprintf(buf, size, "%s", given);
}

static int scan_file(struct scan *, const char *path, unsigned depth);

/*
 * Replace the "@include" at p by the file it names.  Returns the end of it,
 * NULL with the reason.
 */
static const char *
scan_include(struct scan *scan, struct source *from, const char *start,
    const char *p)
{
	static const char word[] = "@include";
	char given[PATH_MAX], path[2 * PATH_MAX];
	const char *name = p + strlen(word);
	const char *end;
	unsigned lines = 0;

	if (strncmp(p, word, strlen(word)) != 0)
		return blame(scan, from, from->line,
		    "only @include may begin with @");
	name += strspn(name, " \t");
	if (*name != '"' || (end = skip_string(name, &lines)) == NULL)
		return blame(scan, from, from->line,
		    "@include needs a \"file\"");
	if (!begins_line(start, p))
		return blame(scan, from, from->line, "syntax error");
	if (from->depth == TEXT_DEPTH) {
		errbuf_set(scan->err, "includes nested deeper than %d",
		    TEXT_DEPTH);
		return blame(scan, from, from->line, scan->err->text);
	}
	snprintf(given, sizeof(given), "%.*s", (int)(end - 2 - name), name + 1);
	included_path(scan->text, given, path, sizeof(path));
	copy(scan, from, p);
	end_line(scan, from);
	if (scan_file(scan, path, from->depth + 1) == -1) {
		/* If the file cannot be read, this line is to blame. */
		if (!scan->placed)
			(void)blame(scan, from, from->line, scan->err->text);
		scan->placed = true;
		return NULL;
	}
	from->copied = end;
	from->line += lines;
	from->copied_line = from->line;
	place(scan->text, from, from->line);
	return end;
}

/* Look at what starts at p and is not blank.  Returns its end, or NULL. */
static const char *
scan_item(struct scan *scan, struct source *from, const char *start,
    const char *p)
{
	unsigned line = from->line;
	const char *end = skip_comment(p, &from->line);

	if (end == NULL)
		return blame(scan, from, line, "this comment does not end");
	if (end != p)
		return end;
	from->file->blank = false;
	if (*p == '@')
		return scan_include(scan, from, start, p);
	if (*p == '"') {
		end = skip_string(p, &from->line);
		if (end == NULL)
			return blame(scan, from, line,
			    "this string does not end");
		return !has_nul(p, end) ?
		    end :
		    blame(scan, from, line,
			"this string has a NUL byte (\\x00) in it");
	}
	/* A name, in which digits are not a number. */
	if (isalpha((unsigned char)*p) || *p == '*')
		return p +
		    strspn(p,
			"*ABCDEFGHIJKLMNOPQRSTUVWXYZ_-"
			"abcdefghijklmnopqrstuvwxyz0123456789");
	if (isdigit((unsigned char)*p) ||
	    ((*p == '-' || *p == '+' || *p == '.') &&
		isdigit((unsigned char)p[1]))) {
		end = numeral_check(p, scan->err);
		return end != NULL ? end :
				     blame(scan, from, line, scan->err->text);
	}
	if ((unsigned char)*p < 0x80)
		return p + 1;
	errbuf_set(scan->err,
	    "the byte 0x%02X, which is not ASCII, outside of a string or "
	    "comment",
	    (unsigned char)*p);
	return blame(scan, from, line, scan->err->text);
}

static int
scan_bytes(struct scan *scan, struct source *from, const char *start)
{
	const char *p = start;

	/* A byte order mark, which some editors write and do not show. */
	if (strncmp(p, "\xef\xbb\xbf", 3) == 0) {
		(void)blame(scan, from, 1,
		    "begins with a byte order mark (EF BB BF); save it as "
		    "UTF-8 without one");
		return -1;
	}
	while (*p != '\0') {
		if (isspace((unsigned char)*p))
			from->line += *p++ == '\n';
		else if ((p = scan_item(scan, from, start, p)) == NULL)
			return -1;
	}
	copy(scan, from, p);
	end_line(scan, from);
	return 0;
}

static int
scan_file(struct scan *scan, const char *path, unsigned depth)
{
	struct source from = { .depth = depth, .line = 1, .copied_line = 1 };
	char *bytes;
	int result;

	if (scan->text->files.count == CONFIG_FILES)
		return errbuf_set(scan->err, "%s: more than %d files included",
		    path, CONFIG_FILES - 1);
	if ((bytes = read_whole(scan, path, &from.file)) == NULL)
		return -1;
	from.copied = bytes;
	result = scan_bytes(scan, &from, bytes);
	free(bytes);
	if (result == -1) {
		/* The error already has the place in front. */
		scan->placed = true;
		errno = EINVAL;
	}
	return result;
}

int
text_read(struct text *text, const char *path, struct errbuf *err)
{
	struct scan scan = { .text = text, .err = err };

	text->files.count = text->line_count = 0;
	text->warning.text[0] = '\0';
	text->size = 0;
	text->bytes[0] = '\0';
	return scan_file(&scan, path, 0);
}

const char *
text_place(const struct text *text, unsigned *line)
{
	unsigned i = *line > 0 ? *line - 1 : 0;

	if (i > text->line_count)
		i = text->line_count;
	*line = text->lines[i].line;
	return text->files.files[text->lines[i].file].path;
}
