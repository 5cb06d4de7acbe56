# SPDX-License-Identifier: ISC
#
# Three libraries and two programs.  libcommon.a knows neither program;
# libechod.a and libechoc.a are all of the daemon and of the client except
# main(), so that unit tests can link with them.  To add a file, add its line
# here.

noinst_LIBRARIES += libcommon.a libechoc.a libechod.a
bin_PROGRAMS += echoc
sbin_PROGRAMS += echod

libcommon_a_SOURCES = \
	%D%/common/addr.c \
	%D%/common/addr.h \
	%D%/common/clock.h \
	%D%/common/errbuf.c \
	%D%/common/errbuf.h \
	%D%/common/lookup.c \
	%D%/common/lookup.h \
	%D%/common/net.c \
	%D%/common/net.h \
	%D%/common/output.c \
	%D%/common/output.h \
	%D%/common/spell.c \
	%D%/common/spell.h \
	%D%/common/units.c \
	%D%/common/units.h

libechoc_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libechoc_a_SOURCES = \
	%D%/client/account.c \
	%D%/client/account.h \
	%D%/client/bench.c \
	%D%/client/bench.h \
	%D%/client/caption.c \
	%D%/client/caption.h \
	%D%/client/chart.c \
	%D%/client/chart.h \
	%D%/client/counter.h \
	%D%/client/dial.c \
	%D%/client/dial.h \
	%D%/client/document.c \
	%D%/client/document.h \
	%D%/client/export.c \
	%D%/client/export.h \
	%D%/client/failure.c \
	%D%/client/failure.h \
	%D%/client/fault.c \
	%D%/client/fault.h \
	%D%/client/figure.c \
	%D%/client/figure.h \
	%D%/client/flags.c \
	%D%/client/flags.h \
	%D%/client/flow.c \
	%D%/client/flow.h \
	%D%/client/fold.c \
	%D%/client/fold.h \
	%D%/client/handshake.c \
	%D%/client/handshake.h \
	%D%/client/histogram.c \
	%D%/client/histogram.h \
	%D%/client/human.c \
	%D%/client/human.h \
	%D%/client/interrupt.c \
	%D%/client/interrupt.h \
	%D%/client/journal.c \
	%D%/client/journal.h \
	%D%/client/link.c \
	%D%/client/link.h \
	%D%/client/loop.c \
	%D%/client/loop.h \
	%D%/client/loss.c \
	%D%/client/loss.h \
	%D%/client/message.c \
	%D%/client/message.h \
	%D%/client/mismatch.c \
	%D%/client/mismatch.h \
	%D%/client/misuse.c \
	%D%/client/misuse.h \
	%D%/client/msglog.c \
	%D%/client/msglog.h \
	%D%/client/options.c \
	%D%/client/options.h \
	%D%/client/path.c \
	%D%/client/path.h \
	%D%/client/pattern.c \
	%D%/client/pattern.h \
	%D%/client/ping.c \
	%D%/client/ping.h \
	%D%/client/places.c \
	%D%/client/places.h \
	%D%/client/plan.c \
	%D%/client/plan.h \
	%D%/client/plot.c \
	%D%/client/plot.h \
	%D%/client/product.c \
	%D%/client/product.h \
	%D%/client/progress.c \
	%D%/client/progress.h \
	%D%/client/quote.c \
	%D%/client/quote.h \
	%D%/client/race.c \
	%D%/client/race.h \
	%D%/client/random.h \
	%D%/client/report.c \
	%D%/client/report.h \
	%D%/client/result.c \
	%D%/client/result.h \
	%D%/client/sampler.c \
	%D%/client/sampler.h \
	%D%/client/scale.c \
	%D%/client/scale.h \
	%D%/client/schedule.c \
	%D%/client/schedule.h \
	%D%/client/send.c \
	%D%/client/send.h \
	%D%/client/sizes.c \
	%D%/client/sizes.h \
	%D%/client/spectrum.c \
	%D%/client/spectrum.h \
	%D%/client/stream.c \
	%D%/client/stream.h \
	%D%/client/summary.c \
	%D%/client/summary.h \
	%D%/client/sweep.c \
	%D%/client/sweep.h \
	%D%/client/tally.c \
	%D%/client/tally.h \
	%D%/client/target.c \
	%D%/client/target.h \
	%D%/client/terminal.c \
	%D%/client/terminal.h \
	%D%/client/threshold.c \
	%D%/client/threshold.h \
	%D%/client/traffic.c \
	%D%/client/traffic.h \
	%D%/client/transcript.c \
	%D%/client/transcript.h \
	%D%/client/vigil.c \
	%D%/client/vigil.h \
	%D%/client/wait.c \
	%D%/client/wait.h

libechod_a_SOURCES = \
	%D%/daemon/access.c \
	%D%/daemon/access.h \
	%D%/daemon/background.c \
	%D%/daemon/background.h \
	%D%/daemon/backoff.c \
	%D%/daemon/backoff.h \
	%D%/daemon/config.c \
	%D%/daemon/config.h \
	%D%/daemon/confine.c \
	%D%/daemon/confine.h \
	%D%/daemon/dismiss.c \
	%D%/daemon/dismiss.h \
	%D%/daemon/dump.c \
	%D%/daemon/dump.h \
	%D%/daemon/echo.c \
	%D%/daemon/echo.h \
	%D%/daemon/halfopen.c \
	%D%/daemon/halfopen.h \
	%D%/daemon/inventory.c \
	%D%/daemon/inventory.h \
	%D%/daemon/listener.c \
	%D%/daemon/listener.h \
	%D%/daemon/loader.c \
	%D%/daemon/loader.h \
	%D%/daemon/log.c \
	%D%/daemon/log.h \
	%D%/daemon/logger.c \
	%D%/daemon/logger.h \
	%D%/daemon/master.c \
	%D%/daemon/master.h \
	%D%/daemon/numeral.c \
	%D%/daemon/numeral.h \
	%D%/daemon/options.c \
	%D%/daemon/options.h \
	%D%/daemon/override.c \
	%D%/daemon/override.h \
	%D%/daemon/pidfile.c \
	%D%/daemon/pidfile.h \
	%D%/daemon/policy.c \
	%D%/daemon/policy.h \
	%D%/daemon/pool.c \
	%D%/daemon/pool.h \
	%D%/daemon/reload.c \
	%D%/daemon/reload.h \
	%D%/daemon/removal.c \
	%D%/daemon/removal.h \
	%D%/daemon/resolve.c \
	%D%/daemon/resolve.h \
	%D%/daemon/sanity.c \
	%D%/daemon/sanity.h \
	%D%/daemon/scoreboard.c \
	%D%/daemon/scoreboard.h \
	%D%/daemon/settings.c \
	%D%/daemon/settings.h \
	%D%/daemon/signals.c \
	%D%/daemon/signals.h \
	%D%/daemon/source.c \
	%D%/daemon/source.h \
	%D%/daemon/stamp.c \
	%D%/daemon/stamp.h \
	%D%/daemon/status.c \
	%D%/daemon/status.h \
	%D%/daemon/supply.c \
	%D%/daemon/supply.h \
	%D%/daemon/worker.c \
	%D%/daemon/worker.h

echod_SOURCES = \
	%D%/daemon/main.c
echod_LDADD = \
	libechod.a \
	libcommon.a \
	$(LIBCONFIG_LIBS) \
	$(SECCOMP_LIBS)

echoc_SOURCES = \
	%D%/client/main.c
echoc_LDADD = \
	libechoc.a \
	libcommon.a \
	$(JANSSON_LIBS) \
	$(MATH_LIBS) \
	$(PTHREAD_LIBS)
