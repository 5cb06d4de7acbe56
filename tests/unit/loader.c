/* SPDX-License-Identifier: ISC */
/* loader: a load succeeds, fails with a reason, or is aborted; no leaks. */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sysexits.h>

#include "common/clock.h"
#include "config/options.h"
#include "config/settings.h"
#include "daemon/master/loader.h"
#include "daemon/program.h"

static unsigned
count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

/* What make has built, or where it is installed. */
static const char *
built_loader(void)
{
	static char path[4096];
	const char *build = getenv("ECHOD_BUILDDIR");

	if (build == NULL)
		return program_find(PROGRAM_LOADER);
	snprintf(path, sizeof(path), "%s/echod-load", build);
	return path;
}

/* No child is left, dead or alive. */
static void
no_child(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* So that any user can load: a user that exists, and no name service. */
#define PLAIN                                                                  \
	"listen = ( { address = \"127.0.0.1\"; port = 7; } );\n"               \
	"user = \"root\";\n"

static void
good_file(void **state)
{
	struct options opt = { .loader = built_loader(), .file_given = true };
	unsigned before = count_descriptors();
	struct errbuf err;
	struct message *load;
	char text[ADDR_TEXT];

	(void)state;
	opt.file = check_file("good.conf", PLAIN "backlog = 1234;\n");
	opt.override[0] = "buffer_size=16";
	opt.override_count = 1;
	assert_non_null(load = loader_run(&opt, &err));
	CHECK(load->status == EX_OK, "%s", load->err.text);
	assert_int_equal(load->config.backlog, 1234);
	assert_int_equal(load->config.buffer_size, 16);
	assert_int_equal(load->config.address_count, 1);
	addr_text(&load->config.addresses[0].addr, text, sizeof(text));
	assert_string_equal(text, "127.0.0.1:7");
	assert_int_equal(load->config.uid, geteuid() == 0 ? 0 : geteuid());
	free(load);
	no_child();
	assert_int_equal(count_descriptors(), before);
}

static void
bad_files(void **state)
{
	static const struct {
		const char *text, *reason;
		int status;
	} rows[] = {
		{ PLAIN "backlog = 0;", "bad.conf:3: backlog: 0 is out",
		    EX_CONFIG },
		{ PLAIN "\n\ngroup = ;", "bad.conf:5: syntax error",
		    EX_CONFIG },
		{ "listen = (\n{ address = \"127.0.0.256\"; } );",
		    "bad.conf:2: listen: \"127.0.0.256\" port 10000: ", 0 },
		/* No byte of a file can forge a second line. */
		{ "listen = (\n{ address = \"a\\nb\\x1b\"; } );",
		    "bad.conf:2: listen: \"a?b?\" port 10000: ", 0 },
		{ "access = { deny = [ \"a\\r\\x01\" ]; };",
		    "bad.conf:1: access.deny: \"a??\" is not", EX_CONFIG },
	};
	struct options opt = { .loader = built_loader(), .file_given = true };
	unsigned before = count_descriptors();
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct message *load;

		opt.file = check_file("bad.conf", rows[i].text);
		assert_non_null(load = loader_run(&opt, &err));
		CHECK(load->status != EX_OK, "row %zu", i);
		CHECK(rows[i].status == 0 || load->status == rows[i].status,
		    "row %zu: %d", i, load->status);
		CHECK(strstr(load->err.text, rows[i].reason) != NULL,
		    "row %zu: %s", i, load->err.text);
		CHECK(strncmp(load->err.text, opt.file, strlen(opt.file)) == 0,
		    "row %zu: %s", i, load->err.text);
		free(load);
		no_child();
	}
	assert_int_equal(count_descriptors(), before);
}

static void
odd_files(void **state)
{
	struct options opt = { .loader = built_loader(), .file_given = true };
	const char *paths[] = { check_path("fifo"), check_folder, "/dev/zero",
		check_path("missing"), "" };
	struct errbuf err;

	(void)state;
	assert_int_equal(mkfifo(paths[0], 0600), 0);
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct message *load;

		opt.file = paths[i];
		assert_non_null(load = loader_run(&opt, &err));
		CHECK(load->status == EX_CONFIG, "%s: %d", paths[i],
		    load->status);
		CHECK(load->err.text[0] != '\0', "%s", paths[i]);
		free(load);
	}
	no_child();
}

/* A file that is as hard to parse as can be ends with one of our words. */
static void
hard_file(void **state)
{
	struct options opt = { .loader = built_loader(), .file_given = true };
	char *text = malloc(1 << 18);
	struct errbuf err;
	struct message *load;
	size_t n;

	(void)state;
	assert_non_null(text);
	/* Groups within groups, for a parser that recurses. */
	for (n = 0; n + 8 < 1 << 17; n += 4)
		memcpy(text + n, "a={ ", 4);
	opt.file = check_write("deep.conf", text, n);
	assert_non_null(load = loader_run(&opt, &err));
	assert_int_not_equal(load->status, EX_OK);
	assert_true(load->err.text[0] != '\0');
	free(load);
	/* One string of many pieces. */
	n = (size_t)sprintf(text, "user = ");
	for (; n + 8 < 1 << 18; n += 4)
		memcpy(text + n, "\"x\" ", 4);
	opt.file = check_write("long.conf", text, n);
	assert_non_null(load = loader_run(&opt, &err));
	assert_int_not_equal(load->status, EX_OK);
	assert_true(load->err.text[0] != '\0');
	free(load);
	free(text);
	no_child();
}

/* A loader whose child is ours: it waits to be killed. */
static void
fake(struct loader *loader, int *write_fd)
{
	int fd[2];

	*loader = (struct loader){ .deadline_ms = clock_ms() + 60000 };
	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	loader->fd = fd[0];
	*write_fd = fd[1];
	assert_int_equal(fcntl(loader->fd, F_SETFL, O_NONBLOCK), 0);
	loader->load = calloc(1, sizeof(*loader->load));
	assert_non_null(loader->load);
	if ((loader->pid = fork()) == 0) {
		close(fd[1]);
		for (;;)
			pause();
	}
	assert_true(loader->pid > 0);
}

static void
child_that_dies(void **state)
{
	unsigned before = count_descriptors();
	struct loader loader;
	int fd;

	(void)state;
	/* Half a result, or none, is none. */
	for (size_t n = 0; n < sizeof(struct message); n += 20000) {
		char *rubbish = calloc(1, n + MESSAGE_IDENTITY);

		assert_non_null(rubbish);
		message_identify(rubbish);
		fake(&loader, &fd);
		assert_false(loader_step(&loader));
		assert_int_equal(write(fd, rubbish, n), n);
		assert_false(loader_step(&loader));
		close(fd);
		/* As soon as the child has closed its copy, too. */
		while (!loader_step(&loader))
			(void)poll(NULL, 0, 1);
		assert_int_equal(loader.load->status, EX_OSERR);
		assert_non_null(strstr(loader.load->err.text,
		    "the loader died, or hit a limit of memory or time"));
		no_child();
		loader_close(&loader);
		free(rubbish);
	}
	assert_int_equal(count_descriptors(), before);
}

static void
child_that_takes_too_long(void **state)
{
	struct loader loader;
	int fd;

	(void)state;
	fake(&loader, &fd);
	assert_false(loader_step(&loader));
	loader.deadline_ms = clock_ms();
	assert_true(loader_step(&loader));
	assert_int_equal(loader.load->status, EX_UNAVAILABLE);
	assert_non_null(strstr(loader.load->err.text, "within 10 seconds"));
	no_child();
	close(fd);
	loader_close(&loader);
	assert_null(loader.load);
	assert_int_equal(loader.fd, -1);
}

/* A result as a child would send it. */
static struct message *
good_result(void)
{
	static struct message result;

	memset(&result, 0, sizeof(result));
	message_identify(result.identity);
	settings_defaults(&result.config);
	result.config.address_count = 1;
	addr_wildcard(&result.config.addresses[0].addr, AF_INET, 7);
	result.config.access.count = 1;
	result.config.access.rules[0].family = AF_INET;
	result.config.access.rules[0].bits = 32;
	return &result;
}

/* What arrives in pieces is put together. */
static void
result_in_pieces(void **state)
{
	const struct message *result = good_result();
	const char *p = (const char *)result;
	struct loader loader;
	size_t n;
	int fd;

	(void)state;
	fake(&loader, &fd);
	for (size_t i = 0; i < sizeof(*result); i += n) {
		n = sizeof(*result) - i < 4999 ? sizeof(*result) - i : 4999;
		assert_false(loader_step(&loader));
		assert_int_equal(write(fd, p + i, n), n);
		if (i + n < sizeof(*result))
			assert_false(loader_step(&loader));
	}
	assert_true(loader_step(&loader));
	assert_memory_equal(loader.load, result, sizeof(*result));
	no_child();
	close(fd);
	loader_close(&loader);
}

/* A child that a hostile file has taken over may send anything. */
static void
rubbish_is_refused(void **state)
{
	struct message *r = good_result();
	struct config *c = &r->config;
	const struct {
		const char *what;
		void *at;
		size_t size;
		unsigned char byte; /* each byte of it becomes this */
	} rows[] = {
		{ "all zero", r, sizeof(*r), 0 },
		{ "all ones", r, sizeof(*r), 0xff },
		{ "reason", &r->err, sizeof(r->err), 'x' },
		{ "warning", &r->warning, sizeof(r->warning), 'x' },
		{ "listen_count", &c->listen_count, sizeof(c->listen_count),
		    0xff },
		{ "address_count", &c->address_count, sizeof(c->address_count),
		    0xff },
		{ "length of an address", &c->addresses[0].addr.len,
		    sizeof(c->addresses[0].addr.len), 0xff },
		{ "access.count", &c->access.count, sizeof(c->access.count),
		    1 },
		{ "bits of a network", &c->access.rules[0].bits, 1, 129 },
		/* What is neither false nor true. */
		{ "deny", &c->access.rules[0].deny, 1, 2 },
		{ "optional", &c->addresses[0].optional, 1, 2 },
		{ "found.file", &c->found.file, 1, 2 },
		{ "found.settings", &c->found.settings, 1, 0xff },
		{ "workers.max", &c->workers_max, sizeof(c->workers_max), 1 },
		{ "workers.max below", &c->workers_max, sizeof(c->workers_max),
		    0xff },
		{ "workers.start", &c->workers_start, sizeof(c->workers_start),
		    1 },
		{ "workers.start below", &c->workers_start,
		    sizeof(c->workers_start), 0xff },
		{ "workers.min_spare", &c->workers_min_spare,
		    sizeof(c->workers_min_spare), 1 },
		{ "workers.min_spare zero", &c->workers_min_spare,
		    sizeof(c->workers_min_spare), 0 },
		{ "workers.max_spare", &c->workers_max_spare,
		    sizeof(c->workers_max_spare), 1 },
		{ "workers.max_spare below", &c->workers_max_spare,
		    sizeof(c->workers_max_spare), 0xff },
		{ "buffer_size below", &c->buffer_size, sizeof(c->buffer_size),
		    0xff },
		{ "log.facility", &c->log.facility, sizeof(c->log.facility),
		    1 },
		{ "log.facility below", &c->log.facility,
		    sizeof(c->log.facility), 0xff },
		{ "log.level", &c->log.level, sizeof(c->log.level), 1 },
		{ "log.level below", &c->log.level, sizeof(c->log.level),
		    0xff },
		{ "log.ident", c->log.ident, sizeof(c->log.ident), 'x' },
		{ "chroot", c->chroot, sizeof(c->chroot), 'x' },
		{ "pid_file", c->pid_file, sizeof(c->pid_file), 'x' },
	};
	struct loader loader;
	unsigned wrong = 0;
	int fd;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		(void)good_result();
		memset(rows[i].at, rows[i].byte, rows[i].size);
		fake(&loader, &fd);
		assert_int_equal(write(fd, r, sizeof(*r)), sizeof(*r));
		assert_true(loader_step(&loader));
		if (loader.load->status == EX_OK) {
			print_error("%s: was taken\n", rows[i].what);
			wrong++;
		}
		close(fd);
		loader_close(&loader);
		no_child();
	}
	assert_int_equal(wrong, 0);
}

/* Of another version nothing but its identity is looked at. */
static void
other_versions(void **state)
{
	static const char *const rows[] = { "9.9.9-0123456789abcdef", "",
		"\n\x1b" };
	struct message *r = good_result();
	struct loader loader;
	char wanted[128];
	int fd;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		fake(&loader, &fd);
		loader.program = "/x/echod-load";
		memset(r->identity, 0, sizeof(r->identity));
		strcpy(r->identity, rows[i]);
		assert_int_equal(write(fd, r, MESSAGE_IDENTITY - 1),
		    MESSAGE_IDENTITY - 1);
		assert_false(loader_step(&loader));
		assert_int_equal(write(fd, "", 1), 1);
		assert_true(loader_step(&loader));
		assert_int_equal(loader.load->status, EX_OSERR);
		snprintf(wanted, sizeof(wanted),
		    "/x/echod-load is of version %s, but this echod is of "
		    "version " PACKAGE_VERSION "-",
		    i == 2 ? "??" : rows[i]);
		CHECK(strncmp(loader.load->err.text, wanted, strlen(wanted)) ==
			0,
		    "row %zu: %s", i, loader.load->err.text);
		close(fd);
		loader_close(&loader);
		no_child();
	}
}

static void
no_program(void **state)
{
	struct options opt = { .loader = check_path("no-loader"),
		.file = check_file("good.conf", PLAIN) };
	struct message *load;
	struct errbuf err;

	(void)state;
	assert_non_null(load = loader_run(&opt, &err));
	assert_int_equal(load->status, EX_OSERR);
	CHECK(strstr(load->err.text, "cannot execute /") != NULL &&
		strstr(load->err.text, "/no-loader: No such file") != NULL,
	    "%s", load->err.text);
	free(load);
	no_child();
}

static void
abandoned(void **state)
{
	struct options opt = { .loader = built_loader(), .file_given = true };
	unsigned before = count_descriptors();
	struct loader loader;
	struct errbuf err;
	int fd;

	(void)state;
	fake(&loader, &fd);
	loader_close(&loader);
	no_child();
	loader_close(&loader);
	close(fd);
	opt.file = check_file("good.conf", PLAIN);
	assert_int_equal(loader_start(&loader, &opt, NULL, &err), 0);
	loader_close(&loader);
	no_child();
	assert_int_equal(count_descriptors(), before);
}

/* The master reaps all children; a pid that is reaped is not ours to kill. */
static void
reaped(void **state)
{
	struct options opt = { .loader = built_loader(), .file_given = true };
	struct loader loader;
	struct errbuf err;
	pid_t pid;

	(void)state;
	opt.file = check_file("good.conf", PLAIN);
	assert_int_equal(loader_start(&loader, &opt, NULL, &err), 0);
	pid = loader.pid;
	assert_int_equal(check_wait(pid), 0);
	assert_false(loader_reaped(&loader, pid + 1));
	assert_int_equal(loader.pid, pid);
	assert_true(loader_reaped(&loader, pid));
	assert_int_equal(loader.pid, 0);
	assert_false(loader_reaped(&loader, pid));
	/* Its result is in the pipe all the same. */
	assert_true(loader_step(&loader));
	CHECK(loader.load->status == EX_OK, "%s", loader.load->err.text);
	loader_close(&loader);
}

int
main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(good_file),
		cmocka_unit_test(bad_files),
		cmocka_unit_test(odd_files),
		cmocka_unit_test(hard_file),
		cmocka_unit_test(child_that_dies),
		cmocka_unit_test(child_that_takes_too_long),
		cmocka_unit_test(result_in_pieces),
		cmocka_unit_test(rubbish_is_refused),
		cmocka_unit_test(other_versions),
		cmocka_unit_test(no_program),
		cmocka_unit_test(abandoned),
		cmocka_unit_test(reaped),
	};

	return cmocka_run_group_tests_name("loader", all, check_folder_make,
	    check_folder_remove);
}
