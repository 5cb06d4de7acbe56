/* SPDX-License-Identifier: ISC */
#include "loader/numeral.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/errbuf.h"

#define DIGITS "0123456789"

enum { SHOWN = 40 }; /* characters of a number in a message */

static bool
is_digit(char c)
{
	return isdigit((unsigned char)c) != 0;
}

static bool
is_exponent(char c)
{
	return c == 'e' || c == 'E';
}

/* The length of what was meant as one number, in any notation. */
static size_t
length(const char *p)
{
	size_t n;

	for (n = 0;; n++) {
		char c = p[n];
		bool sign = c == '+' || c == '-';

		if (isalnum((unsigned char)c) || c == '_' || c == '.' ||
		    (sign && (n == 0 || is_exponent(p[n - 1]))) ||
		    (c == '\'' && is_digit(p[n + 1])) ||
		    (c == ',' && n > 0 && is_digit(p[n - 1]) &&
			strspn(p + n + 1, DIGITS) == 3))
			continue;
		return n;
	}
}

/* The end of the number, as libconfig reads it. */
static const char *
understood(const char *p)
{
	p += *p == '+' || *p == '-';
	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		p += 2;
		p += strspn(p, DIGITS "abcdefABCDEF");
	} else {
		p += strspn(p, DIGITS);
		p += *p == '.';
		p += strspn(p, DIGITS);
		if (is_exponent(*p)) {
			p++;
			p += *p == '+' || *p == '-';
			p += strspn(p, DIGITS);
		}
	}
	return p + strspn(p, "Ll");
}

/* What libconfig does not understand in the number; NULL: nothing. */
static const char *
oddity(const char *p, size_t n)
{
	if (understood(p) == p + n)
		return NULL;
	if (memchr(p, '_', n) != NULL)
		return "an underscore";
	if (memchr(p, ',', n) != NULL)
		return "a comma";
	if (memchr(p, '\'', n) != NULL)
		return "an apostrophe";
	if (strspn(p, "+-." DIGITS) == n)
		return "more than one point";
	return "letters";
}

/* Whether the number does not fit into the type that libconfig gives it. */
static bool
is_too_large(const char *p, bool hex)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(p, &end, hex ? 16 : 10);
	if (errno == ERANGE)
		return true;
	return *end != 'L' && *end != 'l' && (n < INT_MIN || n > INT_MAX);
}

const char *
numeral_check(const char *p, struct errbuf *err)
{
	size_t n = length(p);
	int shown = n < SHOWN ? (int)n : SHOWN;
	const char *odd = oddity(p, n);
	const char *first = p + (*p == '-' || *p == '+');
	bool hex = first[0] == '0' && (first[1] == 'x' || first[1] == 'X');

	if (odd != NULL) {
		errbuf_set(err, "the number %.*s has %s in it", shown, p, odd);
		return NULL;
	}
	if (!hex && strcspn(p, ".eE") < n)
		return p + n;
	/* Without the suffix. */
	while (shown > 0 && (p[shown - 1] == 'L' || p[shown - 1] == 'l'))
		shown--;
	/* Whether this is octal depends on the version of libconfig. */
	if (first[0] == '0' && is_digit(first[1])) {
		errbuf_set(err, "the number %.*s begins with 0",
		    shown - (int)(first - p), first);
		return NULL;
	}
	if (is_too_large(p, hex)) {
		errbuf_set(err, "the number %.*s is too large", shown, p);
		return NULL;
	}
	return p + n;
}
