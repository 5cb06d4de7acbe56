# SPDX-License-Identifier: ISC
#
# Fuzz targets: each is a file that is named after what it feeds with bytes.
# In a build with --enable-fuzzing libFuzzer chooses the bytes; in any other
# replay.c takes them from files, and "make check" replays the corpora.
#
# To add a target: its name in fuzz_targets, its _SOURCES line, and a folder of
# its name in corpus/.

fuzz_targets = \
	%D%/address.fuzz \
	%D%/answer.fuzz \
	%D%/arguments.fuzz \
	%D%/bench.fuzz \
	%D%/caller.fuzz \
	%D%/loader.fuzz \
	%D%/logger.fuzz \
	%D%/message.fuzz \
	%D%/overrides.fuzz \
	%D%/ping.fuzz \
	%D%/stream.fuzz \
	%D%/units.fuzz \
	%D%/wire.fuzz

fuzz_tests = %D%/corpora-replay.t

EXTRA_PROGRAMS += $(fuzz_targets)
CLEANFILES += $(fuzz_targets)

%C%_address_fuzz_SOURCES = %D%/fuzz.h %D%/address.c
%C%_answer_fuzz_SOURCES = %D%/fuzz.h %D%/answer.c
%C%_arguments_fuzz_SOURCES = %D%/fuzz.h %D%/arguments.c
%C%_bench_fuzz_SOURCES = %D%/fuzz.h %D%/peer.h %D%/bench.c
%C%_caller_fuzz_SOURCES = %D%/fuzz.h %D%/caller.c
%C%_loader_fuzz_SOURCES = %D%/fuzz.h %D%/loader.c
%C%_logger_fuzz_SOURCES = %D%/fuzz.h %D%/logger.c
%C%_message_fuzz_SOURCES = %D%/fuzz.h %D%/message.c
%C%_overrides_fuzz_SOURCES = %D%/fuzz.h %D%/overrides.c
%C%_ping_fuzz_SOURCES = %D%/fuzz.h %D%/peer.h %D%/ping.c
%C%_stream_fuzz_SOURCES = %D%/fuzz.h %D%/peer.h %D%/stream.c
%C%_units_fuzz_SOURCES = %D%/fuzz.h %D%/units.c
%C%_wire_fuzz_SOURCES = %D%/fuzz.h %D%/wire.c

# Where main() and the bytes come from: libFuzzer, or this.
EXTRA_LIBRARIES = libreplay.a
libreplay_a_SOURCES = %D%/replay.c
CLEANFILES += libreplay.a
if !FUZZING
$(fuzz_targets): libreplay.a
endif

fuzz_ldadd = \
	$(FUZZ_MAIN) \
	libload.a \
	libechod.a \
	libsnapshot.a \
	libcommon.a \
	$(LIBCONFIG_LIBS) \
	$(SECCOMP_LIBS)
fuzz_control_ldadd = \
	$(FUZZ_MAIN) \
	libechodctl.a \
	libsnapshot.a \
	libcommon.a \
	$(JANSSON_LIBS)
fuzz_client_ldadd = \
	$(FUZZ_MAIN) \
	libechoc.a \
	libcommon.a \
	$(JANSSON_LIBS) \
	$(MATH_LIBS) \
	$(PTHREAD_LIBS)

%C%_address_fuzz_LDADD = $(fuzz_ldadd)
%C%_answer_fuzz_LDADD = $(fuzz_control_ldadd)
%C%_arguments_fuzz_LDADD = $(fuzz_client_ldadd)
%C%_bench_fuzz_LDADD = $(fuzz_client_ldadd)
%C%_caller_fuzz_LDADD = $(fuzz_ldadd)
%C%_loader_fuzz_LDADD = $(fuzz_ldadd)
%C%_logger_fuzz_LDADD = $(fuzz_ldadd)
%C%_message_fuzz_LDADD = $(fuzz_ldadd)
%C%_overrides_fuzz_LDADD = $(fuzz_ldadd)
%C%_ping_fuzz_LDADD = $(fuzz_client_ldadd)
%C%_stream_fuzz_LDADD = $(fuzz_client_ldadd)
%C%_units_fuzz_LDADD = $(fuzz_client_ldadd)
%C%_wire_fuzz_LDADD = $(fuzz_ldadd)

EXTRA_DIST += \
	$(fuzz_tests) \
	%D%/corpus \
	%D%/loader.dict \
	%D%/run

# FUZZ_SECONDS: for each target, 0 is without an end; FUZZ_TARGETS: some of
# them, as in FUZZ_TARGETS='loader units'.
fuzz_run = MAKE='$(MAKE)' $(srcdir)/%D%/run

fuzz:
	@$(fuzz_run) $${FUZZ_SECONDS:-0}

check-fuzz:
	@$(fuzz_run) $${FUZZ_SECONDS:-60}

.PHONY: fuzz check-fuzz
