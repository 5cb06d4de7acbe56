# SPDX-License-Identifier: ISC
#
# The configuration as data: in libechod.a.

libechod_a_SOURCES += \
	%D%/access.c \
	%D%/access.h \
	%D%/check.c \
	%D%/check.h \
	%D%/config.h \
	%D%/dump.c \
	%D%/dump.h \
	%D%/message.c \
	%D%/message.h \
	%D%/options.c \
	%D%/options.h \
	%D%/reporter_job.c \
	%D%/reporter_job.h \
	%D%/settings.c \
	%D%/settings.h \
	%D%/trust.c \
	%D%/trust.h
