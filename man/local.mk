# SPDX-License-Identifier: ISC

dist_man_MANS = \
	%D%/echoc.1 \
	%D%/echod.8 \
	%D%/echod.conf.5
