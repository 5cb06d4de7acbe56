/* SPDX-License-Identifier: ISC */
#include "client/core/files.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/core/failure.h"
#include "client/options.h"

enum { MOST = 10, LINKS = 40 };

/* A file by its name, or by a descriptor that is open. */
struct place {
	const char *name; /* "-o", or "standard output" */
	const char *path; /* NULL: fd */
	int fd;
};

struct places {
	struct place place[MOST];
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

/* What stands for a descriptor that was not open has O_PATH. */
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
add(struct places *p, const char *name, const char *path, int fd)
{
	if (p->count < MOST && (path != NULL || fd != -1))
		p->place[p->count++] = (struct place){ name, path, fd };
}

static void
add_plot(struct places *p, const char *path)
{
	if (path == NULL)
		return;
	snprintf(p->data, sizeof(p->data), "%s.dat", path);
	snprintf(p->script, sizeof(p->script), "%s.gp", path);
	add(p, "--plot", path, -1);
	/* Which --plot makes as well, and removes. */
	add(p, "--plot", p->data, -1);
	add(p, "--plot", p->script, -1);
}

static bool
is_dash(const char *path)
{
	return path != NULL && strcmp(path, "-") == 0;
}

/* What is read comes first, and what has no name last. */
static void
collect(struct places *p, const struct options *opt)
{
	p->count = 0;
	if (!is_dash(opt->file))
		add(p, "-f", opt->file, -1);
	if (reads_standard(opt))
		add(p, "standard input", NULL, STDIN_FILENO);
	if (!is_dash(opt->output))
		add(p, "-o", opt->output, -1);
	add(p, "--hdr", opt->spectrum, -1);
	add(p, "--log", opt->log, -1);
	add_plot(p, opt->plot);
	add(p, "standard output", NULL, STDOUT_FILENO);
	add(p, "standard error", NULL, STDERR_FILENO);
}

/* The name that open(2) would make where a symbolic link leads nowhere. */
static void
follow(const char *path, char to[PATH_MAX])
{
	char target[PATH_MAX], *slash;
	ssize_t n;

	snprintf(to, PATH_MAX, "%s", path);
	for (int i = 0; i < LINKS; i++) {
		n = readlink(to, target, sizeof(target) - 1);
		if (n <= 0)
			return;
		target[n] = '\0';
		slash = target[0] != '/' ? strrchr(to, '/') : NULL;
		slash = slash != NULL ? slash + 1 : to;
		snprintf(slash, (size_t)(to + PATH_MAX - slash), "%s", target);
	}
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

/* Two files that are not there: the same name in the same folder? */
static bool
would_be_same(const char *path, const char *other)
{
	char to[PATH_MAX], other_to[PATH_MAX];
	const char *slash, *mark;
	struct stat a, b;

	follow(path, to);
	follow(other, other_to);
	slash = strrchr(to, '/');
	mark = strrchr(other_to, '/');
	return strcmp(slash != NULL ? slash + 1 : to,
		   mark != NULL ? mark + 1 : other_to) == 0 &&
	    stat_folder(to, &a) == 0 && stat_folder(other_to, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int
look(const struct place *place, struct stat *st)
{
	return place->path != NULL ? stat(place->path, st) :
				     fstat(place->fd, st);
}

/*
 * Whether what goes to one would change the other.  A device takes from both;
 * a pipe would mix them, but one that both descriptors were given is meant so.
 */
static bool
is_same(const struct place *one, const struct place *other)
{
	struct stat a, b;
	bool there = look(one, &a) == 0;

	if (there != (look(other, &b) == 0))
		return false;
	if (!there)
		return one->path != NULL && other->path != NULL &&
		    would_be_same(one->path, other->path);
	if (a.st_dev != b.st_dev || a.st_ino != b.st_ino)
		return false;
	/* Errors in the pipe of a document are its reader's to tell apart. */
	if (other->fd == STDERR_FILENO ||
	    (one->path == NULL && other->path == NULL))
		return S_ISREG(a.st_mode);
	return !S_ISCHR(a.st_mode);
}

/* Whether it matters; one stands before the other in the list. */
static bool
may_meet(const struct place *one, const struct place *other,
    const struct options *opt)
{
	bool reads = one->fd == STDIN_FILENO ||
	    (one->path != NULL && one->path == opt->file);

	if (other->path != NULL)
		return true;
	/* What is written to it may be read again, and has no end then. */
	if (reads)
		return other->fd == STDIN_FILENO ||
		    (other->fd == STDOUT_FILENO && writes_standard(opt));
	return one->path != NULL;
}

static int
refuse(const struct place *one, const struct place *other, struct failure *f)
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
	struct places p;

	if (check_open(opt, f) == -1)
		return -1;
	collect(&p, opt);
	for (size_t i = 0; i < p.count; i++)
		for (size_t k = i + 1; k < p.count; k++)
			if (may_meet(&p.place[i], &p.place[k], opt) &&
			    is_same(&p.place[i], &p.place[k]))
				return refuse(&p.place[i], &p.place[k], f);
	return 0;
}
