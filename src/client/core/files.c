/* SPDX-License-Identifier: ISC */
#include "client/core/files.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/core/failure.h"
#include "client/options.h"

enum { FILES_MAX = 10 };

/* A file that a run reads or writes. */
struct file {
	const char *name; /* "-o", or "standard output" */
	const char *path; /* NULL: it is the open descriptor `fd` */
	int fd;
	bool is_input;
	bool exists;
	struct stat st;
};

struct files {
	struct file file[FILES_MAX];
	size_t count;
	char data[PATH_MAX], script[PATH_MAX]; /* of --plot */
};

bool
files_data_is_standard(const struct options *opt)
{
	if (opt->output != NULL)
		return strcmp(opt->output, "-") == 0;
	return opt->json || opt->format != FORMAT_TEXT;
}

bool
files_text_is_error(const struct options *opt)
{
	switch (opt->mode) {
	case MODE_TRANSCRIPT:
		return !opt->quiet && !opt->json && opt->output == NULL;
	case MODE_SEND:
		return opt->verbose > 0;
	case MODE_PING:
		return opt->format == FORMAT_CSV && opt->output == NULL;
	case MODE_BENCH:
		return opt->progress == PROGRESS_PLAIN && !opt->quiet;
	case MODE_WAIT:
	case MODE_COUNT:
		break;
	}
	return false;
}

static bool
writes_standard(const struct options *opt)
{
	if (files_data_is_standard(opt))
		return true;
	return opt->mode == MODE_PING || opt->mode == MODE_BENCH ||
	    (opt->mode == MODE_SEND && !opt->quiet);
}

static bool
reads_standard(const struct options *opt)
{
	return opt->mode == MODE_SEND && opt->message == NULL &&
	    (opt->file == NULL || strcmp(opt->file, "-") == 0);
}

/* main() has put an O_PATH descriptor in the place of one that was not open. */
static bool
is_open(int fd, int not_for)
{
	int flags = fcntl(fd, F_GETFL);

	return flags != -1 && (flags & O_PATH) == 0 &&
	    (flags & O_ACCMODE) != not_for;
}

static int
check_open(const struct options *opt, struct failure *f)
{
	if (reads_standard(opt) && !is_open(STDIN_FILENO, O_WRONLY))
		return failure_set(f, OUTCOME_USAGE,
		    "standard input is not open for reading");
	if (writes_standard(opt) && !is_open(STDOUT_FILENO, O_RDONLY))
		return failure_set(f, OUTCOME_USAGE,
		    "standard output is not open for writing");
	if (files_text_is_error(opt) && !is_open(STDERR_FILENO, O_RDONLY))
		return failure_set(f, OUTCOME_USAGE,
		    "standard error is not open for writing");
	return 0;
}

static void
add(struct files *files, const char *name, const char *path, int fd)
{
	struct file *file = &files->file[files->count];

	*file = (struct file){ .name = name, .path = path, .fd = fd };
	if (path != NULL)
		file->exists = stat(path, &file->st) == 0;
	else if (fd != -1)
		file->exists = fstat(fd, &file->st) == 0;
	files->count += path != NULL || file->exists;
}

static bool
is_dash(const char *path)
{
	return path != NULL && strcmp(path, "-") == 0;
}

/* List what is read first, and the descriptors that are written last. */
static void
collect(struct files *files, const struct options *opt)
{
	memset(files, 0, sizeof(*files));
	if (reads_standard(opt))
		add(files, "standard input", NULL, STDIN_FILENO);
	else if (!is_dash(opt->file))
		add(files, "-f", opt->file, -1);
	files->file[0].is_input = files->count > 0;
	if (!is_dash(opt->output))
		add(files, "-o", opt->output, -1);
	add(files, "--hdr", opt->hdr, -1);
	add(files, "--log", opt->log, -1);
	add(files, "--plot", opt->plot, -1);
	if (opt->plot != NULL) {
		/* The plot makes and removes two files beside the picture. */
		snprintf(files->data, sizeof(files->data), "%s.dat", opt->plot);
		snprintf(files->script, sizeof(files->script), "%s.gp",
		    opt->plot);
		add(files, "--plot", files->data, -1);
		add(files, "--plot", files->script, -1);
	}
	add(files, "standard output", NULL, STDOUT_FILENO);
	add(files, "standard error", NULL, STDERR_FILENO);
}

/*
 * Whether two paths of which neither exists would make one file.  realpath(3)
 * of glibc writes the name that is missing, after all symbolic links; that is
 * not the file's if the folder is missing as well.
 */
static bool
would_be_same(const char *path, const char *other)
{
	char one[PATH_MAX] = "", two[PATH_MAX] = "", folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%s", path);
	return realpath(path, one) == NULL && realpath(other, two) == NULL &&
	    one[0] != '\0' && strcmp(one, two) == 0 &&
	    access(dirname(folder), F_OK) == 0;
}

/*
 * Whether two files are one that both would change.  A character device keeps
 * nothing; two descriptors of one pipe are meant so.
 */
static bool
is_same(const struct file *one, const struct file *other)
{
	if (one->exists != other->exists)
		return false;
	if (!one->exists)
		return would_be_same(one->path, other->path);
	if (one->st.st_dev != other->st.st_dev ||
	    one->st.st_ino != other->st.st_ino)
		return false;
	if (other->fd == STDERR_FILENO ||
	    (one->path == NULL && other->path == NULL))
		return S_ISREG(one->st.st_mode);
	return !S_ISCHR(one->st.st_mode);
}

/* Whether it matters that they are one; `one` is before `other` in the list. */
static bool
matters(const struct file *one, const struct file *other,
    const struct options *opt)
{
	if (other->path != NULL)
		return true;
	/* An input that is also the output grows, and has no end. */
	if (one->is_input)
		return other->fd == STDOUT_FILENO && writes_standard(opt);
	return one->path != NULL;
}

static int
refuse(const struct file *one, const struct file *other, struct failure *f)
{
	if (one->path != NULL && other->path != NULL)
		return failure_set(f, OUTCOME_USAGE,
		    "%s and %s name the same file, %s", one->name, other->name,
		    other->path);
	if (one->path == NULL && other->path == NULL)
		return failure_set(f, OUTCOME_USAGE, "%s is the file of %s",
		    other->name, one->name);
	if (one->path == NULL)
		return failure_set(f, OUTCOME_USAGE, "%s %s is %s", other->name,
		    other->path, one->name);
	return failure_set(f, OUTCOME_USAGE, "%s %s is %s", one->name,
	    one->path, other->name);
}

int
files_check(const struct options *opt, struct failure *f)
{
	struct files files;

	if (check_open(opt, f) == -1)
		return -1;
	collect(&files, opt);
	for (size_t i = 0; i < files.count; i++)
		for (size_t k = i + 1; k < files.count; k++)
			if (matters(&files.file[i], &files.file[k], opt) &&
			    is_same(&files.file[i], &files.file[k]))
				return refuse(&files.file[i], &files.file[k],
				    f);
	return 0;
}
