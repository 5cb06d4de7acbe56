# SPDX-License-Identifier: ISC
#
# Reading the configuration: in libechod.a.

libechod_a_SOURCES += \
	%D%/inventory.c \
	%D%/inventory.h \
	%D%/numeral.c \
	%D%/numeral.h \
	%D%/load.c \
	%D%/load.h \
	%D%/origin.c \
	%D%/origin.h \
	%D%/override.c \
	%D%/override.h \
	%D%/parse.c \
	%D%/parse.h \
	%D%/resolve.c \
	%D%/resolve.h \
	%D%/rules.c \
	%D%/rules.h \
	%D%/spelling.c \
	%D%/spelling.h \
	%D%/text.c \
	%D%/text.h
