/* SPDX-License-Identifier: ISC */
#include "client/plot.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/failure.h"
#include "client/histogram.h"
#include "client/plan.h"
#include "client/product.h"
#include "client/result.h"
#include "client/target.h"

/* The steps of the percentile curve: so many for each further nine. */
enum { STEPS = 20, NINES = 5 };

extern char **environ;

struct paths {
	char picture[PATH_MAX], data[PATH_MAX], script[PATH_MAX];
};

/* Two blocks: nines and milliseconds; seconds, rate, p50 and p99. */
static int
write_data(const struct paths *paths, const struct result *r, struct failure *f)
{
	FILE *file = product_file_open(paths->data, f);
	const struct histogram *h = r->response;
	double left = 1;

	if (file == NULL)
		return -1;
	for (int i = 0; i <= STEPS * NINES; i++) {
		uint32_t p = (uint32_t)((1 - left) * 100 * PERCENT);
		int64_t ns = p > 0 ? result_percentile(h, p) : h->min;

		if (ns >= 0)
			fprintf(file, "%.6f %.6f\n", 1 / left,
			    (double)ns / 1e6);
		left /= 1.1220184543019633; /* ten to the power of 1/20 */
	}
	fputs("\n\n", file);
	for (unsigned i = 0; i < r->interval_count; i++) {
		const struct interval *row = &r->intervals[i];

		fprintf(file, "%.6f %.3f ",
		    (double)(row->begin_ns + row->length_ns) / 1e9,
		    (double)row->echoed * 1e9 / (double)row->length_ns);
		if (row->p50_ns >= 0)
			fprintf(file, "%.6f ", (double)row->p50_ns / 1e6);
		else
			fputs("NaN ", file);
		if (row->p99_ns >= 0)
			fprintf(file, "%.6f\n", (double)row->p99_ns / 1e6);
		else
			fputs("NaN\n", file);
	}
	return product_file_close(file, paths->data, f);
}

/* A string of gnuplot's in single quotes. */
static void
quoted(FILE *file, const char *text)
{
	putc('\'', file);
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			putc('\'', file);
		putc(*text, file);
	}
	putc('\'', file);
}

/* The end of the scale: the power of ten above what is known. */
static int
nines(const struct result *r)
{
	int end = 10;

	while (end < 100000 &&
	    result_percentile(r->response,
		(uint32_t)(100 * PERCENT - 100 * PERCENT / end)) >= 0)
		end *= 10;
	return end;
}

static bool
knows_percentiles(const struct result *r)
{
	for (unsigned i = 0; i < r->interval_count; i++)
		if (r->intervals[i].p50_ns >= 0)
			return true;
	return false;
}

static int
write_script(const struct paths *paths, const struct target *t,
    const struct result *r, struct failure *f)
{
	const struct options *opt = r->plan->opt;
	char title[768], size[160], model[64] = "closed loop";
	FILE *file = product_file_open(paths->script, f);

	if (file == NULL)
		return -1;
	sizes_text(&opt->sizes, size, sizeof(size));
	if (opt->rate > 0)
		snprintf(model, sizeof(model), "open loop at %" PRId64 "/s",
		    opt->rate);
	snprintf(title, sizeof(title),
	    "%s port %u: %s, %u connections, %s bytes, %.0f/s", t->host,
	    t->port, model, r->plan->connections, size, r->rate);
	fputs("set terminal svg size 900,1100 noenhanced\nset output ", file);
	quoted(file, paths->picture);
	fputs("\nset multiplot layout 3,1 title ", file);
	quoted(file, title);
	fprintf(file,
	    "\nset grid\nset key left top\nset logscale x 10\n"
	    "set xlabel 'percentile'\nset ylabel 'response time, ms'\n"
	    "set xrange [1:%d]\nset yrange [0:*]\n"
	    "set xtics ('0' 1, '90' 10, '99' 100, '99.9' 1000, "
	    "'99.99' 10000, '99.999' 100000)\nplot ",
	    nines(r));
	quoted(file, paths->data);
	fputs(" index 0 using 1:2 with lines notitle\n"
	      "unset logscale x\nset xtics autofreq\nset xrange [0:*]\n"
	      "set xlabel 'time, s'\nset ylabel 'echoes/s'\nplot ",
	    file);
	quoted(file, paths->data);
	fputs(" index 1 using 1:2 with linespoints title 'rate'\n"
	      "set ylabel 'response time, ms'\n",
	    file);
	if (knows_percentiles(r)) {
		fputs("plot ", file);
		quoted(file, paths->data);
		fputs(" index 1 using 1:3 with linespoints title 'p50', '' "
		      "index 1 using 1:4 with linespoints title 'p99'\n",
		    file);
	}
	return product_file_close(file, paths->script, f);
}

static int
run_gnuplot(const struct paths *paths, struct failure *f)
{
	char *argv[] = { (char[]){ "gnuplot" }, NULL, NULL };
	char script[PATH_MAX + 2];
	posix_spawnattr_t attr;
	posix_spawn_file_actions_t actions;
	struct stat picture;
	sigset_t set;
	pid_t child;
	int status, error;

	/* What begins with a dash would be an option. */
	snprintf(script, sizeof(script), "%s%s",
	    paths->script[0] == '-' ? "./" : "", paths->script);
	argv[1] = script;
	/* That we ignore SIGPIPE is not for others. */
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &set);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	/* Nor is our standard output for gnuplot. */
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
	    stat(paths->picture, &picture) == -1)
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
	return 0;
}

int
plot_prepare(const char *path, struct failure *f)
{
	struct paths paths;
	FILE *file;

	if (name_files(&paths, path, f) == -1)
		return -1;
	file = product_file_open(paths.data, f);
	if (file == NULL)
		return -1;
	fclose(file);
	unlink(paths.data);
	return 0;
}

int
plot_draw(const char *path, const struct target *t, const struct result *r,
    struct failure *f)
{
	struct paths paths;

	if (r->response->count == 0)
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
