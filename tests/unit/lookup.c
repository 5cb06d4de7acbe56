/* SPDX-License-Identifier: ISC */
/* lookup: localhost and the names below it, if no name service knows them. */
#include "check.h"

#include <netdb.h>

#include "common/lookup.h"

/* The name service of this test: what it says of a name, and what it saw. */
static int answer;
static struct addrinfo known, loopback;
static const char *asked_service;
static struct addrinfo asked_hints;

/* In the place of the C library's, which would ask a network. */
int
getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
    struct addrinfo **found)
{
	asked_service = service;
	asked_hints = *hints;
	*found = host == NULL ? &loopback : &known;
	return host == NULL ? 0 : answer;
}

static void
names(void **state)
{
	static const struct {
		const char *name;
		bool is;
	} rows[] = {
		{ "localhost", true },
		{ "localhost.", true },
		{ "LocalHost", true },
		{ "a.localhost", true },
		{ "a.b.LOCALHOST.", true },
		{ "", false },
		{ ".", false },
		{ ".localhost", false },
		{ "localhos", false },
		{ "localhost..", false },
		{ "alocalhost", false },
		{ "localhost.example", false },
		{ "localhost.localdomain", false },
		{ "localhost6", false },
		{ "127.0.0.1", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK(lookup_is_localhost(rows[i].name) == rows[i].is, "\"%s\"",
		    rows[i].name);
}

static void
unknown_localhost_is_the_loopback(void **state)
{
	static const int unknown[] = { EAI_NONAME, EAI_AGAIN, EAI_FAIL,
		EAI_NODATA };
	const struct addrinfo hints = { .ai_flags = AI_PASSIVE,
		.ai_family = AF_INET,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found;

	(void)state;
	for (size_t i = 0; i < COUNT(unknown); i++) {
		answer = unknown[i];
		found = NULL;
		CHECK(lookup_host("localhost", "echo", &hints, &found) == 0,
		    "%d", answer);
		CHECK(found == &loopback, "%d", answer);
		CHECK_TEXT(asked_service, "echo", "%d", answer);
		CHECK(asked_hints.ai_family == AF_INET, "%d", answer);
		CHECK(asked_hints.ai_socktype == SOCK_STREAM, "%d", answer);
		CHECK(asked_hints.ai_flags == 0, "%d", answer);
		CHECK(lookup_host("host.example", "7", &hints, &found) ==
			answer,
		    "%d", answer);
	}
}

static void
name_service_goes_first(void **state)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;

	(void)state;
	answer = 0;
	assert_int_equal(lookup_host("localhost", "7", &hints, &found), 0);
	assert_ptr_equal(found, &known);
	/* Its other errors are not about the name. */
	answer = EAI_SERVICE;
	assert_int_equal(lookup_host("localhost", "x", &hints, &found),
	    EAI_SERVICE);
	answer = EAI_MEMORY;
	assert_int_equal(lookup_host("localhost", "7", &hints, &found),
	    EAI_MEMORY);
	/* Without a host. */
	assert_int_equal(lookup_host(NULL, "7", &hints, &found), 0);
	assert_ptr_equal(found, &loopback);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(unknown_localhost_is_the_loopback),
		cmocka_unit_test(name_service_goes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
