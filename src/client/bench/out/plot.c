/* SPDX-License-Identifier: ISC */
#include "client/bench/out/plot.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/bench/out/figure.h"
#include "client/bench/plan.h"
#include "client/bench/result.h"
#include "client/core/destination.h"
#include "client/core/failure.h"
#include "client/core/histogram.h"
#include "common/output.h"

extern char **environ;

struct paths {
	char picture[PATH_MAX], data[PATH_MAX], script[PATH_MAX];
};

static void
write_curve(FILE *f, const struct histogram *h)
{
	for (int i = 0; i <= FIGURE_STEPS * FIGURE_NINES; i++) {
		double nines = pow(10, (double)i / FIGURE_STEPS);
		int64_t p = llround((1 - 1 / nines) * 100 * PERCENT), ns;

		if (p >= 100LL * PERCENT)
			return;
		ns = p > 0 ? result_percentile(h, (uint32_t)p) : h->min;
		if (ns >= 0)
			fprintf(f, "%.6f %.3f\n", nines, (double)ns / 1e3);
	}
}

static void
write_time(FILE *f, int64_t ns)
{
	if (ns >= 0)
		fprintf(f, " %.3f", (double)ns / 1e3);
	else
		fputs(" NaN", f);
}

static void
write_blocks(FILE *f, const struct result *r)
{
	write_curve(f, &r->counts.response);
	fputs("\n\n", f);
	for (unsigned i = 0; i < r->interval_count; i++) {
		const struct interval *row = &r->intervals[i];
		double seconds = (double)row->length_ns / 1e9;

		if (row->length_ns <= 0)
			continue;
		fprintf(f, "%.9f %.9f %.3f", (double)row->begin_ns / 1e9,
		    (double)(row->begin_ns + row->length_ns) / 1e9,
		    (double)row->echoed / seconds);
		write_time(f, row->p50_ns);
		write_time(f, row->p99_ns);
		write_time(f, row->max_ns);
		fprintf(f, " %.3f\n", (double)row->faults / seconds);
	}
	if (!plan_is_open_loop(r->plan))
		return;
	fputs("\n\n", f);
	write_curve(f, &r->counts.service);
}

static int
write_data(const struct paths *paths, const struct result *r, struct failure *f)
{
	FILE *file = destination_file_open(paths->data, f);

	if (file == NULL)
		return -1;
	write_blocks(file, r);
	return destination_file_close(file, paths->data, f);
}

static int
write_script(const struct paths *paths, const struct target *t,
    const struct result *r, struct failure *f)
{
	FILE *file = destination_file_open(paths->script, f);

	if (file == NULL)
		return -1;
	figure_script(file, paths->data, paths->picture, t, r);
	return destination_file_close(file, paths->script, f);
}

/* On a full disk gnuplot exits with 0, and a part of the picture is missing. */
static bool
is_whole(const char *picture)
{
	char end[16] = "";
	struct stat st;
	FILE *file;

	if (stat(picture, &st) == -1)
		return false;
	if (!S_ISREG(st.st_mode))
		return true;
	file = fopen(picture, "re");
	if (file == NULL)
		return false;
	if (fseek(file, -(long)sizeof(end) + 1, SEEK_END) == -1)
		rewind(file);
	end[fread(end, 1, sizeof(end) - 1, file)] = '\0';
	(void)fclose(file);
	return strstr(end, "</svg>") != NULL;
}

static int
run_gnuplot(const struct paths *paths, struct failure *f)
{
	char *argv[] = { (char[]){ "gnuplot" }, NULL, NULL };
	char script[PATH_MAX + 2];
	posix_spawnattr_t attr;
	posix_spawn_file_actions_t actions;
	sigset_t set;
	pid_t child;
	int status, error;

	/* gnuplot would take a path that begins with a dash for an option. */
	snprintf(script, sizeof(script), "%s%s",
	    paths->script[0] == '-' ? "./" : "", paths->script);
	argv[1] = script;
	/* gnuplot must not inherit the signals that we ignore. */
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigaddset(&set, SIGXFSZ);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &set);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	/* Standard output is for our results alone. */
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO,
	    STDOUT_FILENO);
	error = posix_spawnp(&child, argv[0], &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	if (error != 0) {
		errno = error;
		return failure_sys(f, OUTCOME_USAGE,
		    "--plot: gnuplot cannot be run on %s and %s", paths->script,
		    paths->data);
	}
	while (waitpid(child, &status, 0) == -1 && errno == EINTR)
		continue;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 ||
	    !is_whole(paths->picture))
		return failure_set(f, OUTCOME_USAGE,
		    "--plot: gnuplot failed on %s and %s", paths->script,
		    paths->data);
	return 0;
}

static int
name_files(struct paths *paths, const char *path, struct failure *f)
{
	if (snprintf(paths->picture, PATH_MAX, "%s", path) >= PATH_MAX ||
	    snprintf(paths->data, PATH_MAX, "%s.dat", path) >= PATH_MAX ||
	    snprintf(paths->script, PATH_MAX, "%s.gp", path) >= PATH_MAX)
		return failure_set(f, OUTCOME_USAGE,
		    "--plot: the path is too long");
	/* A line break would end a string in the script. */
	if (strpbrk(path, "\r\n") != NULL)
		return failure_set(f, OUTCOME_USAGE,
		    "--plot: a path for gnuplot cannot have line breaks");
	return 0;
}

int
plot_prepare(const char *path, struct failure *f)
{
	struct paths paths;
	FILE *file;

	if (name_files(&paths, path, f) == -1)
		return -1;
	file = destination_file_open(paths.data, f);
	if (file == NULL)
		return -1;
	output_close(file);
	unlink(paths.data);
	return 0;
}

int
plot_draw(const char *path, const struct target *t, const struct result *r,
    struct failure *f)
{
	struct paths paths;

	if (r->counts.response.count == 0)
		return 0;
	if (name_files(&paths, path, f) == -1)
		return -1;
	if (write_data(&paths, r, f) == -1 ||
	    write_script(&paths, t, r, f) == -1 || run_gnuplot(&paths, f) == -1)
		return -1;
	unlink(paths.data);
	unlink(paths.script);
	return 0;
}
