# SPDX-License-Identifier: ISC
#
# What both programs know: libcommon.a.

noinst_LIBRARIES += libcommon.a

libcommon_a_SOURCES = \
	%D%/addr.c \
	%D%/addr.h \
	%D%/clock.h \
	%D%/errbuf.c \
	%D%/errbuf.h \
	%D%/humanize.c \
	%D%/humanize.h \
	%D%/lookup.c \
	%D%/lookup.h \
	%D%/net.c \
	%D%/net.h \
	%D%/output.c \
	%D%/output.h \
	%D%/siphash.c \
	%D%/siphash.h \
	%D%/spell.c \
	%D%/spell.h \
	%D%/terminal.c \
	%D%/terminal.h \
	%D%/units.c \
	%D%/units.h
