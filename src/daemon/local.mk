# SPDX-License-Identifier: ISC
#
# All of the daemon but main(), for unit tests to link with; and echod.

libechod_a_SOURCES += \
	%D%/accounts.c \
	%D%/accounts.h \
	%D%/backoff.c \
	%D%/backoff.h \
	%D%/control/caller.c \
	%D%/control/caller.h \
	%D%/control/control.c \
	%D%/control/control.h \
	%D%/control/place.c \
	%D%/control/place.h \
	%D%/control/verb.c \
	%D%/control/verb.h \
	%D%/environment.c \
	%D%/environment.h \
	%D%/forker/forker.c \
	%D%/forker/forker.h \
	%D%/forker/forkers.c \
	%D%/forker/forkers.h \
	%D%/link.c \
	%D%/link.h \
	%D%/listen/announce.c \
	%D%/listen/announce.h \
	%D%/listen/halfopen.c \
	%D%/listen/halfopen.h \
	%D%/listen/inherited.c \
	%D%/listen/inherited.h \
	%D%/listen/listener.c \
	%D%/listen/listener.h \
	%D%/listen/open.c \
	%D%/listen/open.h \
	%D%/listen/store.c \
	%D%/listen/store.h \
	%D%/listen/tune.c \
	%D%/listen/tune.h \
	%D%/log/class.c \
	%D%/log/class.h \
	%D%/log/log.c \
	%D%/log/log.h \
	%D%/log/logger.c \
	%D%/log/logger.h \
	%D%/log/refusals.c \
	%D%/log/refusals.h \
	%D%/log/stamp.c \
	%D%/log/stamp.h \
	%D%/log/throttle.c \
	%D%/log/throttle.h \
	%D%/pool/autoscale.c \
	%D%/pool/autoscale.h \
	%D%/master/answer.c \
	%D%/master/answer.h \
	%D%/master/children.c \
	%D%/master/children.h \
	%D%/master/daemonize.c \
	%D%/master/daemonize.h \
	%D%/master/drain.c \
	%D%/master/drain.h \
	%D%/pool/generation.h \
	%D%/master/life.c \
	%D%/master/life.h \
	%D%/master/loader.c \
	%D%/master/loader.h \
	%D%/master/master.c \
	%D%/master/master.h \
	%D%/master/pidfile.c \
	%D%/master/pidfile.h \
	%D%/pool/ledger.c \
	%D%/pool/ledger.h \
	%D%/pool/policy.c \
	%D%/pool/policy.h \
	%D%/pool/pool.c \
	%D%/pool/pool.h \
	%D%/master/reload.c \
	%D%/master/reload.h \
	%D%/pool/spawn.c \
	%D%/pool/spawn.h \
	%D%/master/state.h \
	%D%/master/succession.c \
	%D%/master/succession.h \
	%D%/master/tell.c \
	%D%/master/tell.h \
	%D%/pool/terminate.c \
	%D%/pool/terminate.h \
	%D%/master/watch.c \
	%D%/master/watch.h \
	%D%/program.c \
	%D%/program.h \
	%D%/rate.h \
	%D%/report/gather.c \
	%D%/report/gather.h \
	%D%/report/status.c \
	%D%/report/status.h \
	%D%/report/usage.c \
	%D%/report/usage.h \
	%D%/reporter/endpoint.c \
	%D%/reporter/endpoint.h \
	%D%/reporter/reporter.c \
	%D%/reporter/reporter.h \
	%D%/sandbox/calls.c \
	%D%/sandbox/calls.h \
	%D%/sandbox/descriptors.c \
	%D%/sandbox/descriptors.h \
	%D%/sandbox/filter.c \
	%D%/sandbox/filter.h \
	%D%/sandbox/identity.c \
	%D%/sandbox/identity.h \
	%D%/sandbox/landlock.c \
	%D%/sandbox/landlock.h \
	%D%/sandbox/limits.c \
	%D%/sandbox/limits.h \
	%D%/sandbox/process.c \
	%D%/sandbox/process.h \
	%D%/sandbox/role.h \
	%D%/sandbox/sandbox.c \
	%D%/sandbox/sandbox.h \
	%D%/scoreboard.c \
	%D%/scoreboard.h \
	%D%/service/notify.c \
	%D%/service/notify.h \
	%D%/service/probe.c \
	%D%/service/probe.h \
	%D%/service/service.c \
	%D%/service/service.h \
	%D%/service/watchdog.c \
	%D%/service/watchdog.h \
	%D%/signals.c \
	%D%/signals.h \
	%D%/sources.c \
	%D%/sources.h \
	%D%/upgrade/executable.c \
	%D%/upgrade/executable.h \
	%D%/upgrade/handover.c \
	%D%/upgrade/handover.h \
	%D%/upgrade/predecessor.c \
	%D%/upgrade/predecessor.h \
	%D%/upgrade/proof.c \
	%D%/upgrade/proof.h \
	%D%/upgrade/upgrade.c \
	%D%/upgrade/upgrade.h \
	%D%/violation.c \
	%D%/violation.h \
	%D%/worker/accept_fault.c \
	%D%/worker/accept_fault.h \
	%D%/worker/admission.c \
	%D%/worker/admission.h \
	%D%/worker/birth.c \
	%D%/worker/birth.h \
	%D%/worker/echo.c \
	%D%/worker/echo.h \
	%D%/worker/job.h \
	%D%/worker/outcome.c \
	%D%/worker/outcome.h \
	%D%/worker/worker.c \
	%D%/worker/worker.h

# It needs the C library alone, so that it can do without shared ones.
sbin_PROGRAMS += echod
echod_SOURCES = \
	%D%/main.c
echod_LDADD = \
	libechod.a \
	libsnapshot.a \
	libcommon.a \
	$(SECCOMP_LIBS)

# The same with shared libraries, for tests that preload one.
if STATIC_DAEMON
echod_LDFLAGS = $(STATIC_LDFLAGS) $(link_flags)
EXTRA_PROGRAMS += echod-dynamic
CLEANFILES += echod-dynamic$(EXEEXT)
echod_dynamic_SOURCES = $(echod_SOURCES)
echod_dynamic_LDADD = $(echod_LDADD)
dynamic_echod = echod-dynamic$(EXEEXT)
else
# Without this line automake would link it with no flags at all.
echod_LDFLAGS = $(AM_LDFLAGS)
dynamic_echod = echod$(EXEEXT)
endif
