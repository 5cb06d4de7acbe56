# SPDX-License-Identifier: ISC

dist_man_MANS = \
	%D%/echod.8 \
	%D%/echod.conf.5
