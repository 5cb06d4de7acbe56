/* SPDX-License-Identifier: ISC */
/* dump: what is printed loads to the same configuration, byte for byte. */
#include "check.h"
#include "load.h"

#include <sysexits.h>

#include "common/errbuf.h"
#include "config/dump.h"
#include "config/settings.h"
#include "loader/origin.h"

/* Load a file and print what came of it; the text is the caller's. */
static char *
load_and_dump(const char *path, struct config *config)
{
	static struct origin origins[SETTINGS_MAX];
	struct options opt = { .file = path, .file_given = true };
	struct errbuf err;
	char *text = NULL;
	size_t size;
	FILE *out;

	memset(config, 0xff, sizeof(*config));
	CHECK(config_load(config, &opt, NULL, origins, &err) == EX_OK, "%s: %s",
	    path, err.text);
	out = open_memstream(&text, &size);
	assert_non_null(out);
	dump_config(config, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/*
 * Some things may differ: the lines, whether the file had a setting, and the order of allow among deny, which
 * has no meaning; the rules themselves are compared as text.
 */
static void
forget_places(struct config *config)
{
	for (unsigned i = 0; i < CONFIG_LISTEN; i++)
		config->listen[i].line = 0;
	memset(config->access.rules, 0, sizeof(config->access.rules));
	/* What is printed has settings, if only by their defaults. */
	config->found.settings = true;
}

static void
check_round_trip(const char *path)
{
	static struct config first, second;
	char *one = load_and_dump(path, &first);
	char *two = load_and_dump(check_file("again.conf", one), &second);

	assert_string_equal(one, two);
	forget_places(&first);
	forget_places(&second);
	assert_memory_equal(&first, &second, sizeof(first));
	free(one);
	free(two);
}

static void
round_trips(void **state)
{
	static const char *const rows[] = {
		"",
		"backlog = 1;",
		"listen = ( { address = \"\"; port = 0; } );",
		"listen = ( { address = \"*\"; port = \"echo\"; },\n"
		"  { address = \"::1\"; }, { address = \"fe80::1%1\"; port = 1; },"
		"  { port = 65535; address = \"a.example\"; } );",
		"access = { allow = [ \"10.0.0.0/8\", \"::1\" ]; };",
		"access = { deny = [ \"10.0.0.0/8\" ]; };",
		"access = { allow = ( \"2001:DB8::/32\", \"0.0.0.0/0\" );\n"
		"  deny = [ \"192.0.2.1\", \"::/0\", \"10.0.0.0/31\" ]; };",
		"access = { deny = [ \"::1\" ]; allow = [ \"::1\" ]; };",
		"timeouts = { idle = 0.001; send = 604799.999; lifetime = 1.5;\n"
		"  drain = 0.0; probation = 0; defer_accept = 600; lame_duck = 1; };",
		"timeouts = { lifetime = 31449599.999; idle = 1e5; };",
		"timeouts = { lifetime = 31449600L; idle = 1e-9; };",
		"log = { ident = \"a \\\"b\\\" \\\\ c\"; facility = \"local7\";\n"
		"  level = \"debug\"; to = \"stderr\"; };",
		"user = \"root\"; group = \"\\\\\\\"\"; chroot = \"/a b/c;#\";"
		" pid_file = \"\";",
		"pid_file = \"/* no comment */ // nor this # or @include\";",
		"chroot = \"/\xc3\xa9\";",
		"workers = { start = 20000; min_spare = 1; max_spare = 20000;\n"
		"  max = 20000; max_connections = 1000000000; };",
		"access = { max_per_source = 20000; source_prefix4 = 1;\n"
		"  rate_per_source = 10000; source_prefix6 = 128; };",
		"workers = { max = 3; };",
		"workers = { min_spare = 20; };",
		"buffer_size = 0x10000; backlog = 0x7F;",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_round_trip(check_file("first.conf", rows[i]));
}

/* Every setting away from its default, as far as it has another value. */
static void
everything_at_once(void **state)
{
	static const char rich[] =
	    "listen = ( { address = \"127.0.0.1\"; port = 7; } );\n"
	    "backlog = 65535;\n"
	    "buffer_size = 16;\n"
	    "workers = { start = 1; min_spare = 2; max_spare = 3; max = 4;\n"
	    "  max_connections = 5; };\n"
	    "timeouts = { idle = 6; send = 7; lifetime = 8; drain = 9;\n"
	    "  probation = 11; defer_accept = 0; lame_duck = 1; };\n"
	    "access = { allow = [ \"127.0.0.0/8\" ]; deny = [ \"::1\" ];\n"
	    "  max_per_source = 10; rate_per_source = 11;\n"
	    "  source_prefix4 = 24; source_prefix6 = 56; };\n"
	    "log = { ident = \"x\"; facility = \"user\"; level = \"err\";\n"
	    "  to = \"stderr\"; };\n"
	    "user = \"daemon\"; group = \"daemon\"; chroot = \"/\";\n"
	    "control = { path = \"/c\"; group = \"daemon\"; };\n"
	    "metrics = { address = \"::1\"; port = 12; };\n"
	    "pid_file = \"/x\"; sandbox = \"best-effort\";\n"
	    "watchdog = \"strict\";\n";
	static struct config plain, other;
	const char *path = check_file("rich.conf", rich);
	char *before = load_and_dump(check_file("empty.conf", ""), &plain);
	char *after = load_and_dump(path, &other);
	char *a, *b, *one, *two;

	(void)state;
	/* No line with a value is the same in both. */
	for (one = strtok_r(before, "\n", &a), two = strtok_r(after, "\n", &b);
	     one != NULL && two != NULL;
	     one = strtok_r(NULL, "\n", &a), two = strtok_r(NULL, "\n", &b))
		CHECK((strchr(one, '#') == NULL || one[0] == ')') ||
			strcmp(one, two) != 0,
		    "%s", one);
	assert_ptr_equal(one, two);
	free(before);
	free(after);
	check_round_trip(path);
}

/* Each setting has its line, with its help. */
static void
complete(void **state)
{
	static struct config config;
	char *text = load_and_dump(check_file("empty.conf", ""), &config);

	(void)state;
	for (unsigned i = 0; i < settings_count; i++) {
		const char *dot = strchr(settings[i].path, '.');
		char key[64];

		snprintf(key, sizeof(key),
		    "%s = ", dot != NULL ? dot + 1 : settings[i].path);
		CHECK(strstr(text, key) != NULL, "%s", settings[i].path);
		CHECK(strstr(text, settings[i].help) != NULL, "%s",
		    settings[i].path);
	}
	free(text);
}

/* As many entries and networks as there can be. */
static void
largest(void **state)
{
	const char *path = check_path("large.conf");
	FILE *file = fopen(path, "w");

	(void)state;
	assert_non_null(file);
	fprintf(file, "listen = (");
	for (int i = 0; i < CONFIG_LISTEN; i++)
		fprintf(file, "%s{ address = \"127.0.0.1\"; port = %d; }\n",
		    i > 0 ? "," : "", 1000 + i);
	fprintf(file, ");\naccess = { allow = [");
	for (int i = 0; i < ACCESS_RULES / 2; i++)
		fprintf(file, "%s\"10.0.%d.%d\"\n", i > 0 ? "," : "", i / 256,
		    i % 256);
	fprintf(file, "]; deny = [");
	for (int i = 0; i < ACCESS_RULES / 2; i++)
		fprintf(file, "%s\"2001:db8::%x/128\"\n", i > 0 ? "," : "", i);
	fprintf(file, "]; };\n");
	assert_int_equal(fclose(file), 0);
	check_round_trip(path);
}

int
main(void)
{
	const struct CMUnitTest dump[] = {
		cmocka_unit_test(round_trips),
		cmocka_unit_test(everything_at_once),
		cmocka_unit_test(complete),
		cmocka_unit_test(largest),
	};

	return cmocka_run_group_tests(dump, check_folder_make,
	    check_folder_remove);
}
