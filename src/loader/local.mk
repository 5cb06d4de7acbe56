# SPDX-License-Identifier: ISC
#
# Reading the configuration: in libechod.a.

libechod_a_SOURCES += \
	%D%/inventory.c \
	%D%/inventory.h \
	%D%/numeral.c \
	%D%/numeral.h \
	%D%/override.c \
	%D%/override.h \
	%D%/parse.c \
	%D%/resolve.c \
	%D%/resolve.h \
	%D%/text.c \
	%D%/text.h
