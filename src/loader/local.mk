# SPDX-License-Identifier: ISC
#
# Reading the configuration: all of echod-load but main(), for unit tests to
# link with; and echod-load.

noinst_LIBRARIES += libload.a

libload_a_SOURCES = \
	%D%/forbidden.c \
	%D%/forbidden.h \
	%D%/inventory.c \
	%D%/inventory.h \
	%D%/load.c \
	%D%/load.h \
	%D%/numeral.c \
	%D%/numeral.h \
	%D%/origin.c \
	%D%/origin.h \
	%D%/parse.c \
	%D%/parse.h \
	%D%/regular.c \
	%D%/regular.h \
	%D%/resolve.c \
	%D%/resolve.h \
	%D%/rules.c \
	%D%/rules.h \
	%D%/text.c \
	%D%/text.h \
	%D%/usable.c \
	%D%/usable.h

pkglibexec_PROGRAMS += echod-load
echod_load_SOURCES = \
	%D%/main.c \
	%D%/memory.c \
	%D%/memory.h
echod_load_LDADD = \
	libload.a \
	libechod.a \
	libcommon.a \
	$(LIBCONFIG_LIBS) \
	$(SECCOMP_LIBS)
