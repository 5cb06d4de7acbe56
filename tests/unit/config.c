/* SPDX-License-Identifier: ISC */
/* config: files are read strictly, and each mistake names its line. */
#include "check.h"
#include "load.h"

#include <sys/syscall.h>
#include <syslog.h>
#include <sysexits.h>

#include "common/errbuf.h"
#include "config/settings.h"
#include "loader/origin.h"

static struct config config;
static struct origin origins[SETTINGS_MAX];

/* What happens to the files as soon as one of them has been read. */
static void (*meanwhile)(void);

/* In the place of the C library's. */
int
close(int fd)
{
	if (meanwhile != NULL)
		meanwhile();
	return (int)syscall(SYS_close, fd);
}

static int
load(const char *path, struct errbuf *err)
{
	struct options opt = { .file = path, .file_given = true };

	err->text[0] = '\0';
	return config_load(&config, &opt, NULL, origins, err);
}

static void
check_good(const char *text)
{
	struct errbuf err;

	CHECK(load(check_file("good.conf", text), &err) == EX_OK, "%s: %s",
	    text, err.text);
}

/* The reason is "FILE:" and what is wanted. */
static void
check_bad(const char *text, const char *wanted)
{
	const char *path = check_file("bad.conf", text);
	struct errbuf err;
	char reason[1024];

	CHECK(load(path, &err) == EX_CONFIG, "%s", text);
	snprintf(reason, sizeof(reason), "%s:%s", path, wanted);
	CHECK(strncmp(err.text, reason, strlen(reason)) == 0,
	    "%s: \"%s\", not \"%s\"", text, err.text, reason);
}

static void
values(void **state)
{
	(void)state;
	check_good("listen = ( { address = \"a\"; port = 1; },\n"
		   "  { port = \"echo\"; address = \"\"; },\n"
		   "\n"
		   "  { address = \"::1\" } );\n");
	assert_int_equal(config.listen_count, 3);
	assert_string_equal(config.listen[0].address, "a");
	assert_string_equal(config.listen[0].port, "1");
	assert_string_equal(config.listen[1].address, "");
	assert_string_equal(config.listen[1].port, "echo");
	assert_string_equal(config.listen[2].address, "::1");
	assert_string_equal(config.listen[2].port, "10000");
	assert_int_equal(config.listen[0].line, 1);
	assert_int_equal(config.listen[1].line, 2);
	assert_int_equal(config.listen[2].line, 4);

	/* For sockets of a service manager; libconfig takes it for an array. */
	check_good("listen = ( );");
	assert_int_equal(config.listen_count, 0);
	check_good("listen = [];");
	assert_int_equal(config.listen_count, 0);

	check_good("backlog = 0x10; buffer_size : 10,\n"
		   "timeouts : { idle = 1.5; send = 2L; lifetime = .25 }\n"
		   "# a comment\n"
		   "workers = { max = 20; }; // another\n"
		   "/* and */ log = { level = \"de\" \"bug\"; };\n");
	assert_int_equal(config.backlog, 16);
	assert_int_equal(config.buffer_size, 10);
	assert_int_equal(config.timeout.idle_ms, 1500);
	assert_int_equal(config.timeout.send_ms, 2000);
	assert_int_equal(config.timeout.lifetime_ms, 250);
	assert_int_equal(config.workers_max, 20);
	assert_int_equal(config.log.level, LOG_DEBUG);

	check_good("access = { allow = [ \"10.0.0.0/8\" ];\n"
		   "  deny = ( \"10.1.0.0/16\", \"::1\" ); };\n");
	assert_int_equal(config.access.count, 3);
	assert_false(config.access.rules[0].deny);
	assert_true(config.access.rules[2].deny);
	check_good("access = { allow = []; deny = (); };");
	assert_int_equal(config.access.count, 0);
}

/* Positive values of seconds in a file never become "none". */
static void
small_seconds(void **state)
{
	static const char *const rows[] = { "0.001", "0.0004", "0.0000001",
		"1e-9", "1e-12", "1e-300" };
	char text[64];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(text, sizeof(text), "timeouts = { idle = %s; };",
		    rows[i]);
		check_good(text);
		CHECK(config.timeout.idle_ms == 1, "%s", text);
	}
	check_good("timeouts = { idle = 0.0; send = 0; };");
	assert_int_equal(config.timeout.idle_ms, 0);
	assert_int_equal(config.timeout.send_ms, 0);
	check_good("timeouts = { lifetime = 31449599.999; };");
	assert_int_equal(config.timeout.lifetime_ms, 31449599999);
}

static const char *
a_value(enum setting_type type)
{
	switch (type) {
	case SETTING_INTEGER:
		return "5";
	case SETTING_SECONDS:
		return "5.5";
	case SETTING_STRING:
	case SETTING_CHOICE:
		return "\"info\"";
	case SETTING_NETWORKS:
		return "[ \"::1\" ]";
	case SETTING_LISTEN:
		return "( { address = \"::1\"; } )";
	}
	return "";
}

/* Whether a setting may have a value of this kind, apart from its worth. */
static bool
takes(enum setting_type type, const char *kind)
{
	switch (type) {
	case SETTING_INTEGER:
		return strcmp(kind, "a whole number") == 0;
	case SETTING_SECONDS:
		return strstr(kind, "number") != NULL;
	case SETTING_STRING:
	case SETTING_CHOICE:
		return strcmp(kind, "a string") == 0;
	case SETTING_NETWORKS:
		return strcmp(kind, "an array [ ]") == 0 ||
		    strcmp(kind, "a list ( )") == 0;
	case SETTING_LISTEN:
		/* An array has no groups, but says as well that there are
		 * none. */
		return strcmp(kind, "an array [ ]") == 0 ||
		    strcmp(kind, "a list ( )") == 0;
	}
	return false;
}

/* A file whose third line is this setting, in its group. */
static void
write_setting(char *text, size_t size, const char *path, const char *value)
{
	const char *dot = strchr(path, '.');

	if (dot == NULL)
		snprintf(text, size, "\n\n%s = %s;\n", path, value);
	else
		snprintf(text, size, "\n%.*s = {\n%s = %s; };\n",
		    (int)(dot - path), path, dot + 1, value);
}

/* Each setting with each type of value: wrong ones are named. */
static void
types(void **state)
{
	static const struct {
		const char *value, *kind;
	} rows[] = {
		{ "5", "a whole number" },
		{ "5L", "a whole number" },
		{ "0x5", "a whole number" },
		{ "5.5", "a number with a fraction" },
		{ "\"5\"", "a string" },
		{ "true", "true or false" },
		{ "{ }", "a group { }" },
		{ "[ ]", "an array [ ]" },
		{ "( )", "a list ( )" },
	};

	(void)state;
	for (unsigned i = 0; i < settings_count; i++) {
		const struct setting *s = &settings[i];
		char text[256], wanted[256];

		write_setting(text, sizeof(text), s->path, a_value(s->type));
		if (s->type != SETTING_CHOICE && s->type != SETTING_STRING)
			check_good(text);
		for (size_t k = 0; k < COUNT(rows); k++) {
			if (takes(s->type, rows[k].kind))
				continue;
			write_setting(text, sizeof(text), s->path,
			    rows[k].value);
			snprintf(wanted, sizeof(wanted),
			    "3: %s: is %s, expected ", s->path, rows[k].kind);
			check_bad(text, wanted);
		}
	}
}

static void
mistakes(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ "backlog 5;", "1: syntax error" },
		{ "\n\nbacklog = ;", "3: syntax error" },
		{ "workers = {\n\nmax = 5;\n", "4: syntax error" },
		{ "backlog = 5; }", "1: syntax error" },
		{ "backlog = 5;\nbacklog = 6;", "2: duplicate setting" },
		{ "access = { allow = [ \"::1\", 5 ]; };",
		    "1: mismatched element type" },
		{ "backlgo = 5;",
		    "1: backlgo: unknown setting; did you mean backlog?" },
		{ "something = 5;", "1: something: unknown setting" },
		{ "\nworkers = {\n\nmx = 5; };",
		    "4: workers.mx: unknown setting; did you mean "
		    "workers.max?" },
		{ "workers = { x = { max = 5; }; };",
		    "1: workers.x: unknown setting" },
		{ "worker = { max = 5; };",
		    "1: worker: unknown setting; did you mean workers?" },
		{ "worker = { };",
		    "1: worker: unknown setting; did you mean workers?" },
		{ "workers = 5;",
		    "1: workers: is a whole number, expected a group { }" },
		{ "log = [ ];",
		    "1: log: is an array [ ], expected a group { }" },
		{ "backlog = 0;",
		    "1: backlog: 0 is out of range (1 to 65535)" },
		{ "backlog = 65536;", "1: backlog: 65536 is out of range" },
		{ "backlog = -1;", "1: backlog: -1 is out of range" },
		{ "backlog = 4294967303;", "1: the number 4294967303" },
		{ "backlog = 4294967303L;",
		    "1: backlog: 4294967303 is out of range" },
		{ "timeouts = { idle = -1; };",
		    "1: timeouts.idle: -1 is out of range (0 to 604800" },
		{ "timeouts = { idle = -0.5; };", "1: timeouts.idle: -0.5" },
		{ "timeouts = { idle = 604800.001; };",
		    "1: timeouts.idle: 604800.001 is out of range" },
		{ "timeouts = { idle = 1e300; };", "1: timeouts.idle: " },
		{ "timeouts = { idle = 1e999; };", "1: timeouts.idle: " },
		{ "log = { level = \"loud\"; };",
		    "1: log.level: \"loud\" is not one of err, warning, notice, "
		    "info, debug" },
		{ "log = { ident = \"a\\nb\"; };",
		    "1: log.ident: contains the control character 0x0a" },
		{ "access = { deny = [ \"::1\", \"x\" ]; };",
		    "1: access.deny: \"x\" is not a network" },
		{ "access = { deny = ( \"::1\",\n\"10.0.0.1/8\" ); };",
		    "2: access.deny: \"10.0.0.1/8\" has bits set beyond" },
		{ "access = { deny = [ 5 ]; };",
		    "1: access.deny: is a whole number, expected a string" },
		{ "access = { deny = ( [ ] ); };",
		    "1: access.deny: is an array [ ], expected a string" },
		{ "listen = ( 5 );",
		    "1: listen: is a whole number, expected a " },
		{ "listen = ( \"::1\" );",
		    "1: listen: is a string, expected a " },
		{ "listen = (\n{ port = 5; } );",
		    "2: listen: an entry has no address" },
		{ "listen = ( { } );", "1: listen: an entry has no address" },
		{ "listen = (\n{ addres = \"127.0.0.1\"; } );",
		    "2: listen: unknown key \"addres\"" },
		{ "listen = ( { address = 5; } );",
		    "1: listen.address: is a whole number, expected a string" },
		{ "listen = (\n{ address = \"a\";\nprot = 5; } );",
		    "3: listen: unknown key \"prot\"" },
		{ "listen = ( { address = \"a\"; port = 65536; } );",
		    "1: listen.port: 65536 is out of range (0 to 65535)" },
		{ "listen = ( { address = \"a\"; port = -1; } );",
		    "1: listen.port: " },
		{ "listen = ( { address = \"a\"; port = 7.5; } );",
		    "1: listen.port: is a number with a fraction, expected a " },
		{ "listen = ( { address = \"a\"; port = \"65536\"; } );",
		    "1: listen.port: 65536 is out of range (0 to 65535)" },
		{ "listen = ( { address = \"a\"; port = \"\"; } );",
		    "1: listen.port: \"\" is not a port" },
		{ "listen = ( { address = \"a\"; port = \"a b\"; } );",
		    "1: listen.port: \"a b\" is not a port" },
		{ "listen = ( { address = \"a\"; port = "
		  "\"000000000000000000000000000000000000000000000000007\";"
		  " } );",
		    "1: listen.port: " },
		{ "listen = ( { address = \"a\"; port = true; } );",
		    "1: listen.port: is true or false, expected a number" },
		{ "listen = ( { address = \"a\"; port = [ 7 ]; } );",
		    "1: listen.port: is an array [ ], expected a number" },
		{ "workers = { min_spare = 20;\nmax_spare = 10; };",
		    "2: workers.max_spare: 10 is below workers.min_spare" },
		{ "chroot = \"tmp\";",
		    "1: chroot: \"tmp\" is not an absolute path" },
		{ "pid_file = \"echod.pid\";",
		    "1: pid_file: \"echod.pid\" is not an absolute path" },
		{ "control = { path = \"control\"; };",
		    "1: control.path: \"control\" is not an absolute path" },
		{ "metrics = {\naddress = \"::1\"; };",
		    "2: metrics.address: metrics.port is missing" },
		{ "metrics = { port = 65536; };",
		    "1: metrics.port: 65536 is out of range (0 to 65535)" },
		{ "metrics = { port = \"http\"; };",
		    "1: metrics.port: is a string, expected a whole number" },
		{ "workers = {\nmax = 10;\nstart = 20; };",
		    "3: workers.start: 20 is above workers.max = 10" },
		{ "workers = { start = 257; };",
		    "1: workers.start: 257 is above workers.max = 256, the "
		    "default" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_bad(rows[i].text, rows[i].reason);
}

static void
lengths(void **state)
{
	char text[8192], name[2048];
	size_t n;

	(void)state;
	memset(name, 'a', sizeof(name));
	name[ADDR_HOST - 1] = '\0';
	snprintf(text, sizeof(text), "listen = ( { address = \"%s\"; } );",
	    name);
	check_good(text);
	name[ADDR_HOST - 1] = 'a';
	name[ADDR_HOST] = '\0';
	snprintf(text, sizeof(text), "listen = ( { address = \"%s\"; } );",
	    name);
	check_bad(text, "1: listen.address: longer than 253 bytes");
	name[ADDR_HOST] = 'a';
	name[CONFIG_PATH] = '\0';
	snprintf(text, sizeof(text), "pid_file = \"%s\";", name);
	check_bad(text, "1: pid_file: longer than 1023 bytes");
	name[0] = '/';
	snprintf(text, sizeof(text), "control = { path = \"%.104s\"; };", name);
	check_bad(text, "1: control.path: longer than 103 bytes");
	snprintf(text, sizeof(text), "control = { path = \"%.103s\"; };", name);
	check_good(text);
	name[0] = 'a';
	/* A name of a setting that is longer than any. */
	snprintf(text, sizeof(text), "%s = 5;", name);
	check_bad(text, "1: aaaa");
	snprintf(text, sizeof(text), "workers = { %s = 5; };", name);
	check_bad(text, "1: workers.aaaa");
	/* As many entries as there may be, and one more. */
	n = (size_t)snprintf(text, sizeof(text), "listen = ( ");
	for (int i = 0; i < CONFIG_LISTEN; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "%s{ address = \"a\"; port = %d; }\n", i > 0 ? "," : "", i);
	snprintf(text + n, sizeof(text) - n, ");");
	check_good(text);
	assert_int_equal(config.listen_count, CONFIG_LISTEN);
	snprintf(text + n, sizeof(text) - n, ", { address = \"a\"; } );");
	check_bad(text, "1: listen: 65 addresses (up to 64 are possible)");
}

static void
places_within_includes(void **state)
{
	struct errbuf err;
	char wanted[512];
	const char *path;

	(void)state;
	assert_int_equal(mkdir(check_path("inc"), 0700), 0);
	(void)check_file("inc/good.conf", "backlog = 7;\n");
	check_good("\n@include \"inc/good.conf\"\nbuffer_size = 8;\n");
	assert_int_equal(config.backlog, 7);
	assert_int_equal(config.buffer_size, 8);

	(void)check_file("inc/bad.conf", "\n\nbacklog = 0;\n");
	path = check_file("outer.conf", "\n@include \"inc/bad.conf\"\n");
	assert_int_equal(load(path, &err), EX_CONFIG);
	snprintf(wanted, sizeof(wanted), "%s/inc/bad.conf:3: backlog: 0 is out",
	    check_folder);
	CHECK(strncmp(err.text, wanted, strlen(wanted)) == 0, "%s", err.text);

	(void)check_file("inc/bad.conf", "\n\n\nbacklog 0;\n");
	assert_int_equal(load(path, &err), EX_CONFIG);
	snprintf(wanted, sizeof(wanted), "%s/inc/bad.conf:4: syntax error",
	    check_folder);
	CHECK(strncmp(err.text, wanted, strlen(wanted)) == 0, "%s", err.text);

	/* Behind the include the lines are the outer file's again. */
	path = check_file("outer.conf",
	    "\n@include \"inc/good.conf\"\n\nbuffer_size = 0;\n");
	assert_int_equal(load(path, &err), EX_CONFIG);
	snprintf(wanted, sizeof(wanted), "%s:4: buffer_size: 0", path);
	CHECK(strncmp(err.text, wanted, strlen(wanted)) == 0, "%s", err.text);

	/* Deeper than that. */
	(void)check_file("inc/deep.conf", "\n@include \"inc/deeper.conf\"\n");
	(void)check_file("inc/deeper.conf", "\n\n@include \"inc/bad.conf\"\n");
	(void)check_file("inc/bad.conf", "\n\n\nbacklog = 010;\n");
	path = check_file("outer.conf", "@include \"inc/deep.conf\"\n");
	assert_int_equal(load(path, &err), EX_CONFIG);
	snprintf(wanted, sizeof(wanted), "%s/inc/bad.conf:4: the number",
	    check_folder);
	CHECK(strncmp(err.text, wanted, strlen(wanted)) == 0, "%s", err.text);

	/* Two files, one contradiction. */
	(void)check_file("inc/two.conf", "min_spare = 20;\n");
	path = check_file("outer.conf",
	    "workers = { max_spare = 10;\n@include \"inc/two.conf\"\n};");
	assert_int_equal(load(path, &err), EX_CONFIG);
	CHECK(strstr(err.text, ".conf:1: workers.m") != NULL, "%s", err.text);
}

/* Wherever the file is, and wherever we are. */
static void
where_includes_are(void **state)
{
	char text[1024], here[4096], there[4096];
	struct errbuf err;
	const char *path;

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	(void)mkdir(check_path("far"), 0700);
	(void)mkdir(check_path("far/off"), 0700);
	(void)check_file("far/off/leaf.conf", "backlog = 7;\n");
	/* A file that is there, but not the one that is meant. */
	(void)check_file("leaf.conf", "backlog = 8;\n");

	/* By its absolute name, from the file and from an included one. */
	snprintf(text, sizeof(text), "@include \"%s\"\n",
	    check_path("far/off/leaf.conf"));
	check_good(text);
	assert_int_equal(config.backlog, 7);
	(void)check_file("far/absolute.conf", text);
	check_good("@include \"far/absolute.conf\"\n");
	assert_int_equal(config.backlog, 7);
	snprintf(text, sizeof(text), "@include \"%s\"\n",
	    check_path("far/absolute.conf"));
	check_good(text);
	assert_int_equal(config.backlog, 7);

	/* Relative to the first file, even from one that is elsewhere. */
	(void)check_file("far/relative.conf", "@include \"leaf.conf\"\n");
	snprintf(text, sizeof(text), "@include \"%s\"\n",
	    check_path("far/relative.conf"));
	check_good(text);
	assert_int_equal(config.backlog, 8);

	/* The first file by a relative name of its own. */
	path = check_file("far/first.conf", "@include \"off/leaf.conf\"\n");
	assert_int_equal(load(path, &err), EX_OK);
	assert_int_equal(config.backlog, 7);
	assert_int_equal(chdir(check_path("far")), 0);
	assert_int_equal(load("first.conf", &err), EX_OK);
	assert_int_equal(config.backlog, 7);
	assert_int_equal(load("./first.conf", &err), EX_OK);
	assert_int_equal(chdir(check_path("far/off")), 0);
	assert_int_equal(load("../first.conf", &err), EX_OK);
	assert_int_equal(config.backlog, 7);
	/* And nothing has moved. */
	assert_non_null(getcwd(there, sizeof(there)));
	assert_non_null(strstr(there, "/far/off"));
	assert_int_equal(chdir(here), 0);
}

/* Its file is that of the list, and its line one of that file. */
static void
lines_of_listen(void **state)
{
	const char *path;
	struct errbuf err;

	(void)state;
	(void)check_file("entries.conf",
	    "\n\n{ address = \"a\"; },\n{ address = \"b\"; }\n");
	path = check_file("list.conf",
	    "\nlisten = (\n{ address = \"c\"; },\n"
	    "@include \"entries.conf\"\n,\n{ address = \"d\"; }\n);\n");
	CHECK(load(path, &err) == EX_OK, "%s", err.text);
	CHECK_TEXT(origins[settings_find("listen") - settings].file, path,
	    "the file of the list");
	assert_int_equal(config.listen_count, 4);
	assert_int_equal(config.listen[0].line, 3);
	assert_int_equal(config.listen[1].line, config.listen[2].line);
	assert_in_range(config.listen[1].line, 2, 3);
	assert_int_equal(config.listen[3].line, 6);
	/* All of it in one that is included: that is its file. */
	path = check_file("outer.conf", "\n\n\n\n@include \"list.conf\"\n");
	CHECK(load(path, &err) == EX_OK, "%s", err.text);
	CHECK_TEXT(origins[settings_find("listen") - settings].file,
	    check_path("list.conf"), "the file of the list");
	assert_int_equal(config.listen[0].line, 3);
	assert_in_range(config.listen[1].line, 2, 3);
}

static void
missing_files(void **state)
{
	struct options opt = { .file = check_path("missing.conf") };
	struct errbuf err;

	(void)state;
	assert_int_equal(config_load(&config, &opt, NULL, origins, &err),
	    EX_OK);
	assert_int_equal(config.backlog, 4096);
	assert_false(config.found.file);
	for (unsigned i = 0; i < settings_count; i++)
		CHECK(origins[i].from == ORIGIN_DEFAULT, "%s",
		    settings[i].path);
	opt.file_given = true;
	assert_int_equal(config_load(&config, &opt, NULL, origins, &err),
	    EX_CONFIG);
	CHECK(strstr(err.text, "missing.conf: No such file") != NULL, "%s",
	    err.text);
	/* One that is there but not good is an error in any case. */
	opt.file_given = false;
	opt.file = check_folder;
	assert_int_equal(config_load(&config, &opt, NULL, origins, &err),
	    EX_CONFIG);
	opt.file = check_file("includes.conf", "@include \"missing.conf\"\n");
	assert_int_equal(config_load(&config, &opt, NULL, origins, &err),
	    EX_CONFIG);
}

/* A reload of this text with this included, over the configuration `now`. */
static int
reload(const struct config *now, const char *text, const char *part,
    struct errbuf *err)
{
	struct options opt = { .file_given = true };

	(void)check_file("part.conf", part);
	opt.file = check_file("first.conf", text);
	return config_load(&config, &opt, now, origins, err);
}

static void
emptied_files(void **state)
{
	static const struct {
		const char *text, *part;
		const char *emptied; /* NULL: good */
	} rows[] = {
		{ "backlog = 8;\n@include \"part.conf\"\n", "user = \"a\";\n",
		    NULL },
		{ "@include \"part.conf\"\n", "user = \"a\";\n", NULL },
		{ "backlog = 8;\n", "", NULL },
		{ "", "user = \"a\";\n", "first.conf has no setting any more" },
		{ " \t\r\n", "", "first.conf has no setting any more" },
		{ "# a = 1;\n/* b */ // c\n", "",
		    "first.conf has no setting any more" },
		{ "workers = { };\n", "", "first.conf has no setting any" },
		{ "@include \"part.conf\"\n", "",
		    "first.conf has no setting any more" },
		{ "backlog = 8;\n@include \"part.conf\"\n", "",
		    "part.conf says nothing any more" },
		{ "backlog = 8;\n@include \"part.conf\"\n", "\n# a = 1;\n",
		    "part.conf says nothing any more" },
		/* What the operator leaves in a part that he means so. */
		{ "backlog = 8;\n@include \"part.conf\"\n", "workers = { };\n",
		    NULL },
	};
	static struct config now;
	struct errbuf err;

	(void)state;
	CHECK(reload(NULL, "backlog = 7;\n@include \"part.conf\"\n",
		  "user = \"a\";\n", &err) == EX_OK,
	    "%s", err.text);
	now = config;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int status = reload(&now, rows[i].text, rows[i].part, &err);

		CHECK(status == (rows[i].emptied ? EX_CONFIG : EX_OK),
		    "row %zu: %s", i, err.text);
		CHECK(rows[i].emptied == NULL ||
			strstr(err.text, rows[i].emptied) != NULL,
		    "row %zu: %s", i, err.text);
		/* At a start it is as it says. */
		CHECK(reload(NULL, rows[i].text, rows[i].part, &err) == EX_OK,
		    "row %zu: %s", i, err.text);
	}
	/* What was empty may stay so. */
	CHECK(reload(NULL, "", "", &err) == EX_OK, "%s", err.text);
	now = config;
	CHECK(reload(&now, "# x\n", "", &err) == EX_OK, "%s", err.text);
}

static void
missing_in_force(void **state)
{
	struct options opt = { .file = check_file("first.conf", "") };
	static struct config now;
	struct errbuf err;

	(void)state;
	CHECK(config_load(&now, &opt, NULL, origins, &err) == EX_OK, "%s",
	    err.text);
	opt.file = check_path("missing.conf");
	assert_int_equal(config_load(&config, &opt, &now, origins, &err),
	    EX_CONFIG);
	CHECK(strstr(err.text, "missing.conf: No such file") != NULL, "%s",
	    err.text);
}

static unsigned changes, changes_left;

/* Another value each time, as long as there are changes left. */
static void
change_part(void)
{
	char text[64];

	if (changes_left == 0)
		return;
	changes_left--;
	changes++;
	snprintf(text, sizeof(text), "# %.*s\nbacklog = %u;\n",
	    (int)(changes % 8), "xxxxxxxx", changes);
	(void)check_file("part.conf", text);
}

static void
replace_first(void)
{
	if (changes_left == 0)
		return;
	changes_left--;
	(void)check_file("new.conf", "backlog = 5; # as long as the old\n");
	assert_int_equal(rename(check_path("new.conf"),
			     check_path("first.conf")),
	    0);
}

static void
changing_files(void **state)
{
	struct errbuf err;

	(void)state;
	/* What libconfig saw is what was looked through, and the last one. */
	meanwhile = change_part;
	changes_left = 3;
	CHECK(reload(NULL, "@include \"part.conf\"\n", "backlog = 9999;\n",
		  &err) == EX_OK,
	    "%s", err.text);
	assert_int_equal(changes_left, 0);
	assert_int_equal(config.backlog, 3);
	/* Another file in its place, of the same size. */
	meanwhile = replace_first;
	changes_left = 1;
	CHECK(reload(NULL, "backlog = 4; # as long as the new\n", "", &err) ==
		EX_OK,
	    "%s", err.text);
	assert_int_equal(config.backlog, 5);
	/* Nobody waits for ever. */
	meanwhile = change_part;
	changes_left = UINT_MAX;
	assert_int_equal(reload(NULL, "@include \"part.conf\"\n", "", &err),
	    EX_CONFIG);
	CHECK(strstr(err.text, "part.conf changes while it is read") != NULL,
	    "%s", err.text);
	meanwhile = NULL;
}

static void
command_line_comes_last(void **state)
{
	struct options opt = { .file_given = true };
	struct errbuf err;

	(void)state;
	opt.file = check_file("cli.conf",
	    "backlog = 7; listen = ( { address = \"a\"; } );\n"
	    "access = { allow = [ \"::1\" ]; };\n");
	opt.listen_count = 2;
	opt.listen[0] = "[::1]:7";
	opt.listen[1] = "b";
	opt.override_count = 4;
	opt.override[0] = "backlog=8";
	opt.override[1] = "backlog=9";
	opt.override[2] = "access.deny=10.0.0.0/8,10.1.0.0/16";
	opt.override[3] = "log.ident=a=b";
	CHECK(config_load(&config, &opt, NULL, origins, &err) == EX_OK, "%s",
	    err.text);
	assert_int_equal(config.backlog, 9);
	assert_int_equal(config.listen_count, 2);
	assert_string_equal(config.listen[0].address, "::1");
	assert_string_equal(config.listen[0].port, "7");
	assert_string_equal(config.listen[1].address, "b");
	assert_string_equal(config.listen[1].port, "10000");
	assert_int_equal(config.access.count, 3);
	assert_string_equal(config.log.ident, "a=b");
	assert_int_equal(origins[settings_find("backlog") - settings].from,
	    ORIGIN_OPTION);
	assert_int_equal(origins[settings_find("listen") - settings].from,
	    ORIGIN_OPTION);
	assert_int_equal(origins[settings_find("access.allow") - settings].from,
	    ORIGIN_FILE);
}

static void
command_line_mistakes(void **state)
{
	static const struct {
		const char *listen, *override;
		int status;
		const char *reason;
	} rows[] = {
		{ NULL, "backlgo=5", EX_USAGE,
		    "-o backlgo: unknown setting; did you mean backlog?" },
		{ NULL, "something=5", EX_USAGE,
		    "-o something: unknown setting" },
		{ NULL, "=5", EX_USAGE, "-o : unknown setting" },
		{ NULL, "workers=5", EX_USAGE, "-o workers: unknown setting" },
		{ NULL, "backlog=", EX_USAGE, "-o backlog: \"\" is not a" },
		{ NULL, "backlog=0", EX_USAGE,
		    "-o backlog: 0 is out of range" },
		{ NULL, "backlog=4294967303", EX_USAGE,
		    "-o backlog: 4294967303 is out of range" },
		{ NULL, "backlog=0x10", EX_USAGE, "-o backlog: \"0x10\" is" },
		{ NULL, "log.level=loud", EX_USAGE,
		    "-o log.level: \"loud\" is not one of" },
		{ NULL, "access.deny=x", EX_USAGE,
		    "-o access.deny: \"x\" is not a network" },
		{ NULL, "listen=::1", EX_USAGE, "-o listen: use -l" },
		{ NULL, "workers.start=257", EX_CONFIG,
		    "-o workers.start: 257 is above workers.max = 256" },
		{ NULL, "workers.max=0", EX_USAGE, "-o workers.max: 0 is out" },
		{ "[::1", NULL, EX_USAGE, "-l \"[::1\": no closing ]" },
		{ "a:", NULL, EX_USAGE, "-l \"a:\": " },
		{ ":65536", NULL, EX_USAGE, "-l \":65536\": 65536 is out of" },
		{ ":70000", NULL, EX_USAGE, "-l \":70000\": 70000 is out of" },
	};
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct options opt = { .file = check_path("missing.conf"),
			.listen = { rows[i].listen },
			.listen_count = rows[i].listen != NULL,
			.override = { rows[i].override },
			.override_count = rows[i].override != NULL };

		CHECK(config_load(&config, &opt, NULL, origins, &err) ==
			rows[i].status,
		    "row %zu: %s", i, err.text);
		CHECK(strncmp(err.text, rows[i].reason,
			  strlen(rows[i].reason)) == 0,
		    "row %zu: %s", i, err.text);
	}
}

int
main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(small_seconds),
		cmocka_unit_test(types),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(lengths),
		cmocka_unit_test(places_within_includes),
		cmocka_unit_test(where_includes_are),
		cmocka_unit_test(lines_of_listen),
		cmocka_unit_test(missing_files),
		cmocka_unit_test(emptied_files),
		cmocka_unit_test(missing_in_force),
		cmocka_unit_test(changing_files),
		cmocka_unit_test(command_line_comes_last),
		cmocka_unit_test(command_line_mistakes),
	};

	return cmocka_run_group_tests_name("config", all, check_folder_make,
	    check_folder_remove);
}
