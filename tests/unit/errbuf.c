/* SPDX-License-Identifier: ISC */
/* errbuf: messages are set, prefixed, cut and cleaned of control characters. */
#include "check.h"

#include "common/errbuf.h"

static void
set_writes_and_returns_failure(void **state)
{
	struct errbuf err;

	(void)state;
	assert_int_equal(errbuf_set(&err, "%s has %d", "x", 7), -1);
	assert_string_equal(err.text, "x has 7");
	assert_int_equal(errbuf_set(&err, "%s", ""), -1);
	assert_string_equal(err.text, "");
}

static void
sys_adds_and_preserves_errno(void **state)
{
	static const int errors[] = { ENOENT, EACCES, EADDRINUSE, 0 };
	struct errbuf err;
	char wanted[128];

	(void)state;
	for (size_t i = 0; i < COUNT(errors); i++) {
		snprintf(wanted, sizeof(wanted), "a 1: %s",
		    strerror(errors[i]));
		errno = errors[i];
		assert_int_equal(errbuf_sys(&err, "a %d", 1), -1);
		assert_int_equal(errno, errors[i]);
		assert_string_equal(err.text, wanted);
	}
}

static void
prefix_goes_in_front(void **state)
{
	struct errbuf err;

	(void)state;
	errbuf_set(&err, "%s", "100%s wrong");
	assert_int_equal(errbuf_prefix(&err, "%s:%d: ", "f", 3), -1);
	assert_string_equal(err.text, "f:3: 100%s wrong");
	errbuf_prefix(&err, "-o ");
	assert_string_equal(err.text, "-o f:3: 100%s wrong");
}

static void
long_sentences_are_cut(void **state)
{
	char text[2 * sizeof(struct errbuf)];
	struct errbuf err;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	errbuf_set(&err, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	errno = ENOENT;
	errbuf_sys(&err, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	errbuf_prefix(&err, "yy: ");
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_memory_equal(err.text, "yy: xxx", 7);
	errbuf_prefix(&err, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

/* The place at the beginning and the reason at the end are what is needed. */
static void
a_long_path_hides_no_reason(void **state)
{
	char path[4096], head[128], tail[128];
	struct errbuf err;

	(void)state;
	memset(path, 'p', sizeof(path));
	for (size_t n = 0; n < sizeof(path); n += n < 600 ? 1 : 97) {
		path[n] = '\0';
		errno = ENOENT;
		errbuf_sys(&err, "chroot: /%s", path);
		errbuf_prefix(&err, "%s:%d: ", "h.conf", 7);
		path[n] = 'p';
		snprintf(head, sizeof(head), "h.conf:7: chroot: /");
		snprintf(tail, sizeof(tail), ": %s", strerror(ENOENT));
		CHECK(strncmp(err.text, head, strlen(head)) == 0, "%zu: %s", n,
		    err.text);
		CHECK(strlen(err.text) > strlen(tail) &&
			strcmp(err.text + strlen(err.text) - strlen(tail),
			    tail) == 0,
		    "%zu: %s", n, err.text);
		/* Whole as long as it fits. */
		CHECK((strstr(err.text, "...") != NULL) ==
			(strlen(head) + n + strlen(tail) >= sizeof(err.text)),
		    "%zu: %s", n, err.text);
	}
	path[sizeof(path) - 1] = '\0';
	errbuf_set(&err, "%s: is a directory", path);
	assert_non_null(strstr(err.text, "pp: is a directory"));
	errbuf_set(&err, "is a directory");
	errbuf_prefix(&err, "%s: ", path);
	assert_non_null(strstr(err.text, "pp: is a directory"));
}

static void
clean_replaces_controls(void **state)
{
	struct errbuf err;

	(void)state;
	for (int c = 1; c < 256; c++) {
		int wanted = c < 0x20 || c == 0x7f ? '?' : c;

		errbuf_set(&err, "a%cb", c);
		errbuf_clean(&err);
		CHECK((unsigned char)err.text[1] == wanted, "byte %d", c);
		CHECK(err.text[0] == 'a' && err.text[2] == 'b', "byte %d", c);
	}
}

int
main(void)
{
	const struct CMUnitTest errbuf[] = {
		cmocka_unit_test(set_writes_and_returns_failure),
		cmocka_unit_test(sys_adds_and_preserves_errno),
		cmocka_unit_test(prefix_goes_in_front),
		cmocka_unit_test(long_sentences_are_cut),
		cmocka_unit_test(a_long_path_hides_no_reason),
		cmocka_unit_test(clean_replaces_controls),
	};

	return cmocka_run_group_tests(errbuf, NULL, NULL);
}
