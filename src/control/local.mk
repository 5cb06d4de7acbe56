# SPDX-License-Identifier: ISC
#
# All of echodctl but main(), for unit tests to link with; and echodctl.

noinst_LIBRARIES += libechodctl.a
libechodctl_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libechodctl_a_SOURCES = \
	%D%/arguments.c \
	%D%/arguments.h \
	%D%/exchange.c \
	%D%/exchange.h \
	%D%/glance.c \
	%D%/glance.h \
	%D%/render.c \
	%D%/render.h \
	%D%/repeat.c \
	%D%/repeat.h \
	%D%/screen.c \
	%D%/screen.h \
	%D%/setting.c \
	%D%/setting.h \
	%D%/show.c \
	%D%/show.h \
	%D%/table.c \
	%D%/table.h

sbin_PROGRAMS += echodctl
echodctl_SOURCES = \
	%D%/main.c
echodctl_LDADD = \
	libechodctl.a \
	libsnapshot.a \
	libcommon.a \
	$(JANSSON_LIBS) \
	$(MATH_LIBS)
