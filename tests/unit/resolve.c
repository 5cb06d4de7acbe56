/* SPDX-License-Identifier: ISC */
/* resolve: names become addresses, and what the system lacks is an error. */
#include "check.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pwd.h>
#include <sysexits.h>

#include "common/errbuf.h"
#include "config/config.h"
#include "config/settings.h"
#include "loader/origin.h"
#include "loader/resolve.h"

static struct config config;
static struct origin origins[SETTINGS_MAX];
static struct resolve_starter starter;

/* Defaults, but to listen on these "ADDRESS PORT" instead. */
static int
resolve(struct errbuf *err, const char *const *listen, size_t n)
{
	struct origin *origin = &origins[settings_find("listen") - settings];

	settings_defaults(&config);
	/* Whoever runs the tests exists, "nobody" perhaps not. */
	strcpy(config.user,
	    getpwuid(geteuid()) != NULL ? getpwuid(geteuid())->pw_name :
					  "root");
	memset(origins, 0, sizeof(origins));
	origin->from = ORIGIN_FILE;
	origin->line = 1;
	origin->file = "f";
	config.listen_count = (unsigned)n;
	for (size_t i = 0; i < n; i++) {
		const char *blank = strchr(listen[i], ' ');

		snprintf(config.listen[i].address, ADDR_HOST, "%.*s",
		    (int)(blank - listen[i]), listen[i]);
		snprintf(config.listen[i].port, ADDR_PORT, "%s", blank + 1);
		config.listen[i].line = (unsigned)i + 10;
	}
	err->text[0] = '\0';
	return resolve_config(&config, &starter, origins, err);
}

/* The addresses, each followed by a blank, by "?" before if optional. */
static const char *
addresses(void)
{
	static char buf[4096];
	char text[ADDR_TEXT];
	size_t n = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < config.address_count; i++) {
		addr_text(&config.addresses[i].addr, text, sizeof(text));
		n += (size_t)snprintf(buf + n, sizeof(buf) - n, "%s%s ",
		    config.addresses[i].optional ? "?" : "", text);
	}
	return buf;
}

static void
literals(void **state)
{
	static const struct {
		const char *listen, *wanted;
	} rows[] = {
		{ "127.0.0.1 10000", "127.0.0.1:10000 " },
		{ "127.0.0.1 0", "127.0.0.1:0 " },
		{ "127.0.0.1 007", "127.0.0.1:7 " },
		{ "::1 65535", "[::1]:65535 " },
		{ "0.0.0.0 7", "0.0.0.0:7 " },
		{ ":: 7", "[::]:7 " },
		{ "fe80::1%1 7", "[fe80::1%1]:7 " },
		{ "fec0::1 7", "[fec0::1]:7 " },
		{ "223.255.255.255 7", "223.255.255.255:7 " },
		{ "240.0.0.1 7", "240.0.0.1:7 " },
	};
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(resolve(&err, &rows[i].listen, 1) == EX_OK, "%s: %s",
		    rows[i].listen, err.text);
		CHECK_TEXT(addresses(), rows[i].wanted, "%s", rows[i].listen);
	}
}

/* Every address: one socket for each family, and either may be missing. */
static void
every_address(void **state)
{
	static const char *const rows[] = { " 7", "* 7" };
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(resolve(&err, &rows[i], 1) == EX_OK, "%s", err.text);
		CHECK(config.address_count == 2, "%s", addresses());
		CHECK(strstr(addresses(), "?0.0.0.0:7 ") != NULL, "%s",
		    addresses());
		CHECK(strstr(addresses(), "?[::]:7 ") != NULL, "%s",
		    addresses());
	}
}

static void
localhost(void **state)
{
	static const char *const listen[] = { "localhost 10000" };
	struct errbuf err;

	(void)state;
	CHECK(resolve(&err, listen, 1) == EX_OK, "%s", err.text);
	CHECK(config.address_count >= 1 && config.address_count <= 2, "%s",
	    addresses());
	for (unsigned i = 0; i < config.address_count; i++) {
		char text[ADDR_TEXT];

		addr_text(&config.addresses[i].addr, text, sizeof(text));
		CHECK(config.addresses[i].optional, "%s", text);
		CHECK(strcmp(text, "127.0.0.1:10000") == 0 ||
			strcmp(text, "[::1]:10000") == 0,
		    "%s", text);
	}
}

static void
services(void **state)
{
	static const char *const echo[] = { "127.0.0.1 echo" };
	static const char *const none[] = { "::1 7",
		"127.0.0.1 no-such-service" };
	struct errbuf err;

	(void)state;
	assert_int_equal(resolve(&err, none, 2), EX_CONFIG);
	CHECK(strncmp(err.text, "f:11: listen: ", 14) == 0, "%s", err.text);
	CHECK(strstr(err.text, "no-such-service") != NULL, "%s", err.text);
	/* A minimal system has no /etc/services. */
	if (getservbyname("echo", "tcp") == NULL)
		return;
	assert_int_equal(resolve(&err, echo, 1), EX_OK);
	assert_string_equal(addresses(), "127.0.0.1:7 ");
}

static void
unknown_names(void **state)
{
	static const char *const rows[] = { "no-such-host.invalid 7",
		"no host 7", "127.0.0.256 7", "[::1] 7", "::1%nosuchif0 7",
		"a\001b.invalid 7" };
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *listen[] = { "127.0.0.1 1", "127.0.0.1 2",
			rows[i] };
		/* Without a name server to ask, it may be there tomorrow. */
		int status = resolve(&err, listen, 3);

		CHECK(status == EX_CONFIG || status == EX_UNAVAILABLE, "%s: %d",
		    rows[i], status);
		CHECK(strncmp(err.text, "f:12: listen: \"", 15) == 0, "%s: %s",
		    rows[i], err.text);
	}
}

/* Addresses that the resolver would accept, but that are typing errors. */
static void
no_addresses(void **state)
{
	static const struct {
		const char *listen, *reason;
	} rows[] = {
		{ "7 10000",
		    "f:10: listen: \"7\" is neither an address nor a name" },
		{ "0 18300", "f:10: listen: \"0\" is neither an address" },
		{ "127.1 7", "f:10: listen: \"127.1\" is neither" },
		{ "::1:10000 7",
		    "f:10: listen: \"::1:10000\" is neither an address" },
		{ "[::1] 7", "f:10: listen: \"[::1]\" is neither an address" },
		{ "127.0.0.1%lo 7",
		    "f:10: listen: \"127.0.0.1%lo\" port 7: only a link-local "
		    "address has an interface" },
		{ "name%lo 7",
		    "f:10: listen: \"name%lo\" is neither an address nor a" },
		{ "::1%lo 7",
		    "f:10: listen: \"::1%lo\" port 7: only a link-local "
		    "address has an interface" },
		{ "0x7f000001 7", "f:10: listen: \"0x7f000001\" is neither" },
		{ "010.0.0.1 7", "f:10: listen: \"010.0.0.1\" is neither" },
		{ "::ffff:127.0.0.1 7",
		    "f:10: listen: ::ffff:127.0.0.1 is "
		    "IPv4: write 127.0.0.1" },
		{ "::ffff:0:0 7",
		    "f:10: listen: ::ffff:0.0.0.0 is IPv4: "
		    "write 0.0.0.0" },
		{ "fe80::1 7",
		    "f:10: listen: fe80::1 is link-local and needs its "
		    "interface, as in fe80::1%eth0" },
		{ "febf::1 7", "f:10: listen: febf::1 is link-local and" },
		{ "fe80::1%4294967295 7",
		    "f:10: listen: fe80::1%4294967295: there is no interface "
		    "4294967295" },
		{ "ff02::1 7", "f:10: listen: ff02::1 is a multicast address" },
		{ "ff02::1%1 7", "f:10: listen: ff02::1%1 is a multicast" },
		{ "ff0e::1 7", "f:10: listen: ff0e::1 is a multicast address" },
		{ "224.0.0.1 7", "f:10: listen: 224.0.0.1 is a multicast" },
		{ "239.255.255.255 7",
		    "f:10: listen: 239.255.255.255 is a multicast address" },
		{ "255.255.255.255 7",
		    "f:10: listen: 255.255.255.255 is the broadcast address" },
	};
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(resolve(&err, &rows[i].listen, 1) == EX_CONFIG, "%s: %s",
		    rows[i].listen, err.text);
		CHECK(strncmp(err.text, rows[i].reason,
			  strlen(rows[i].reason)) == 0,
		    "%s: %s", rows[i].listen, err.text);
	}
}

static void
duplicates(void **state)
{
	static const struct {
		const char *listen[2];
		const char *twice; /* NULL: good */
	} rows[] = {
		{ { "127.0.0.1 7", "127.0.0.1 7" }, "127.0.0.1:7" },
		{ { "127.0.0.1 7", "127.0.0.1 007" }, "127.0.0.1:7" },
		{ { "::1 7", "0:0:0:0:0:0:0:1 7" }, "[::1]:7" },
		{ { " 7", "0.0.0.0 7" }, "0.0.0.0:7" },
		{ { " 7", "* 7" }, " is listed twice" },
		{ { "localhost 7", "127.0.0.1 7" }, "127.0.0.1:7" },
		{ { "127.0.0.1 7", "localhost 7" }, "127.0.0.1:7" },
		{ { "127.0.0.1 7", "127.0.0.1 8" }, NULL },
		{ { "127.0.0.1 7", "127.0.0.2 7" }, NULL },
		{ { "0.0.0.0 7", ":: 7" }, NULL },
		{ { "fe80::1%1 7", "fe80::2%1 7" }, NULL },
		/* Port 0 is another one each time. */
		{ { "127.0.0.1 0", "127.0.0.1 0" }, NULL },
	};
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int status = resolve(&err, rows[i].listen, 2);

		CHECK((status == EX_OK) == (rows[i].twice == NULL), "%zu: %s",
		    i, err.text);
		if (rows[i].twice == NULL)
			continue;
		CHECK(status == EX_CONFIG, "%zu: %d", i, status);
		CHECK(strncmp(err.text, "f:11: listen: ", 14) == 0, "%zu: %s",
		    i, err.text);
		CHECK(strstr(err.text, rows[i].twice) != NULL, "%zu: %s", i,
		    err.text);
	}
}

/* 64 entries that stand for two each are the most there can be. */
static void
most_addresses(void **state)
{
	char text[CONFIG_LISTEN][16];
	const char *listen[CONFIG_LISTEN];
	struct errbuf err;

	(void)state;
	for (int i = 0; i < CONFIG_LISTEN; i++) {
		snprintf(text[i], sizeof(text[i]), "* %d", i);
		listen[i] = text[i];
	}
	assert_int_equal(resolve(&err, listen, CONFIG_LISTEN), EX_OK);
	assert_int_equal(config.address_count, CONFIG_ADDRESSES);
}

static void
command_line_and_defaults(void **state)
{
	struct origin *origin = &origins[settings_find("listen") - settings];
	struct errbuf err;

	(void)state;
	memset(origins, 0, sizeof(origins));
	settings_defaults(&config);
	strcpy(config.listen[0].address, "no-such-host.invalid");
	assert_int_not_equal(resolve_config(&config, &starter, origins, &err),
	    EX_OK);
	CHECK(strncmp(err.text, "listen: ", 8) == 0, "%s", err.text);
	origin->from = ORIGIN_OPTION;
	assert_int_not_equal(resolve_config(&config, &starter, origins, &err),
	    EX_OK);
	CHECK(strncmp(err.text, "-l", 2) == 0, "%s", err.text);
}

/* Set one setting as if by line 5 of a file, and resolve. */
static int
resolve_with(const char *path, const char *text, struct errbuf *err)
{
	static const char *const listen[] = { "127.0.0.1 0" };
	const struct setting *s = settings_find(path);
	struct origin *origin = &origins[s - settings];

	assert_int_equal(resolve(err, listen, 1), EX_OK);
	assert_int_equal(settings_assign(&config, s, text, err), 0);
	origin->from = ORIGIN_FILE;
	origin->line = 5;
	origin->file = "f";
	return resolve_config(&config, &starter, origins, err);
}

static void
users_without_root(void **state)
{
	struct errbuf err;

	(void)state;
	if (geteuid() == 0)
		skip();
	assert_int_equal(resolve_with("user", "no-such-user", &err), EX_OK);
	assert_int_equal(config.uid, geteuid());
	assert_int_equal(config.gid, getegid());
	assert_int_equal(resolve_with("group", "no-such-group", &err), EX_OK);
	assert_int_equal(resolve_with("chroot", "/", &err), EX_CONFIG);
	CHECK(strncmp(err.text, "f:5: chroot: ", 13) == 0, "%s", err.text);
}

static void
users_as_root(void **state)
{
	static const struct {
		const char *path, *text, *reason;
	} rows[] = {
		{ "user", "no-such-user",
		    "f:5: user: there is no user \"no-such-user\"" },
		{ "user", "", "f:5: user: there is no user \"\"" },
		{ "group", "no-such-group",
		    "f:5: group: there is no group \"no-such-group\"" },
		{ "chroot", "/no/such/folder",
		    "f:5: chroot: /no/such/folder: No such file" },
		{ "chroot", "/dev/null",
		    "f:5: chroot: /dev/null is not a directory" },
		{ "chroot", "/tmp", "f:5: chroot: /tmp must belong to root" },
	};
	struct errbuf err;

	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(resolve_with(rows[i].path, rows[i].text, &err) ==
			EX_CONFIG,
		    "%s = %s", rows[i].path, rows[i].text);
		CHECK(strncmp(err.text, rows[i].reason,
			  strlen(rows[i].reason)) == 0,
		    "%s = %s: %s", rows[i].path, rows[i].text, err.text);
	}
	assert_int_equal(resolve_with("user", "root", &err), EX_OK);
	assert_int_equal(config.uid, 0);
	assert_int_equal(resolve_with("group", "root", &err), EX_OK);
	assert_int_equal(config.gid, 0);
	assert_int_equal(resolve_with("chroot", "/", &err), EX_OK);
}

/* Where HTTP requests are answered, as addresses() writes it. */
static const char *
metrics(const char *address, struct errbuf *err)
{
	static const char *const listen[] = { "127.0.0.1 7" };
	static char buf[4 * ADDR_TEXT];
	char text[ADDR_TEXT];
	size_t n = 0;
	int status;

	/* The first resolves nothing of it, but sets all others. */
	(void)resolve(err, listen, 1);
	snprintf(config.metrics.address, ADDR_HOST, "%s", address);
	config.metrics.port = 9464;
	status = resolve_config(&config, &starter, origins, err);
	if (status != EX_OK)
		return NULL;
	buf[0] = '\0';
	for (unsigned i = 0; i < config.metrics.count; i++) {
		addr_text(&config.metrics.at[i].addr, text, sizeof(text));
		n += (size_t)snprintf(buf + n, sizeof(buf) - n, "%s%s ",
		    config.metrics.at[i].optional ? "?" : "", text);
	}
	return buf;
}

static void
metrics_addresses(void **state)
{
	static const struct {
		const char *address, *wanted;
	} good[] = {
		{ "", "" },
#ifdef HAVE_MICROHTTPD
		{ "127.0.0.1", "127.0.0.1:9464 " },
		{ "::1", "[::1]:9464 " },
		{ "0.0.0.0", "0.0.0.0:9464 " },
#endif
	}, bad[] = {
#ifdef HAVE_MICROHTTPD
		{ "a.example", "\"a.example\" is neither an address nor localhost" },
		{ "127.1", "\"127.1\" is neither an address nor localhost" },
		{ "224.0.0.1", "224.0.0.1 is a multicast address" },
		{ "::ffff:127.0.0.1", "::ffff:127.0.0.1 is IPv4" },
		{ "fe80::1", "fe80::1 is link-local and needs its interface" },
#else
		{ "127.0.0.1", "this echod was built without libmicrohttpd" },
#endif
	};
	struct errbuf err;
	char reason[256];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		const char *is = metrics(good[i].address, &err);

		CHECK(is != NULL, "%s: %s", good[i].address, err.text);
		CHECK_TEXT(is, good[i].wanted, "%s", good[i].address);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		CHECK(metrics(bad[i].address, &err) == NULL, "%s",
		    bad[i].address);
		snprintf(reason, sizeof(reason), "metrics.address: %s",
		    bad[i].wanted);
		CHECK(strncmp(err.text, reason, strlen(reason)) == 0, "%s: %s",
		    bad[i].address, err.text);
	}
#ifdef HAVE_MICROHTTPD
	assert_non_null(metrics("localhost", &err));
	assert_true(config.metrics.count > 0 && config.metrics.at[0].optional);
	assert_non_null(metrics("*", &err));
	assert_int_equal(config.metrics.count, 2);
	assert_true(addr_is_wildcard(&config.metrics.at[1].addr));
#endif
}

int
main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(literals),
		cmocka_unit_test(every_address),
		cmocka_unit_test(localhost),
		cmocka_unit_test(services),
		cmocka_unit_test(unknown_names),
		cmocka_unit_test(no_addresses),
		cmocka_unit_test(duplicates),
		cmocka_unit_test(most_addresses),
		cmocka_unit_test(command_line_and_defaults),
		cmocka_unit_test(users_without_root),
		cmocka_unit_test(users_as_root),
		cmocka_unit_test(metrics_addresses),
	};

	starter.uid = geteuid();
	starter.gid = getegid();
	return cmocka_run_group_tests_name("resolve", all, NULL, NULL);
}
