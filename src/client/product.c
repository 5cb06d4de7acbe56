/* SPDX-License-Identifier: ISC */
#include "client/product.h"

#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/failure.h"
#include "common/output.h"

FILE *
product_file_open(const char *path, struct failure *f)
{
	FILE *file;

	if (strcmp(path, "-") == 0)
		return output_standard();
	file = output_open(path);
	if (file == NULL)
		failure_sys(f, OUTCOME_USAGE, "%s", path);
	return file;
}

int
product_file_close(FILE *file, const char *path, struct failure *f)
{
	if (output_close(file) == 0)
		return 0;
	return failure_sys(f, OUTCOME_USAGE, "%s",
	    file == output_standard() ? "standard output" : path);
}

/* The folder that a path is in. */
static int
stat_folder(const char *path, struct stat *st)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%.*s",
	    slash == NULL ? 1 : (int)(slash + 1 - path),
	    slash == NULL ? "." : path);
	return stat(folder, st);
}

/* Whether what goes to one of two files would change the other. */
static bool
is_same(const char *path, const char *other)
{
	const char *slash = strrchr(path, '/'), *mark = strrchr(other, '/');
	struct stat a, b;

	if (stat(path, &a) == 0)
		return stat(other, &b) == 0 && S_ISREG(a.st_mode) &&
		    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
	/* It will be made: by the same name in the same folder? */
	return strcmp(slash != NULL ? slash + 1 : path,
		   mark != NULL ? mark + 1 : other) == 0 &&
	    stat_folder(path, &a) == 0 && stat_folder(other, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Whether a descriptor is of the file that a path names, or of another's. */
static bool
is_open_as(int fd, const char *path, int other)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && S_ISREG(a.st_mode) &&
	    (path != NULL ? stat(path, &b) : fstat(other, &b)) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* `send` may read a file as its standard input, and write one. */
static int
check_standard(const struct options *opt, struct failure *f)
{
	bool reads = opt->message == NULL &&
	    (opt->file == NULL || strcmp(opt->file, "-") == 0);
	bool writes = !opt->quiet;

	if (opt->mode != MODE_SEND)
		return 0;
	if (reads && opt->output != NULL &&
	    is_open_as(STDIN_FILENO, opt->output, -1))
		return failure_set(f, OUTCOME_USAGE, "-o %s is standard input",
		    opt->output);
	if (writes && reads && is_open_as(STDOUT_FILENO, NULL, STDIN_FILENO))
		return failure_set(f, OUTCOME_USAGE,
		    "standard output is the file of standard input");
	if (writes && !reads && opt->file != NULL &&
	    is_open_as(STDOUT_FILENO, opt->file, -1))
		return failure_set(f, OUTCOME_USAGE, "-f %s is standard output",
		    opt->file);
	if (writes && opt->output != NULL && strcmp(opt->output, "-") != 0 &&
	    is_open_as(STDOUT_FILENO, opt->output, -1))
		return failure_set(f, OUTCOME_USAGE, "-o %s is standard output",
		    opt->output);
	return 0;
}

/* Each file is opened for itself, and all but that of -f are emptied. */
static int
check_distinct(const struct options *opt, struct failure *f)
{
	const char *plot = opt->plot;
	char data[PATH_MAX], script[PATH_MAX];
	const struct {
		const char *option, *path;
	} files[] = {
		{ "-f", opt->file },
		{ "-o", opt->output },
		{ "--hdr", opt->spectrum },
		{ "--log", opt->log },
		{ "--plot", plot },
		/* Which --plot makes as well, and removes. */
		{ "--plot", plot != NULL ? data : NULL },
		{ "--plot", plot != NULL ? script : NULL },
	};
	const size_t n = sizeof(files) / sizeof(files[0]);

	if (plot != NULL) {
		snprintf(data, sizeof(data), "%s.dat", plot);
		snprintf(script, sizeof(script), "%s.gp", plot);
	}
	if (check_standard(opt, f) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; files[i].path != NULL && k < n; k++)
			if (files[k].path != NULL &&
			    strcmp(files[k].path, "-") != 0 &&
			    is_same(files[i].path, files[k].path))
				return failure_set(f, OUTCOME_USAGE,
				    "%s and %s name the same file, %s",
				    files[i].option, files[k].option,
				    files[k].path);
	return 0;
}

int
product_open(struct product *p, const struct options *opt, struct failure *f)
{
	memset(p, 0, sizeof(*p));
	if (check_distinct(opt, f) == -1)
		return -1;
	p->format = opt->format == FORMAT_TEXT ? FORMAT_JSON :
						 (enum format)opt->format;
	if (opt->output != NULL) {
		p->path = opt->output;
		p->data = product_file_open(opt->output, f);
		if (p->data == NULL)
			return -1;
		if (p->data != output_standard())
			p->text = output_standard();
		else
			p->path = "standard output";
	} else if (opt->json || opt->format != FORMAT_TEXT) {
		p->data = output_standard();
		p->path = "standard output";
	} else {
		p->text = output_standard();
	}
	return 0;
}

void
product_text(struct product *p, const char *fmt, ...)
{
	va_list args;

	if (p->text == NULL)
		return;
	va_start(args, fmt);
	vfprintf(p->text, fmt, args);
	va_end(args);
}

int
product_flush(struct product *p, struct failure *f)
{
	if (p->text != NULL && output_flush(p->text) == -1)
		return failure_sys(f, OUTCOME_USAGE, "standard output");
	if (p->data != NULL && output_flush(p->data) == -1)
		return failure_sys(f, OUTCOME_USAGE, "%s", p->path);
	return 0;
}

int
product_close(struct product *p, struct failure *f)
{
	int result = 0;

	if (p->text != NULL)
		result = product_file_close(p->text, "standard output", f);
	if (p->data != NULL && p->data != p->text &&
	    product_file_close(p->data, p->path, f) == -1)
		result = -1;
	p->text = p->data = NULL;
	return result;
}
