# SPDX-License-Identifier: ISC
#
# Probing of compiler and linker flags, one by one and with -Werror: clang
# only warns about an option it does not know.

# ECHOD_CHECK_CFLAG(VARIABLE, FLAG)
# Append FLAG to the shell variable VARIABLE if the compiler takes it after
# the flags already there (-Wformat-security is nothing without -Wformat).
AC_DEFUN([ECHOD_CHECK_CFLAG], [
AS_VAR_PUSHDEF([echod_cache], [echod_cv_cflag_$2])dnl
AC_CACHE_CHECK([whether $CC accepts $2], [echod_cache], [
	echod_save_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS -Werror $[]$1 $2"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]])],
	    [AS_VAR_SET([echod_cache], [yes])],
	    [AS_VAR_SET([echod_cache], [no])])
	CFLAGS=$echod_save_CFLAGS
])
AS_VAR_IF([echod_cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
AS_VAR_POPDEF([echod_cache])dnl
])

# ECHOD_CHECK_CFLAGS(VARIABLE, FLAG...)
# The same for a list of flags separated by white space.
AC_DEFUN([ECHOD_CHECK_CFLAGS],
[m4_foreach_w([echod_flag], [$2],
    [ECHOD_CHECK_CFLAG([$1], m4_defn([echod_flag]))])])

# ECHOD_CHECK_LDFLAG(VARIABLE, FLAG, [COMPILER-FLAG])
# Append FLAG to VARIABLE if a program links with it (compiled with
# COMPILER-FLAG, if given).  --fatal-warnings because ld only warns about a
# "-z" keyword it does not know.
AC_DEFUN([ECHOD_CHECK_LDFLAG], [
AS_VAR_PUSHDEF([echod_cache], [echod_cv_ldflag_$2])dnl
AC_CACHE_CHECK([whether $CC links with $2], [echod_cache], [
	echod_save_CFLAGS=$CFLAGS
	echod_save_LDFLAGS=$LDFLAGS
	CFLAGS="$CFLAGS -Werror $3"
	LDFLAGS="$LDFLAGS $2 -Wl,--fatal-warnings"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]])],
	    [AS_VAR_SET([echod_cache], [yes])],
	    [AS_VAR_SET([echod_cache], [no])])
	CFLAGS=$echod_save_CFLAGS
	LDFLAGS=$echod_save_LDFLAGS
])
AS_VAR_IF([echod_cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
AS_VAR_POPDEF([echod_cache])dnl
])

# ECHOD_CHECK_LDFLAGS(VARIABLE, FLAG...)
AC_DEFUN([ECHOD_CHECK_LDFLAGS],
[m4_foreach_w([echod_flag], [$2],
    [ECHOD_CHECK_LDFLAG([$1], m4_defn([echod_flag]))])])

# ECHOD_CHECK_FORTIFY(VARIABLE)
# Append the _FORTIFY_SOURCE definitions to VARIABLE: level 3, or 2 where the
# C library would warn about 3.  Nothing without optimisation, where the
# macro has no effect but a warning, and nothing if the user's own flags
# already say what they want of it.
AC_DEFUN([ECHOD_CHECK_FORTIFY], [
AC_CACHE_CHECK([for the level of _FORTIFY_SOURCE], [echod_cv_fortify], [
	echod_cv_fortify=none
	AS_CASE([" $CPPFLAGS $CFLAGS "],
	[*_FORTIFY_SOURCE*], [echod_cv_fortify="the user's"],
	[for echod_level in 3 2; do
		echod_save_CFLAGS=$CFLAGS
		CFLAGS="$CFLAGS -Werror -U_FORTIFY_SOURCE"
		CFLAGS="$CFLAGS -D_FORTIFY_SOURCE=$echod_level"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#ifndef __OPTIMIZE__
#error not optimised
#endif
#include <stdio.h>
#include <string.h>]])],
		    [echod_cv_fortify=$echod_level])
		CFLAGS=$echod_save_CFLAGS
		test "$echod_cv_fortify" = none || break
	done])
])
AS_CASE([$echod_cv_fortify],
    [2|3], [AS_VAR_APPEND([$1],
	[" -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$echod_cv_fortify"])])
])
