/* SPDX-License-Identifier: ISC */
/*
 * loader: the text of a configuration, with files that it includes: a reason
 * with its place, or a configuration that the master accepts, and whose dump
 * loads to the same dump.
 *
 * A form feed begins the next file: the first is the main one, the others are
 * named a, b, c and d.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <netdb.h>
#include <pwd.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/lookup.h"
#include "config/check.h"
#include "config/config.h"
#include "config/dump.h"
#include "config/options.h"
#include "config/settings.h"
#include "loader/load.h"
#include "loader/origin.h"
#include "loader/resolve.h"
#include "loader/text.h"

/* libconfig forgets the string in which a syntax error is. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

static char folder[PATH_MAX];
static const char *const names[] = { "main", "a", "b", "c", "d" };
enum { NAMES = sizeof(names) / sizeof(names[0]) };

/* In the place of the library's: no name service is asked. */
int
lookup_host(const char *host, const char *service, const struct addrinfo *hints,
    struct addrinfo **found)
{
	struct addrinfo numeric = *hints;

	numeric.ai_flags |= AI_NUMERICHOST | AI_NUMERICSERV;
	/* A name has two addresses. */
	if (host != NULL && strcmp(host, "localhost") == 0)
		return getaddrinfo(NULL, service,
		    &(struct addrinfo){ .ai_socktype = SOCK_STREAM,
			.ai_flags = AI_NUMERICSERV },
		    found);
	return getaddrinfo(host, service, &numeric, found);
}

/* In the place of the C library's. */
struct passwd *
getpwnam(const char *name)
{
	static struct passwd user;

	user.pw_uid = strcmp(name, "nobody") == 0 ? 65534 : 0;
	return name[0] == '\0' ? NULL : &user;
}

struct group *
getgrnam(const char *name)
{
	static struct group group;

	return name[0] == '\0' ? NULL : &group;
}

/* Includes stay in the folder: no file of this machine is read. */
int
open(const char *path, int flags, ...)
{
	size_t n = strlen(folder);

	/* trust.h looks at the way to a file. */
	if (strcmp(path, "/") != 0 &&
	    (strncmp(path, folder, n) != 0 || path[n] != '/' ||
		strchr(path + n + 1, '/') != NULL)) {
		errno = ENOENT;
		return -1;
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
}

static void
write_file(const char *name, const void *bytes, size_t size)
{
	char path[PATH_MAX + 8];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	MUST(fd != -1);
	MUST(write(fd, bytes, size) == (ssize_t)size);
	close(fd);
}

static void
clean_up(void)
{
	char path[PATH_MAX + 8];

	for (size_t i = 0; i < NAMES; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

static int
load(struct config *config, struct errbuf *err)
{
	static struct text text;
	static struct origin origins[SETTINGS_MAX];
	static const struct config_found before;
	const struct resolve_starter starter = { 0, 0 };
	char path[PATH_MAX + 8];
	struct options opt = { .file = path, .file_given = true };
	int status;

	snprintf(path, sizeof(path), "%s/main", folder);
	memset(config, 0, sizeof(*config));
	status = load_read(&text, &opt, &before, err);
	if (status == EX_OK)
		status = load_config(config, &text, &opt, &before, origins,
		    err);
	return status == EX_OK ?
	    resolve_config(config, &starter, origins, err) :
	    status;
}

static char *
dump(const struct config *config)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	MUST(out != NULL);
	dump_config(config, out);
	MUST(fclose(out) == 0);
	return text;
}

/* If nothing could be loaded here, no input would find anything. */
static void
make_folder(void)
{
	static struct config config;
	const char good[] = "backlog = 5;\n";
	struct errbuf err;
	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/echod-fuzz.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	/* A crash leaves it: it is in the folder of the fuzz build then. */
	MUST(mkdtemp(folder) != NULL);
	atexit(clean_up);
	write_file(names[0], good, strlen(good));
	MUST(load(&config, &err) == EX_OK && config.backlog == 5);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config config;
	struct errbuf err = { "" };
	struct bytes in = { data, size };
	char *first, *second;
	int status;

	if (folder[0] == '\0')
		make_folder();
	for (size_t i = 0; i < NAMES; i++) {
		const uint8_t *end = memchr(in.at, '\f', in.left);
		size_t n = end != NULL && i < NAMES - 1 ?
		    (size_t)(end - in.at) :
		    in.left;

		write_file(names[i], in.at, n);
		in.at += n + (end != NULL && n < in.left);
		in.left -= n + (n < in.left);
	}
	status = load(&config, &err);
	if (status != EX_OK) {
		MUST(status == EX_CONFIG || status == EX_UNAVAILABLE);
		MUST(strncmp(err.text, folder, strlen(folder)) == 0 ||
		    config.found.settings == 0 ||
		    strchr(err.text, ':') != NULL);
		check_reason(err.text, sizeof(err.text), data, size);
		return 0;
	}
	MUST(check_config(&config));
	first = dump(&config);
	write_file("main", first, strlen(first));
	status = load(&config, &err);
	if (status != EX_OK)
		fprintf(stderr, "%s\n%s", err.text, first);
	MUST(status == EX_OK);
	second = dump(&config);
	MUST(strcmp(first, second) == 0);
	free(first);
	free(second);
	return 0;
}
