/* SPDX-License-Identifier: ISC */
/* options: what each flag does, in which order, and how mistakes are named. */
#include "check.h"

#include <getopt.h>

#include "common/errbuf.h"
#include "config/options.h"

/* Read "echod" and the words of a text; "_" is an empty one. */
static int
read_words(struct options *opt, const char *text, struct errbuf *err)
{
	static char copy[1024], name[] = "echod", empty[] = "";
	char *argv[OPTIONS_MAX + 16], *save, *word;
	int result, argc = 1;

	argv[0] = name;
	snprintf(copy, sizeof(copy), "%s", text);
	for (word = strtok_r(copy, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save))
		argv[argc++] = strcmp(word, "_") == 0 ? empty : word;
	argv[argc] = NULL;
	/* From the beginning again (getopt(3)). */
	optind = 0;
	err->text[0] = '\0';
	result = options_read(opt, argc, argv, err);
	return result;
}

/* What a program is told that is to read the same, with blanks between. */
static const char *
told(const struct options *opt)
{
	static char buf[8192];
	const char *argv[OPTIONS_ARGV];
	size_t n = 0;

	options_argv(opt, "x", argv);
	assert_string_equal(argv[0], "x");
	buf[0] = '\0';
	for (unsigned i = 1; argv[i] != NULL; i++)
		n += (size_t)snprintf(buf + n, sizeof(buf) - n, "%s%s",
		    i > 1 ? " " : "", argv[i][0] != '\0' ? argv[i] : "_");
	return buf;
}

static void
nothing(void **state)
{
	struct options opt;
	struct errbuf err;

	(void)state;
	assert_int_equal(read_words(&opt, "", &err), 0);
	assert_int_equal(opt.action, ACTION_RUN);
	assert_string_equal(opt.file, ECHOD_CONF);
	assert_false(opt.file_given);
	assert_false(opt.foreground);
	assert_null(opt.pid_file);
	assert_int_equal(opt.listen_count, 0);
	assert_int_equal(opt.override_count, 0);
}

static void
actions(void **state)
{
	static const struct {
		const char *words;
		enum options_action action;
	} rows[] = {
		{ "-t", ACTION_TEST },
		{ "--test", ACTION_TEST },
		{ "-T", ACTION_PRINT },
		{ "--print", ACTION_PRINT },
		{ "-V", ACTION_VERSION },
		{ "--version", ACTION_VERSION },
		{ "-h", ACTION_HELP },
		{ "--help", ACTION_HELP },
		{ "-F", ACTION_RUN },
		{ "-t -T", ACTION_PRINT },
		{ "-T -t", ACTION_TEST },
		{ "-tF", ACTION_TEST },
		{ "--", ACTION_RUN },
		{ "-t --", ACTION_TEST },
	};
	struct options opt;
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(read_words(&opt, rows[i].words, &err) == 0, "%s: %s",
		    rows[i].words, err.text);
		CHECK(opt.action == rows[i].action, "%s", rows[i].words);
	}
}

static void
flags_and_overrides(void **state)
{
	static const struct {
		const char *words, *told;
		bool foreground;
	} rows[] = {
		{ "-F", "-F", true },
		{ "--foreground", "-F", true },
		{ "-d", "-d", true },
		{ "--debug", "-d", true },
		{ "-Fd", "-d", true },
		{ "-p /run/x", "-p /run/x", false },
		{ "-p/run/x", "-p /run/x", false },
		{ "--pid-file=/run/x", "-p /run/x", false },
		{ "-p _", "-p _", false },
		{ "-p /a -p /b", "-p /b", false },
		{ "-p a -p /b", "-p /b", false },
		{ "-F -p /run/x", "-F -p /run/x", true },
		{ "-p /run/x -F", "-F -p /run/x", true },
		{ "-o log.level=err -d -o a=b", "-d -o log.level=err -o a=b",
		    true },
		{ "-o a=1 -o a=2 -o b=", "-o a=1 -o a=2 -o b=", false },
		{ "-o pid_file=/y -p /x", "-p /x -o pid_file=/y", false },
		{ "--option a=b=c", "-o a=b=c", false },
		{ "-o =", "-o =", false },
		{ "-t -c x -l _ -l -x", "-c x -l _ -l -x", false },
	};
	struct options opt;
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(read_words(&opt, rows[i].words, &err) == 0, "%s: %s",
		    rows[i].words, err.text);
		CHECK_TEXT(told(&opt), rows[i].told, "%s", rows[i].words);
		CHECK(opt.foreground == rows[i].foreground, "%s",
		    rows[i].words);
		/* And that program tells the same again. */
		assert_int_equal(read_words(&opt, rows[i].told, &err), 0);
		CHECK_TEXT(told(&opt), rows[i].told, "%s", rows[i].words);
	}
}

/* A daemon's working directory is another one. */
static void
relative_pid_file(void **state)
{
	struct options opt;
	struct errbuf err;
	char cwd[4096], wanted[4200];

	(void)state;
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	assert_int_equal(read_words(&opt, "-p x/y.pid", &err), 0);
	snprintf(wanted, sizeof(wanted), "%s/x/y.pid", cwd);
	assert_string_equal(opt.pid_file, wanted);
}

static void
files_and_addresses(void **state)
{
	struct options opt;
	struct errbuf err;

	(void)state;
	assert_int_equal(read_words(&opt,
			     "-c a -l * --listen :7 --config=b "
			     "-l [::1]:10000 -l _",
			     &err),
	    0);
	assert_string_equal(opt.file, "b");
	assert_true(opt.file_given);
	assert_int_equal(opt.listen_count, 4);
	assert_string_equal(opt.listen[0], "*");
	assert_string_equal(opt.listen[1], ":7");
	assert_string_equal(opt.listen[2], "[::1]:10000");
	assert_string_equal(opt.listen[3], "");
	assert_int_equal(opt.override_count, 0);
}

/* It is for this process: the loader is not told. */
static void
descriptor(void **state)
{
	struct options opt;
	struct errbuf err;

	(void)state;
	assert_int_equal(read_words(&opt, "-F", &err), 0);
	assert_int_equal(opt.ready_fd, 0);
	assert_int_equal(read_words(&opt, "-F --ready-fd 3", &err), 0);
	assert_int_equal(opt.ready_fd, 3);
	assert_string_equal(told(&opt), "-F");
}

static void
mistakes(void **state)
{
	static const struct {
		const char *words, *reason;
	} rows[] = {
		{ "-x", "unknown option -x" },
		{ "-t -x", "unknown option -x" },
		{ "-xF", "unknown option -x" },
		{ "-Fx", "unknown option -x" },
		{ "-Fxd", "unknown option -x" },
		{ "-d -Fxd", "unknown option -x" },
		{ "--bogus", "unknown option --bogus" },
		{ "-t --bogus", "unknown option --bogus" },
		{ "--bogus=x", "unknown option --bogus" },
		{ "-1", "unknown option -1" },
		{ "-c", "-c needs a value" },
		{ "-o", "-o needs a value" },
		{ "-F -Fo", "-o needs a value" },
		{ "--listen", "--listen needs a value" },
		{ "-o x", "-o x: expected KEY=VALUE" },
		{ "x", "unexpected argument x" },
		{ "-F x y", "unexpected argument x" },
		{ "-- -F", "unexpected argument -F" },
		{ "_", "unexpected argument " },
		{ "--ready-fd", "--ready-fd needs a value" },
		{ "--ready-fd x", "--ready-fd x: " },
		{ "--ready-fd 2", "--ready-fd 2: " },
		{ "--ready-fd 2147483648", "--ready-fd 2147483648: " },
	};
	struct options opt;
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(read_words(&opt, rows[i].words, &err) == -1, "%s",
		    rows[i].words);
		CHECK(strncmp(err.text, rows[i].reason,
			  strlen(rows[i].reason)) == 0,
		    "%s: %s", rows[i].words, err.text);
	}
	/* A value for an option that takes none, a name that fits two. */
	assert_int_equal(read_words(&opt, "--test=x", &err), -1);
	CHECK(strstr(err.text, "--test") != NULL, "%s", err.text);
	assert_int_equal(read_words(&opt, "--p", &err), -1);
	CHECK(strstr(err.text, "--p") != NULL, "%s", err.text);
}

static void
as_many_as_possible(void **state)
{
	char text[1024];
	struct options opt;
	struct errbuf err;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < OPTIONS_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "-l%d ", i);
	assert_int_equal(read_words(&opt, text, &err), 0);
	assert_int_equal(opt.listen_count, OPTIONS_MAX);
	snprintf(text + n, sizeof(text) - n, "-lx");
	assert_int_equal(read_words(&opt, text, &err), -1);
	assert_string_equal(err.text, "-l: expected at most 64 times");

	n = (size_t)snprintf(text, sizeof(text), "-d -p /x ");
	for (int i = 0; i < OPTIONS_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "-oa=%d ", i);
	assert_int_equal(read_words(&opt, text, &err), 0);
	assert_int_equal(opt.override_count, OPTIONS_MAX);
	assert_string_equal(opt.override[OPTIONS_MAX - 1], "a=63");
	snprintf(text + n, sizeof(text) - n, "-oa=x");
	assert_int_equal(read_words(&opt, text, &err), -1);
	assert_string_equal(err.text, "-o: expected at most 64 times");
}

/* The help names every option, in both forms. */
static void
help(void **state)
{
	static const char *const wanted[] = { "-c, --config",
		"-F, --foreground", "-d, --debug", "-l, --listen",
		"-o, --option", "-p, --pid-file", "--ready-fd", "-t, --test",
		"-T, --print", "-V, --version", "-h, --help", ECHOD_CONF };

	(void)state;
	for (size_t i = 0; i < COUNT(wanted); i++)
		CHECK(strstr(options_help(), wanted[i]) != NULL, "%s",
		    wanted[i]);
}

int
main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(actions),
		cmocka_unit_test(flags_and_overrides),
		cmocka_unit_test(relative_pid_file),
		cmocka_unit_test(files_and_addresses),
		cmocka_unit_test(descriptor),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(as_many_as_possible),
		cmocka_unit_test(help),
	};

	return cmocka_run_group_tests_name("options", all, NULL, NULL);
}
