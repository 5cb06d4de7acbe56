# SPDX-License-Identifier: ISC
#
# Measurements, which take a machine that does nothing else, and are therefore
# no part of "make check".

bench_programs = \
	%D%/bare-load$(EXEEXT) \
	%D%/confinement$(EXEEXT) \
	%D%/epoll-echo$(EXEEXT)

EXTRA_PROGRAMS += \
	%D%/bare-load \
	%D%/confinement \
	%D%/epoll-echo
CLEANFILES += $(bench_programs)

%C%_bare_load_SOURCES = %D%/bare-load.c
%C%_bare_load_LDADD =
%C%_confinement_SOURCES = %D%/confinement.c
if STATIC_DAEMON
%C%_confinement_LDFLAGS = $(STATIC_LDFLAGS) $(link_flags)
endif
%C%_confinement_LDADD = libechod.a libsnapshot.a libcommon.a $(SECCOMP_LIBS)
%C%_epoll_echo_SOURCES = %D%/epoll-echo.c
%C%_epoll_echo_LDADD =

EXTRA_DIST += \
	%D%/Bench.pm \
	%D%/burst \
	%D%/churn \
	%D%/closed-loop \
	%D%/many-connections

bench_run = ECHOD_BUILDDIR='$(abs_builddir)' \
	ECHOC='$(abs_builddir)/echoc' ECHOD='$(abs_builddir)/echod' \
	$(PERL)

# BENCH_FLAGS: options of the script, as in BENCH_FLAGS='rounds=9 seconds=1'.
bench: bench-burst bench-churn bench-closed-loop bench-many-connections

# ECHOD_OTHER in the environment is the path of an echod to compare with: one
# that was configured --without-seccomp shows what the confinement costs.
bench-burst: echod$(EXEEXT) echod-load$(EXEEXT)
	$(bench_run) $(srcdir)/%D%/burst $(BENCH_FLAGS)

bench-churn: echoc$(EXEEXT) echod$(EXEEXT) echod-load$(EXEEXT)
	$(bench_run) $(srcdir)/%D%/churn $(BENCH_FLAGS)

# As root, as echod is started.
bench-confinement: $(bench_programs)
	%D%/confinement$(EXEEXT) $(BENCH_FLAGS)

bench-closed-loop: $(bench_programs) echoc$(EXEEXT)
	$(bench_run) $(srcdir)/%D%/closed-loop $(BENCH_FLAGS)

# 77: this machine does not allow it, which the script has said.
bench-many-connections: echoc$(EXEEXT) echod$(EXEEXT)
	$(bench_run) $(srcdir)/%D%/many-connections || test $$? -eq 77

.PHONY: bench bench-burst bench-churn bench-closed-loop bench-confinement \
	bench-many-connections
