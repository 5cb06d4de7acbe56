/* SPDX-License-Identifier: ISC */
/* pidfile: one holder, only a plain file, and only its own file is removed. */
#include "check.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sysexits.h>

#include "common/errbuf.h"
#include "daemon/master/pidfile.h"

/* Whether the kernel refuses to open what may be made (proc(5)). */
static bool protected_regular;

/* In the place of the C library's, which it goes on to. */
int
open(const char *path, int flags, ...)
{
	int (*real)(const char *, int, ...);
	mode_t mode = 0;
	va_list ap;

	*(void **)&real = dlsym(RTLD_NEXT, "open");
	assert_non_null(real);
	if ((flags & O_CREAT) != 0) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
		if (protected_regular) {
			errno = EACCES;
			return -1;
		}
	}
	return real(path, flags, mode);
}

static void
written_and_removed(void **state)
{
	const char *path = check_path("echod.pid");
	char text[64], wanted[64];
	struct pidfile p = { .fd = -1 };
	struct errbuf err;
	struct stat st;

	(void)state;
	assert_int_equal(pidfile_lock(&p, path, &err), EX_OK);
	assert_true(fcntl(p.fd, F_GETFD) & FD_CLOEXEC);
	/* Locked is not yet running. */
	check_read(path, text, sizeof(text));
	assert_string_equal(text, "");
	assert_int_equal(pidfile_write(&p, &err), 0);
	check_read(path, text, sizeof(text));
	snprintf(wanted, sizeof(wanted), "%ld\n", (long)getpid());
	assert_string_equal(text, wanted);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0022, 0);
	pidfile_remove(&p);
	assert_int_equal(p.fd, -1);
	assert_int_equal(access(path, F_OK), -1);
	/* Once more is nothing. */
	pidfile_remove(&p);
}

/* A child that takes the lock, says so, and goes when told. */
static pid_t
holder(const char *path, int *end, bool remove_it)
{
	int up[2], down[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe(up), 0);
	assert_int_equal(pipe(down), 0);
	if ((pid = fork()) == 0) {
		struct pidfile p = { .fd = -1 };
		struct errbuf err;

		/* As a master is called. */
		(void)prctl(PR_SET_NAME, "echod:master");
		byte = (char)pidfile_lock(&p, path, &err);
		if (byte == EX_OK && pidfile_write(&p, &err) == -1)
			byte = 1;
		if (write(up[1], &byte, 1) != 1)
			_exit(1);
		close(down[1]);
		if (byte == EX_OK && read(down[0], &byte, 1) == 0 && remove_it)
			pidfile_remove(&p);
		_exit(0);
	}
	assert_int_equal(read(up[0], &byte, 1), 1);
	close(up[0]);
	close(up[1]);
	close(down[0]);
	*end = down[1];
	assert_int_equal(byte, EX_OK);
	return pid;
}

static void
second_says_who_holds_it(void **state)
{
	const char *path = check_path("held.pid");
	char before[64], after[64], wanted[512];
	struct pidfile p = { .fd = -1 };
	struct errbuf err;
	pid_t pid;
	int end;

	(void)state;
	pid = holder(path, &end, true);
	check_read(path, before, sizeof(before));
	assert_int_equal(pidfile_lock(&p, path, &err), EX_TEMPFAIL);
	assert_int_equal(p.fd, -1);
	snprintf(wanted, sizeof(wanted),
	    "already running as pid %ld (pid file %s)", (long)pid, path);
	assert_string_equal(err.text, wanted);
	/* Whoever was refused has changed nothing. */
	check_read(path, after, sizeof(after));
	assert_string_equal(before, after);
	pidfile_remove(&p);
	assert_int_equal(access(path, F_OK), 0);
	/* It goes, and removes its file: ours is a new one. */
	close(end);
	assert_int_equal(check_wait(pid), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(pidfile_lock(&p, path, &err), EX_OK);
	pidfile_remove(&p);
}

/* However its holder went, a lock is never stale. */
static void
dead_holder_does_not_count(void **state)
{
	const char *path = check_path("dead.pid");
	char text[64], wanted[64];
	struct pidfile p = { .fd = -1 };
	struct errbuf err;
	pid_t pid;
	int end;

	(void)state;
	pid = holder(path, &end, false);
	kill(pid, SIGKILL);
	assert_int_equal(check_wait(pid), 128 + SIGKILL);
	close(end);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(pidfile_lock(&p, path, &err), EX_OK);
	assert_int_equal(pidfile_write(&p, &err), 0);
	/* A child of the holder does not hold it, and does not let it go. */
	if ((pid = fork()) == 0) {
		close(p.fd);
		_exit(0);
	}
	assert_int_equal(check_wait(pid), 0);
	if ((pid = fork()) == 0)
		_exit(pidfile_lock(&p, path, &err) == EX_TEMPFAIL ? 0 : 1);
	assert_int_equal(check_wait(pid), 0);
	/* Nor does it end when somebody here has looked into the file. */
	check_read(path, text, sizeof(text));
	snprintf(wanted, sizeof(wanted), "%ld\n", (long)getpid());
	assert_string_equal(text, wanted);
	if ((pid = fork()) == 0)
		_exit(pidfile_lock(&p, path, &err) == EX_TEMPFAIL ? 0 : 1);
	assert_int_equal(check_wait(pid), 0);
	pidfile_remove(&p);
}

/* The next master, in a child: has our lock, and tells by its end what failed. */
static _Noreturn void
succeed(const char *path, int fd)
{
	struct pidfile p;
	struct errbuf err;

	pidfile_hand(&p, fd);
	if (pidfile_lock(&p, path, &err) != EX_OK || !p.handed || p.fd != fd)
		_exit(1);
	if (pidfile_write(&p, &err) == -1 || p.handed)
		_exit(2);
	_exit(0);
}

/* The lock is handed over without a gap, and the file with it. */
static void
handed_over(void **state)
{
	const char *path = check_path("handed.pid");
	const char *other = check_path("elsewhere.pid");
	struct pidfile p = { .fd = -1 }, q;
	struct errbuf err;
	char text[64], wanted[64];
	pid_t pid;

	(void)state;
	assert_int_equal(pidfile_lock(&p, path, &err), EX_OK);
	assert_int_equal(pidfile_write(&p, &err), 0);
	if ((pid = fork()) == 0)
		succeed(path, p.fd);
	assert_int_equal(check_wait(pid), 0);
	check_read(path, text, sizeof(text));
	snprintf(wanted, sizeof(wanted), "%ld\n", (long)pid);
	assert_string_equal(text, wanted);

	/* It is locked as long as either of the two has it. */
	pidfile_hand(&q, fcntl(p.fd, F_DUPFD_CLOEXEC, 0));
	pidfile_remove(&p);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(pidfile_lock(&p, path, &err), EX_TEMPFAIL);

	/* Whoever takes the service back writes its own pid, once. */
	assert_int_equal(pidfile_lock(&q, path, &err), EX_OK);
	pidfile_restore(&q);
	pidfile_restore(&q);
	check_read(path, text, sizeof(text));
	snprintf(wanted, sizeof(wanted), "%ld\n", (long)getpid());
	assert_string_equal(text, wanted);

	/* A configuration may want another one. */
	pidfile_hand(&q, q.fd);
	assert_int_equal(pidfile_lock(&q, other, &err), EX_OK);
	assert_false(q.handed);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(pidfile_lock(&p, path, &err), EX_OK);
	assert_int_equal(pidfile_write(&q, &err), 0);
	pidfile_remove(&q);
	assert_int_equal(access(other, F_OK), -1);
	pidfile_remove(&p);
}

static void
only_plain_files(void **state)
{
	struct pidfile p = { .fd = -1 };
	struct errbuf err;
	char text[64];

	(void)state;
	(void)check_file("precious", "precious\n");
	assert_int_equal(symlink("precious", check_path("symlink")), 0);
	assert_int_equal(symlink("nowhere", check_path("dangling")), 0);
	assert_int_equal(link(check_path("precious"), check_path("hardlink")),
	    0);
	assert_int_equal(mkfifo(check_path("fifo"), 0600), 0);
	assert_int_equal(mkdir(check_path("folder"), 0700), 0);
	assert_int_equal(pidfile_lock(&p, check_path("symlink"), &err),
	    EX_OSERR);
	CHECK(strstr(err.text, "symbolic link") != NULL, "%s", err.text);
	assert_int_equal(pidfile_lock(&p, check_path("dangling"), &err),
	    EX_OSERR);
	assert_int_equal(access(check_path("nowhere"), F_OK), -1);
	assert_int_equal(pidfile_lock(&p, check_path("hardlink"), &err),
	    EX_OSERR);
	CHECK(strstr(err.text, "not a plain file") != NULL, "%s", err.text);
	assert_int_equal(pidfile_lock(&p, check_path("fifo"), &err), EX_OSERR);
	CHECK(strstr(err.text, "not a plain file") != NULL, "%s", err.text);
	assert_int_equal(pidfile_lock(&p, check_path("folder"), &err),
	    EX_OSERR);
	assert_int_equal(pidfile_lock(&p, check_path("none/x.pid"), &err),
	    EX_OSERR);
	CHECK(strstr(err.text, "No such file") != NULL, "%s", err.text);
	assert_int_equal(pidfile_lock(&p, "/dev/null", &err), EX_OSERR);
	assert_int_equal(p.fd, -1);
	check_read(check_path("precious"), text, sizeof(text));
	assert_string_equal(text, "precious\n");
}

/* The reason is that the kernel refuses it, or just that it failed. */
static void
check_refused(const char *path, bool by_rule)
{
	struct pidfile p = { .fd = -1 };
	struct errbuf err;

	protected_regular = true;
	assert_int_equal(pidfile_lock(&p, path, &err), EX_OSERR);
	protected_regular = false;
	assert_int_equal(p.fd, -1);
	CHECK((strstr(err.text, "fs.protected_regular") != NULL) == by_rule,
	    "%s", err.text);
	CHECK((strstr(err.text, "belongs to uid 65534,") != NULL) == by_rule,
	    "%s", err.text);
	CHECK((strstr(err.text, "Permission denied") != NULL) != by_rule, "%s",
	    err.text);
}

static void
refused_in_a_sticky_directory(void **state)
{
	const char *path;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(mkdir(check_path("sticky"), 0700), 0);
	path = check_file("sticky/echod.pid", "");
	check_refused(path, false);
	if (chown(path, 65534, (gid_t)-1) == -1)
		skip();
	check_refused(path, false);
	assert_int_equal(chmod(check_path("sticky"), 01777), 0);
	check_refused(path, true);
	assert_int_equal(chmod(check_path("sticky"), 01770), 0);
	check_refused(path, true);
	/* The kernel has another reason here. */
	check_refused(check_path("sticky/new.pid"), false);
}

/* What was in the file before does not show through. */
/* One that somebody has made after the load has looked. */
static void
not_another_users(void **state)
{
	const char *path = check_file("another.pid", "4711\n");
	struct pidfile p;
	struct errbuf err;
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(pidfile_lock(&p, path, &err), EX_CONFIG);
	assert_int_equal(p.fd, -1);
	assert_non_null(strstr(err.text, "does not belong to root"));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 5);
	assert_int_equal(chown(path, 0, 0), 0);
	assert_int_equal(pidfile_lock(&p, path, &err), EX_OK);
	pidfile_remove(&p);
}

static void
old_content_is_replaced(void **state)
{
	const char *path = check_file("old.pid",
	    "4194304 and a long text that nobody has locked\nmore\n");
	char text[64], wanted[64];
	struct pidfile p = { .fd = -1 };
	struct errbuf err;

	(void)state;
	assert_int_equal(pidfile_lock(&p, path, &err), EX_OK);
	assert_int_equal(pidfile_write(&p, &err), 0);
	check_read(path, text, sizeof(text));
	snprintf(wanted, sizeof(wanted), "%ld\n", (long)getpid());
	assert_string_equal(text, wanted);
	pidfile_remove(&p);
}

/* Another process has replaced the file: it must not be removed. */
static void
only_ours_is_removed(void **state)
{
	const char *path = check_path("ours.pid");
	char text[64];
	struct pidfile p = { .fd = -1 };
	struct errbuf err;

	(void)state;
	assert_int_equal(pidfile_lock(&p, path, &err), EX_OK);
	assert_int_equal(rename(check_file("other.pid", "7\n"), path), 0);
	pidfile_remove(&p);
	check_read(path, text, sizeof(text));
	assert_string_equal(text, "7\n");
	/* The same with a link to ours. */
	assert_int_equal(pidfile_lock(&p, path, &err), EX_OK);
	assert_int_equal(rename(path, check_path("moved.pid")), 0);
	assert_int_equal(symlink("moved.pid", path), 0);
	pidfile_remove(&p);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(access(check_path("moved.pid"), F_OK), 0);
	unlink(path);
	/* Gone altogether. */
	assert_int_equal(pidfile_lock(&p, path, &err), EX_OK);
	assert_int_equal(unlink(path), 0);
	pidfile_remove(&p);
	assert_int_equal(p.fd, -1);
}

int
main(void)
{
	const struct CMUnitTest pidfile[] = {
		cmocka_unit_test(written_and_removed),
		cmocka_unit_test(second_says_who_holds_it),
		cmocka_unit_test(dead_holder_does_not_count),
		cmocka_unit_test(handed_over),
		cmocka_unit_test(only_plain_files),
		cmocka_unit_test(refused_in_a_sticky_directory),
		cmocka_unit_test(not_another_users),
		cmocka_unit_test(old_content_is_replaced),
		cmocka_unit_test(only_ours_is_removed),
	};

	return cmocka_run_group_tests(pidfile, check_folder_make,
	    check_folder_remove);
}
