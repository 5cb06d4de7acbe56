/* SPDX-License-Identifier: ISC */
/* text: what libconfig must not see is refused, and nothing else. */
#include "check.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "common/errbuf.h"
#include "loader/text.h"

static struct text whole;

/* Read the path; the reason must hold all of `wanted`, NULL: no failure. */
static void
check_source(const char *path, const char *wanted)
{
	struct errbuf err = { "" };
	int result = text_read(&whole, path, &err);

	CHECK((result == 0) == (wanted == NULL), "%s: %s", path, err.text);
	CHECK(wanted == NULL || strstr(err.text, wanted) != NULL,
	    "%s: %s, not %s", path, err.text, wanted);
}

/* The reason must be `wanted` from its beginning. */
static void
check_begins(const char *path, const char *wanted)
{
	struct errbuf err = { "" };
	int result = text_read(&whole, path, &err);

	CHECK((result == 0) == (wanted == NULL), "%s: %s", path, err.text);
	CHECK(wanted == NULL || strncmp(err.text, wanted, strlen(wanted)) == 0,
	    "%s: %s, not %s", path, err.text, wanted);
}

/* The same for a text; the reason begins with the file. */
static void
check_text(const char *text, const char *wanted)
{
	const char *path = check_file("text.conf", text);
	struct errbuf err = { "" };
	int result = text_read(&whole, path, &err);
	char reason[1024];

	CHECK((result == 0) == (wanted == NULL), "%s: %s", text, err.text);
	if (wanted != NULL) {
		snprintf(reason, sizeof(reason), "%s:%s", path, wanted);
		CHECK(strncmp(err.text, reason, strlen(reason)) == 0,
		    "%s: %s, not %s", text, err.text, wanted);
	} else {
		/* Read as if its last line had an end. */
		snprintf(reason, sizeof(reason), "%s%s", text,
		    text[0] == '\0' || text[strlen(text) - 1] == '\n' ? "" :
									"\n");
		CHECK_TEXT(whole.bytes, reason, "what was read");
	}
}

/* The text with everything it includes. */
static void
check_whole(const char *text, const char *wanted)
{
	check_source(check_file("text.conf", text), NULL);
	CHECK_TEXT(whole.bytes, wanted, "%s", text);
}

static void
no_regular_file(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const char *path;
	struct errbuf err;
	int fd;

	(void)state;
	path = check_path("fifo");
	assert_int_equal(mkfifo(path, 0600), 0);
	check_source(path, "is a FIFO, not a regular file");
	check_source(check_folder, "is a directory, not a regular file");
	check_source("/dev/null", "is a device, not a regular file");
	path = check_path("socket");
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	check_source(path, "is a socket, not a regular file");
	close(fd);
	path = check_path("dangling");
	assert_int_equal(symlink("nowhere", path), 0);
	check_source(path, "No such file");
	path = check_path("loop");
	assert_int_equal(symlink("loop", path), 0);
	check_source(path, "symbolic links");
	/* A link to a file is the usual way to switch. */
	(void)check_file("real.conf", "a = 1;");
	path = check_path("link");
	assert_int_equal(symlink("real.conf", path), 0);
	check_source(path, NULL);
	/* Only a file that does not exist is one. */
	errno = 0;
	assert_int_equal(text_read(&whole, check_path("missing"), &err), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(text_read(&whole, check_folder, &err), -1);
	assert_int_not_equal(errno, ENOENT);
	check_text("@include \"missing.conf\"", "1: ");
	assert_int_equal(text_read(&whole, check_path("text.conf"), &err), -1);
	assert_int_not_equal(errno, ENOENT);
	assert_int_equal(text_read(&whole, "", &err), -1);
}

static void
sizes(void **state)
{
	char *text = malloc(2 * TEXT_BYTES);
	char one[64];

	(void)state;
	assert_non_null(text);
	memset(text, '\n', 2 * TEXT_BYTES);
	check_source(check_write("size", text, 0), NULL);
	check_source(check_write("size", text, 1), NULL);
	check_source(check_write("size", text, TEXT_BYTES), NULL);
	check_source(check_write("size", text, TEXT_BYTES + 1),
	    "has 262145 bytes; more than 262144 are not read");
	/* A file with a hole is as large as it says. */
	(void)check_write("size", text, 1);
	assert_int_equal(truncate(check_path("size"), 50000000), 0);
	check_source(check_path("size"), "more than 262144 are not read");
	/* The bound is for all files together. */
	snprintf(one, sizeof(one), "@include \"size\"\n");
	(void)check_write("size", text, TEXT_BYTES - strlen(one));
	check_source(check_file("one", one), NULL);
	(void)check_write("size", text, TEXT_BYTES - strlen(one) + 1);
	check_source(check_file("one", one), "with all that is included");
	free(text);
}

static void
nul_bytes(void **state)
{
	static const char *const rows[] = { "\0", "\0a", "a\0", "a = 1;\0\n",
		"\"a\0b\"" };
	static const size_t sizes_of[] = { 1, 2, 2, 8, 5 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_source(check_write("nul", rows[i], sizes_of[i]),
		    "contains a NUL byte");
}

static void
numbers(void **state)
{
	static const struct {
		const char *text, *reason; /* NULL: good */
	} rows[] = {
		{ "a = 2147483647;", NULL },
		{ "a = -2147483648;", NULL },
		{ "a = +2147483647;", NULL },
		{ "a = 2147483648;", "1: the number 2147483648 is too large" },
		{ "a = -2147483649;", "1: the number -2147483649 is too" },
		{ "a = +2147483648;", "1: the number +2147483648 is too" },
		{ "a = 4294967303;", "1: the number 4294967303 is too large" },
		{ "a = 99999999999;", "1: the number 99999999999 is too" },
		{ "a=99999999999;", "1: the number" },
		{ "a:99999999999;", "1: the number" },
		{ "a = [1,99999999999];", "1: the number" },
		{ "a = (99999999999);", "1: the number" },
		{ "a = { b = 99999999999; };", "1: the number" },
		{ "\n\n# x\n/* y\n */ a = 99999999999;", "5: the number" },
		{ "a = 4294967303L;", NULL },
		{ "a = 4294967303LL;", NULL },
		{ "a = 9223372036854775807L;", NULL },
		{ "a = 9223372036854775808L;", "1: the number" },
		{ "a = -9223372036854775809L;", "1: the number" },
		{ "a = 99999999999999999999999999999;", "1: the number" },
		/* Octal for some versions of libconfig, decimal for others. */
		{ "a = 000000000000000000000000000007;",
		    "1: the number 000000000000000000000000000007 begins" },
		{ "a = -010;", "1: the number 010 begins with 0" },
		{ "a = 00;", "1: the number 00 begins with 0" },
		{ "a = 010L;", "1: the number 010 begins with 0" },
		{ "a = 0;", NULL },
		{ "a = -0;", NULL },
		{ "a = 01.5;", NULL },
		{ "a = 0x7fffffff;", NULL },
		{ "a = 0X7FFFFFFF;", NULL },
		{ "a = 0x100000007;", "1: the number 0x100000007 is too" },
		{ "a = 0xfffffffff;", "1: the number" },
		{ "a = 0x100000007L;", NULL },
		{ "a = 0x10000000000000007L;", "1: the number" },
		/* As in other notations. */
		{ "a = 1_000;", "1: the number 1_000 has an underscore" },
		{ "a = 10_000_000;", "1: the number 10_000_000 has an" },
		{ "a = -1_0;", "1: the number -1_0 has an underscore" },
		{ "a = 0x7f_ff;", "1: the number 0x7f_ff has an underscore" },
		{ "a = 1_000.5;", "1: the number 1_000.5 has an underscore" },
		{ "a = 1.000_5;", "1: the number 1.000_5 has an underscore" },
		{ "a = .5_0;", "1: the number .5_0 has an underscore" },
		{ "a = 1_;", "1: the number 1_ has an underscore" },
		{ "a = 1,000;", "1: the number 1,000 has a comma" },
		{ "a = 2,147,483,647;", "1: the number 2,147,483,647 has a" },
		{ "a = 1,500;", "1: the number 1,500 has a comma" },
		{ "a = 1'000;", "1: the number 1'000 has an apostrophe" },
		{ "a = 64k;", "1: the number 64k has letters" },
		{ "a = 64KiB;", "1: the number 64KiB has letters" },
		{ "a = 10s;", "1: the number 10s has letters" },
		{ "a = 0.5ms;", "1: the number 0.5ms has letters" },
		{ "a = 0x7fg;", "1: the number 0x7fg has letters" },
		{ "a = 0o17;", "1: the number 0o17 has letters" },
		{ "a = 1e5x;", "1: the number 1e5x has letters" },
		{ "a = 192.0.2.1;", "1: the number 192.0.2.1 has more than" },
		{ "a = 1, b = 2;", NULL },
		{ "a = [1,20,3000];", NULL },
		{ "a = [1, 200];", NULL },
		{ "a = 1e5;", NULL },
		{ "a = 1E+5;", NULL },
		{ "a = 1LL;", NULL },
		{ "a = 99999999999.0;", NULL },
		{ "a = 99999999999.;", NULL },
		{ "a = 99999999999e0;", NULL },
		{ "a = 99999999999E-3;", NULL },
		{ "a = 99999999999999999999.5;", NULL },
		{ "a = .99999999999;", NULL },
		{ "a = -.99999999999;", NULL },
		{ "a = 0.99999999999;", NULL },
		{ "a = 1.99999999999e+10;", NULL },
		{ "a = 1e-5, b = 99999999999;", "1: the number" },
		{ "a = 1.5; b = 99999999999;", "1: the number" },
		/* Not numbers at all. */
		{ "a = \"99999999999\";", NULL },
		{ "a = \"x 99999999999 \\\" 99999999999\";", NULL },
		{ "a = \"\\\\\"; b = 99999999999;", "1: the number" },
		{ "a = \"x\n\"; b = 99999999999;", "2: the number" },
		{ "# 99999999999", NULL },
		{ "// 99999999999", NULL },
		{ "/* 99999999999 */", NULL },
		{ "/* \" */ a = 99999999999; /* \" */", "1: the number" },
		{ "/* # */ a = 99999999999;", "1: the number" },
		{ "# /*\na = 99999999999; # */", "2: the number" },
		{ "/ a = 99999999999;", "1: the number" },
		{ "a99999999999 = 1;", NULL },
		{ "a-99999999999 = 1;", NULL },
		{ "a_99999999999 = 1;", NULL },
		{ "*99999999999 = 1;", NULL },
		{ "a = true99999999999;", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_text(rows[i].text, rows[i].reason);
}

/* Invisible bytes that an editor may leave in a file. */
static void
other_encodings(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ "\xef\xbb\xbf",
		    "1: begins with a byte order mark (EF BB BF)" },
		{ "\xef\xbb\xbf"
		  "a = 1;\n",
		    "1: begins with a byte order" },
		{ "\xef\xbb\xbf\na = 99999999999;", "1: begins with a byte" },
		{ "\na = \xe2\x80\x9cx\xe2\x80\x9d;\n",
		    "2: the byte 0xE2, which is not ASCII, outside of a" },
		{ "a\xc2\xa0= 1;", "1: the byte 0xC2" },
		{ "a\xef\xbb\xbf = 1;", "1: the byte 0xEF" },
		{ "a\xff = 1;", "1: the byte 0xFF" },
		{ "a = \"\xc3\xa4 \xe2\x80\x9c\";", NULL },
		{ "# \xc3\xa4 \xe2\x80\x9c\n/* \xff */ // \xfe\n", NULL },
	};
	char wanted[512];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_text(rows[i].text, rows[i].reason);
	/* As Windows writes it. */
	check_source(check_write("utf16",
			 "\xff\xfe"
			 "a\0=\0",
			 6),
	    "is UTF-16 text");
	check_source(check_write("utf16", "\xfe\xff\0a\0=", 6),
	    "is UTF-16 text");
	/* In one that is included, too, with its own name. */
	(void)check_file("mark.conf",
	    "\xef\xbb\xbf"
	    "a = 1;\n");
	snprintf(wanted, sizeof(wanted), "%s:1: begins with a byte order mark",
	    check_path("mark.conf"));
	check_begins(check_file("first.conf", "\n@include \"mark.conf\"\n"),
	    wanted);
}

static void
broken_items(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ "a = \"", "1: this string does not end" },
		{ "\na = \"x\n\n;", "2: this string does not end" },
		{ "a = \"x\\\";", "1: this string does not end" },
		{ "a = \"x\\", "1: this string does not end" },
		{ "a = \"x\\\\\";", NULL },
		{ "a = \"\" \"\";", NULL },
		{ "a = \"x\";\nb = \"a\\x00b\";",
		    "2: this string has a NUL byte (\\x00) in it" },
		{ "a = \"\\\\x00\";", NULL },
		{ "a = \"\\\\\\X00\";",
		    "1: this string has a NUL byte (\\x00) in it" },
		{ "/*", "1: this comment does not end" },
		{ "/**", "1: this comment does not end" },
		{ "/*/", "1: this comment does not end" },
		{ "/**/", NULL },
		{ "\n\n/* x\n\na = 1;\n", "3: this comment does not end" },
		{ "a = 1; /* x */ /* y", "1: this comment does not end" },
		{ "# /* x", NULL },
		{ "// /* x", NULL },
		{ "a = \"/* x\";", NULL },
		{ "@include", "1: @include needs a \"file\"" },
		{ "@include x", "1: @include needs a \"file\"" },
		{ "\n@include \"x", "2: @include needs a \"file\"" },
		{ "@", "1: only @include may begin with @" },
		{ "@x", "1: only @include may begin with @" },
		{ "@includ", "1: only @include may begin with @" },
		/* As libconfig says. */
		{ "a = 1;\nb = @include \"x\"", "2: syntax error" },
		{ "@include \"self.inc\" @include \"x\"", "1: syntax error" },
	};

	(void)state;
	(void)check_file("self.inc", "");
	for (size_t i = 0; i < COUNT(rows); i++)
		check_text(rows[i].text, rows[i].reason);
}

static void
includes(void **state)
{
	static const char *const deep[] = { "four", "five", "six" };
	const char *path;
	char text[512], wanted[1024];

	(void)state;
	assert_int_equal(mkdir(check_path("sub"), 0700), 0);
	assert_int_equal(mkfifo(check_path("sub/fifo"), 0600), 0);
	(void)check_file("sub/good.conf", "a = 1;\n");
	(void)check_file("sub/bad.conf", "\n\na = 99999999999;\n");
	/* Relative to the first file, however deep. */
	(void)check_file("sub/two.conf", "\n@include \"sub/good.conf\"\n");
	(void)check_file("sub/three.conf", "\n@include \"sub/bad.conf\"\n");
	(void)check_file("sub/four.conf", "\n\n\n@include \"sub/nil.conf\"\n");
	check_whole("@include \"sub/good.conf\"\n", "a = 1;\n\n");
	check_whole("b = 2;\n  @include \"sub/two.conf\" c = 3;",
	    "b = 2;\n  \n\na = 1;\n\n c = 3;\n");
	check_whole("@include \"./sub/../sub/two.conf\"\n", "\na = 1;\n\n\n");
	check_text("# @include \"sub/nil.conf\"\n", NULL);
	check_text("a = \"@include \\\"sub/nil.conf\\\"\";\n", NULL);
	snprintf(text, sizeof(text), "@include \"%s\"\n",
	    check_path("sub/good.conf"));
	check_whole(text, "a = 1;\n\n");

	check_text("\n@include \"nil.conf\"\n", "2: ");
	check_text("\n\n@include \"sub\"\n", "3: ");
	check_text("@include \"sub/fifo\"\n", "1: ");
	check_text("@include \"/dev/zero\"\n",
	    "1: /dev/zero is a device, not a regular file");
	check_text("@include \"\"\n", "1: ");
	/* The innermost place is the one to mend. */
	path = check_file("outer.conf", "@include \"sub/three.conf\"\n");
	snprintf(wanted, sizeof(wanted), "%s/sub/bad.conf:3: the number",
	    check_folder);
	check_source(path, wanted);
	path = check_file("outer.conf", "@include \"sub/four.conf\"\n");
	snprintf(wanted, sizeof(wanted), "%s/sub/four.conf:4: ", check_folder);
	check_source(path, wanted);
	/* A file that is not there has no line; who includes it has one. */
	(void)check_file("sub/five.conf", "\n@include \"sub/four.conf\"\n");
	(void)check_file("sub/six.conf", "@include \"sub/five.conf\"\n");
	for (size_t i = 0; i < COUNT(deep); i++) {
		snprintf(text, sizeof(text), "@include \"sub/%s.conf\"\n",
		    deep[i]);
		path = check_file("outer.conf", text);
		snprintf(wanted, sizeof(wanted),
		    "%s/sub/four.conf:4: %s/sub/"
		    "nil.conf: ",
		    check_folder, check_folder);
		check_begins(path, wanted);
	}
	(void)check_file("sub/seven.conf", "\n@include \"sub/three.conf\"\n");
	path = check_file("outer.conf", "@include \"sub/seven.conf\"\n");
	snprintf(wanted, sizeof(wanted), "%s/sub/bad.conf:3: the number",
	    check_folder);
	check_begins(path, wanted);
}

/* libconfig needs a newline there, which not all editors write. */
static void
last_comments(void **state)
{
	static const char *const rows[] = { "# end", "// end", "#",
		"a = 1; # end", "a = 1;\n# one\n# two", "/* one\n */ // two",
		"# end\n", "/* end */", "/* # end */", "a = \"# end\"",
		"a = 1;", "" };
	char wanted[512];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		check_text(rows[i], NULL);
		snprintf(wanted, sizeof(wanted), "\n%.99s\n", whole.bytes);
		(void)check_file("last.conf", rows[i]);
		check_whole("\n@include \"last.conf\"\n", wanted);
	}
}

/* Whether a line of the text comes from that line of that file. */
static void
check_place(unsigned line, const char *file, unsigned wanted)
{
	unsigned found = line;

	CHECK_TEXT(text_place(&whole, &found), check_path(file), "line %u",
	    line);
	CHECK(found == wanted, "line %u: %s:%u", line, file, found);
}

static void
places(void **state)
{
	(void)state;
	(void)check_file("leaf.conf", "a = 1;\nb = 2;");
	(void)check_file("stem.conf", "\n@include \"leaf.conf\" c = 3;\n");
	check_whole("x = \"\n\";\n@include \"stem.conf\"\ny = 5;\n",
	    "x = \"\n\";\n\na = 1;\nb = 2;\n c = 3;\n\ny = 5;\n");
	check_place(0, "text.conf", 1);
	check_place(1, "text.conf", 1);
	check_place(2, "text.conf", 2);
	check_place(3, "stem.conf", 1);
	check_place(4, "leaf.conf", 1);
	check_place(5, "leaf.conf", 2);
	check_place(6, "stem.conf", 2);
	check_place(7, "text.conf", 3);
	check_place(8, "text.conf", 4);
	/* Where a parser that has come to the end is. */
	check_place(9, "text.conf", 5);
	check_place(99, "text.conf", 5);
	(void)check_file("leaf.conf", "");
	check_whole("\n\n@include \"leaf.conf\"", "\n\n");
	check_place(3, "text.conf", 3);
}

static void
include_loops(void **state)
{
	char text[256], name[32];
	char *many = malloc(TEXT_BYTES);
	size_t n = 0;

	(void)state;
	assert_non_null(many);
	check_source(check_file("self.conf", "\n@include \"self.conf\"\n"),
	    "self.conf:2: includes nested deeper than 8");
	(void)check_file("a.conf", "@include \"b.conf\"\n");
	(void)check_file("b.conf", "@include \"a.conf\"\n");
	check_source(check_path("a.conf"), "includes nested deeper than 8");
	/* Just deep enough, and one too deep. */
	for (int i = 0; i <= TEXT_DEPTH + 1; i++) {
		snprintf(name, sizeof(name), "depth%d", i);
		snprintf(text, sizeof(text), "@include \"depth%d\"\n", i + 1);
		(void)check_file(name, text);
	}
	snprintf(name, sizeof(name), "depth%d", TEXT_DEPTH);
	(void)check_file(name, "a = 1;\n");
	check_source(check_path("depth0"), NULL);
	snprintf(text, sizeof(text), "@include \"depth%d\"\n", TEXT_DEPTH + 1);
	(void)check_file(name, text);
	snprintf(name, sizeof(name), "depth%d", TEXT_DEPTH + 1);
	(void)check_file(name, "a = 1;\n");
	check_source(check_path("depth0"), "depth8:1: includes nested deeper");
	/* As often as there may be files, and once more. */
	(void)check_file("leaf", "# nothing\n");
	for (int i = 0; i < CONFIG_FILES - 1; i++)
		n += (size_t)snprintf(many + n, TEXT_BYTES - n,
		    "@include \"leaf\"\n");
	check_source(check_file("many", many), NULL);
	snprintf(many + n, TEXT_BYTES - n, "@include \"leaf\"\n");
	check_source(check_file("many", many), "more than 64 files included");
	/* A tree of them ends, too. */
	for (int i = 0; i < TEXT_DEPTH; i++) {
		snprintf(name, sizeof(name), "tree%d", i);
		snprintf(text, sizeof(text),
		    "@include \"tree%d\"\n@include \"tree%d\"\n", i + 1, i + 1);
		(void)check_file(name, text);
	}
	(void)check_file("tree8", "# nothing\n");
	check_source(check_path("tree0"), "more than 64 files included");
	free(many);
}

int
main(void)
{
	const struct CMUnitTest source[] = {
		cmocka_unit_test(no_regular_file),
		cmocka_unit_test(sizes),
		cmocka_unit_test(nul_bytes),
		cmocka_unit_test(numbers),
		cmocka_unit_test(other_encodings),
		cmocka_unit_test(broken_items),
		cmocka_unit_test(includes),
		cmocka_unit_test(last_comments),
		cmocka_unit_test(include_loops),
		cmocka_unit_test(places),
	};

	return cmocka_run_group_tests(source, check_folder_make,
	    check_folder_remove);
}
