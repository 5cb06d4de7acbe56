# SPDX-License-Identifier: ISC
#
# echod-report: all of it but main() for unit tests to link with, and, where
# libmicrohttpd is, the program.

noinst_LIBRARIES += libreport.a

libreport_a_SOURCES = \
	%D%/page.c \
	%D%/page.h \
	%D%/question.c \
	%D%/question.h \
	%D%/reply.c \
	%D%/reply.h \
	%D%/style.c \
	%D%/style.h \
	%D%/visits.c \
	%D%/visits.h

if HAVE_MICROHTTPD
pkglibexec_PROGRAMS += echod-report
echod_report_SOURCES = \
	%D%/main.c \
	%D%/server.c \
	%D%/server.h
echod_report_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS)
echod_report_LDADD = \
	libreport.a \
	libsnapshot.a \
	libechod.a \
	libcommon.a \
	$(MICROHTTPD_LIBS) \
	$(JANSSON_LIBS) \
	$(SECCOMP_LIBS)
endif
