# SPDX-License-Identifier: ISC
#
# Every test ends in .t and prints TAP.  Those in unit/ are C programs, the
# others Perl; run-test knows the difference.
#
# To add a unit test: its name in unit_tests and its _SOURCES line.
# To add a Perl test: its name in daemon_tests or style_tests.

unit_tests =

# Each test is one behaviour of the running daemon.
daemon_tests =

# Each test is one rule about the source tree.
style_tests =

# What the tests read: modules in lib/, files (or whole folders) in data/.
test_support = \
	%D%/lib/Echod.pm

EXTRA_DIST += \
	%D%/run-test \
	$(daemon_tests) \
	$(style_tests) \
	$(test_support)

# A program with no LDADD of its own, that is every unit test, takes this.
LDADD = \
	libechod.a \
	libcommon.a \
	$(LIBCONFIG_LIBS) \
	$(SECCOMP_LIBS) \
	$(CMOCKA_LIBS)
AM_CPPFLAGS += $(CMOCKA_CFLAGS)

if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests)
built_unit_tests = $(unit_tests)
else
built_unit_tests =
endif

TESTS = $(built_unit_tests) $(daemon_tests) $(style_tests)
TEST_EXTENSIONS = .t
T_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
T_LOG_COMPILER = $(SHELL) $(top_srcdir)/%D%/run-test

AM_TESTS_ENVIRONMENT = \
	ECHOD='$(abs_builddir)/echod'; export ECHOD; \
	ECHOC='$(abs_builddir)/echoc'; export ECHOC; \
	ECHOD_SRCDIR='$(abs_top_srcdir)'; export ECHOD_SRCDIR; \
	ECHOD_BUILDDIR='$(abs_builddir)'; export ECHOD_BUILDDIR; \
	ECHOD_VERSION='$(VERSION)'; export ECHOD_VERSION; \
	PERL='$(PERL)'; export PERL; \
	CC='$(CC)'; export CC;

# Valgrind ---------------------------------------------------------------

# The wrapper goes before every compiled unit test (by run-test) and every
# echod the Perl tests start (by their library).  Its findings go to files
# that run-test collects, as a worker's standard error may lead nowhere and
# its exit status is only the master's business.  Open descriptors are left
# to the tests: a worker exits with its listening sockets open, by design.
valgrind_command = $(VALGRIND) --quiet --vgdb=no --trace-children=yes \
	--leak-check=full --show-leak-kinds=definite,possible \
	--errors-for-leak-kinds=definite,possible --error-exitcode=99 \
	--log-file=%q{ECHOD_REPORTS}/valgrind.%p

check-valgrind:
	ECHOD_WRAPPER='$(valgrind_command)' ECHOD_TEST_TIMEOUT=1800 \
	    $(MAKE) $(AM_MAKEFLAGS) check \
	    TESTS='$(built_unit_tests) $(daemon_tests)'
.PHONY: check-valgrind
