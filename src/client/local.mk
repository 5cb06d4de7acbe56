# SPDX-License-Identifier: ISC
#
# All of the client but main(), for unit tests to link with; and echoc.

noinst_LIBRARIES += libechoc.a
libechoc_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libechoc_a_SOURCES = \
	%D%/bench/bench.c \
	%D%/bench/closed_loop.c \
	%D%/bench/connect_queue.c \
	%D%/bench/connect_queue.h \
	%D%/bench/connection.c \
	%D%/bench/connection.h \
	%D%/bench/counts.c \
	%D%/bench/counts.h \
	%D%/bench/group.c \
	%D%/bench/group.h \
	%D%/bench/load.h \
	%D%/bench/loss.c \
	%D%/bench/loss.h \
	%D%/bench/open_loop.c \
	%D%/bench/out/axis.c \
	%D%/bench/out/axis.h \
	%D%/bench/out/caption.c \
	%D%/bench/out/caption.h \
	%D%/bench/out/chart.c \
	%D%/bench/out/chart.h \
	%D%/bench/out/export.c \
	%D%/bench/out/export.h \
	%D%/bench/out/figure.c \
	%D%/bench/out/figure.h \
	%D%/bench/out/message_log.c \
	%D%/bench/out/message_log.h \
	%D%/bench/out/percentiles.c \
	%D%/bench/out/percentiles.h \
	%D%/bench/out/plot.c \
	%D%/bench/out/plot.h \
	%D%/bench/out/report.c \
	%D%/bench/out/report.h \
	%D%/bench/pace.h \
	%D%/bench/plan.c \
	%D%/bench/plan.h \
	%D%/bench/result.c \
	%D%/bench/result.h \
	%D%/bench/sampler.c \
	%D%/bench/sampler.h \
	%D%/bench/schedule.c \
	%D%/bench/schedule.h \
	%D%/bench/thread.c \
	%D%/bench/thread.h \
	%D%/bench/traffic.c \
	%D%/bench/traffic.h \
	%D%/command_line.c \
	%D%/command_line.h \
	%D%/core/destination.c \
	%D%/core/destination.h \
	%D%/core/document.c \
	%D%/core/document.h \
	%D%/core/failure.c \
	%D%/core/failure.h \
	%D%/core/fault.c \
	%D%/core/fault.h \
	%D%/core/files.c \
	%D%/core/files.h \
	%D%/core/fold.c \
	%D%/core/fold.h \
	%D%/core/histogram.c \
	%D%/core/histogram.h \
	%D%/core/progress.c \
	%D%/core/progress.h \
	%D%/core/random.h \
	%D%/core/signals.c \
	%D%/core/signals.h \
	%D%/core/sizes.c \
	%D%/core/sizes.h \
	%D%/core/threshold.c \
	%D%/core/threshold.h \
	%D%/flags.c \
	%D%/flags.h \
	%D%/modes.h \
	%D%/net/dial.c \
	%D%/net/dial.h \
	%D%/net/in_flight.c \
	%D%/net/in_flight.h \
	%D%/net/mismatch.c \
	%D%/net/mismatch.h \
	%D%/net/pattern.c \
	%D%/net/pattern.h \
	%D%/net/race.c \
	%D%/net/race.h \
	%D%/net/target.c \
	%D%/net/target.h \
	%D%/options.h \
	%D%/ping/lines.c \
	%D%/ping/lines.h \
	%D%/ping/ping.c \
	%D%/ping/probes.c \
	%D%/ping/probes.h \
	%D%/ping/stall.c \
	%D%/ping/stall.h \
	%D%/ping/stats.c \
	%D%/ping/stats.h \
	%D%/ping/summary.c \
	%D%/ping/summary.h \
	%D%/send/message.c \
	%D%/send/message.h \
	%D%/send/send.c \
	%D%/send/stream.c \
	%D%/send/stream.h \
	%D%/send/transcript.c \
	%D%/send/wait.c

bin_PROGRAMS += echoc
echoc_SOURCES = \
	%D%/main.c
echoc_LDADD = \
	libechoc.a \
	libcommon.a \
	$(JANSSON_LIBS) \
	$(MATH_LIBS) \
	$(PTHREAD_LIBS)
