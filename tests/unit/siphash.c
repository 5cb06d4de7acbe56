/* SPDX-License-Identifier: ISC */
/* siphash: the values of another implementation (OpenSSL 3.0). */
#include "check.h"

#include <endian.h>

#include "common/siphash.h"

static void
values(void **state)
{
	static const struct {
		size_t n;
		uint64_t wanted;
	} rows[] = {
		{ 0, UINT64_C(0x310e0edd47db6f72) },
		{ 1, UINT64_C(0xfd67dc93c539f874) },
		{ 7, UINT64_C(0x37d1018bf50002ab) },
		{ 8, UINT64_C(0x6224939a79f5f593) },
		{ 15, UINT64_C(0xe545be4961ca29a1) },
		{ 24, UINT64_C(0x94af49f6c650adb8) },
		{ 25, UINT64_C(0xeab8858ade92e1bc) },
	};
	unsigned char bytes[32];
	uint64_t key[2];

	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	memcpy(key, bytes, sizeof(key));
	key[0] = le64toh(key[0]);
	key[1] = le64toh(key[1]);
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK(htole64(siphash(key, bytes, rows[i].n)) ==
			htobe64(rows[i].wanted),
		    "%zu bytes", rows[i].n);
}

int
main(void)
{
	const struct CMUnitTest siphash_tests[] = {
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests_name("siphash", siphash_tests, NULL,
	    NULL);
}
