# SPDX-License-Identifier: ISC
#
# The state of the service as text: for echod, and for all who ask it.

noinst_LIBRARIES += libsnapshot.a

libsnapshot_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libsnapshot_a_SOURCES = \
	%D%/buffer.c \
	%D%/buffer.h \
	%D%/exposition.c \
	%D%/exposition.h \
	%D%/fields.c \
	%D%/fields.h \
	%D%/json.c \
	%D%/json.h \
	%D%/metrics.c \
	%D%/metrics.h \
	%D%/snapshot.c \
	%D%/snapshot.h \
	%D%/wire.c \
	%D%/wire.h
