/* SPDX-License-Identifier: ISC */
#include "daemon/log/stamp.h"

#include <stdio.h>
#include <stdlib.h>

void
stamp_read_zone(void)
{
	/* With a name, tzset(3) reads the file only when the name changes. */
	(void)setenv("TZ", ":/etc/localtime", 0);
	tzset();
}

void
stamp_write(const struct timespec *now, char text[STAMP_TEXT])
{
	static char date[24], offset[12];
	static time_t second = -1;
	struct tm tm;
	int minutes;

	if (now->tv_sec != second && localtime_r(&now->tv_sec, &tm) != NULL) {
		second = now->tv_sec;
		minutes = (int)(tm.tm_gmtoff / 60);
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
		snprintf(offset, sizeof(offset), "%c%02d:%02d",
		    minutes < 0 ? '-' : '+', abs(minutes) / 60 % 24,
		    abs(minutes) % 60);
	}
	snprintf(text, STAMP_TEXT, "%s.%03ld%s", date,
	    now->tv_nsec / 1000000 % 1000, offset);
}
