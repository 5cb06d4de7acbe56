/* SPDX-License-Identifier: ISC */
#include "common/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/errbuf.h"

int
units_integer(const char *text, int64_t min, int64_t max, int64_t *value,
    struct errbuf *err)
{
	const char *digits = text[0] == '-' ? text + 1 : text;
	char *end;
	intmax_t n;

	if (!isdigit((unsigned char)digits[0]))
		return errbuf_set(err, "\"%s\" is not a number", text);
	errno = 0;
	n = strtoimax(text, &end, 10);
	if (*end != '\0')
		return errbuf_set(err, "\"%s\" is not a whole number", text);
	if (errno == ERANGE || n < min || n > max)
		return errbuf_set(err,
		    "%s is out of range (%" PRId64 " to %" PRId64 ")", text,
		    min, max);
	*value = n;
	return 0;
}

int
units_seconds(const char *text, int64_t min, int64_t max, int64_t *ms,
    struct errbuf *err)
{
	char low[32], high[32];
	double seconds;
	char *end;

	/* Not everything strtod takes is a duration: "inf", "nan", "0x1p3". */
	if (text[0] == '\0' || strspn(text, "-0123456789.eE+") != strlen(text))
		return errbuf_set(err, "\"%s\" is not a number of seconds",
		    text);
	seconds = strtod(text, &end);
	if (*end != '\0' || !isfinite(seconds))
		return errbuf_set(err, "\"%s\" is not a number of seconds",
		    text);
	if (seconds * 1000 < (double)min || seconds * 1000 > (double)max) {
		units_seconds_text(min, low, sizeof(low));
		units_seconds_text(max, high, sizeof(high));
		return errbuf_set(err, "%s is out of range (%s to %s seconds)",
		    text, low, high);
	}
	*ms = (int64_t)(seconds * 1000);
	/* Up, so that a positive value never becomes "none". */
	if ((double)*ms < seconds * 1000 - 1e-6 || (*ms == 0 && seconds > 0))
		(*ms)++;
	return 0;
}

void
units_seconds_text(int64_t ms, char *buf, size_t size)
{
	size_t n;

	snprintf(buf, size, "%" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
	n = strlen(buf);
	while (n > 0 && buf[n - 1] == '0')
		buf[--n] = '\0';
	if (n > 0 && buf[n - 1] == '.')
		buf[n - 1] = '\0';
}
