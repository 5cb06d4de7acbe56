# SPDX-License-Identifier: ISC
#
# Every test ends in .t and prints TAP.  Those in unit/ are C programs, the
# others Perl; run-test knows the difference.  README.md tells where a new test
# goes.
#
# To add a unit test: its name in unit_tests and its _SOURCES line.
# To add a Perl test: its name in client_tests, daemon_tests, fault_tests,
# service_tests or style_tests.

unit_tests = \
	%D%/unit/access.t \
	%D%/unit/accounts.t \
	%D%/unit/addr.t \
	%D%/unit/backoff.t \
	%D%/unit/caller.t \
	%D%/unit/chart.t \
	%D%/unit/class.t \
	%D%/unit/config.t \
	%D%/unit/connection.t \
	%D%/unit/control.t \
	%D%/unit/counts.t \
	%D%/unit/dump.t \
	%D%/unit/echo.t \
	%D%/unit/environment.t \
	%D%/unit/errbuf.t \
	%D%/unit/exchange.t \
	%D%/unit/exposition.t \
	%D%/unit/fold.t \
	%D%/unit/gather.t \
	%D%/unit/handover.t \
	%D%/unit/histogram.t \
	%D%/unit/humanize.t \
	%D%/unit/json.t \
	%D%/unit/link.t \
	%D%/unit/listener.t \
	%D%/unit/loader.t \
	%D%/unit/log.t \
	%D%/unit/logger.t \
	%D%/unit/lookup.t \
	%D%/unit/notify.t \
	%D%/unit/options.t \
	%D%/unit/page.t \
	%D%/unit/pattern.t \
	%D%/unit/percentiles.t \
	%D%/unit/pidfile.t \
	%D%/unit/policy.t \
	%D%/unit/probe.t \
	%D%/unit/probes.t \
	%D%/unit/program.t \
	%D%/unit/question.t \
	%D%/unit/refusals.t \
	%D%/unit/reply.t \
	%D%/unit/report.t \
	%D%/unit/reporter_job.t \
	%D%/unit/resolve.t \
	%D%/unit/result.t \
	%D%/unit/schedule.t \
	%D%/unit/scoreboard.t \
	%D%/unit/screen.t \
	%D%/unit/service.t \
	%D%/unit/setting.t \
	%D%/unit/settings.t \
	%D%/unit/signals.t \
	%D%/unit/siphash.t \
	%D%/unit/sizes.t \
	%D%/unit/sources.t \
	%D%/unit/spawn.t \
	%D%/unit/spell.t \
	%D%/unit/stamp.t \
	%D%/unit/stats.t \
	%D%/unit/store.t \
	%D%/unit/target.t \
	%D%/unit/text.t \
	%D%/unit/threshold.t \
	%D%/unit/throttle.t \
	%D%/unit/units.t \
	%D%/unit/visits.t \
	%D%/unit/wire.t

%C%_unit_access_t_SOURCES = %D%/unit/check.h %D%/unit/access.c
%C%_unit_accounts_t_SOURCES = %D%/unit/check.h %D%/unit/accounts.c
%C%_unit_addr_t_SOURCES = %D%/unit/check.h %D%/unit/addr.c
%C%_unit_backoff_t_SOURCES = %D%/unit/check.h %D%/unit/backoff.c
%C%_unit_caller_t_SOURCES = %D%/unit/check.h %D%/unit/caller.c
%C%_unit_chart_t_SOURCES = %D%/unit/check.h %D%/unit/chart.c
%C%_unit_class_t_SOURCES = %D%/unit/check.h %D%/unit/lines.h %D%/unit/class.c
%C%_unit_config_t_SOURCES = %D%/unit/check.h %D%/unit/load.h %D%/unit/config.c
%C%_unit_connection_t_SOURCES = %D%/unit/check.h %D%/unit/connection.c
%C%_unit_control_t_SOURCES = %D%/unit/check.h %D%/unit/control.c
%C%_unit_counts_t_SOURCES = %D%/unit/check.h %D%/unit/counts.c
%C%_unit_dump_t_SOURCES = %D%/unit/check.h %D%/unit/load.h %D%/unit/dump.c
%C%_unit_echo_t_SOURCES = %D%/unit/check.h %D%/unit/echo.c
%C%_unit_environment_t_SOURCES = %D%/unit/check.h %D%/unit/environment.c
%C%_unit_errbuf_t_SOURCES = %D%/unit/check.h %D%/unit/errbuf.c
%C%_unit_exchange_t_SOURCES = %D%/unit/check.h %D%/unit/exchange.c
%C%_unit_exposition_t_SOURCES = %D%/unit/check.h %D%/unit/exposition.c
%C%_unit_fold_t_SOURCES = %D%/unit/check.h %D%/unit/fold.c
%C%_unit_gather_t_SOURCES = %D%/unit/check.h %D%/unit/gather.c
%C%_unit_handover_t_SOURCES = %D%/unit/check.h %D%/unit/handover.c
%C%_unit_histogram_t_SOURCES = %D%/unit/check.h %D%/unit/histogram.c
%C%_unit_humanize_t_SOURCES = %D%/unit/check.h %D%/unit/humanize.c
%C%_unit_json_t_SOURCES = %D%/unit/check.h %D%/unit/json.c
%C%_unit_json_t_LDADD = $(LDADD) $(JANSSON_LIBS)
%C%_unit_reply_t_LDADD = $(LDADD) $(JANSSON_LIBS)
%C%_unit_json_t_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
%C%_unit_link_t_SOURCES = %D%/unit/check.h %D%/unit/link.c
%C%_unit_listener_t_SOURCES = %D%/unit/check.h %D%/unit/listener.c
%C%_unit_loader_t_SOURCES = %D%/unit/check.h %D%/unit/loader.c
%C%_unit_log_t_SOURCES = %D%/unit/check.h %D%/unit/log.c
%C%_unit_logger_t_SOURCES = %D%/unit/check.h %D%/unit/logger.c
%C%_unit_lookup_t_SOURCES = %D%/unit/check.h %D%/unit/lookup.c
%C%_unit_notify_t_SOURCES = %D%/unit/check.h %D%/unit/notify.c
%C%_unit_options_t_SOURCES = %D%/unit/check.h %D%/unit/options.c
%C%_unit_page_t_SOURCES = %D%/unit/check.h %D%/unit/page.c
%C%_unit_pattern_t_SOURCES = %D%/unit/check.h %D%/unit/pattern.c
%C%_unit_percentiles_t_SOURCES = %D%/unit/check.h %D%/unit/percentiles.c
%C%_unit_pidfile_t_SOURCES = %D%/unit/check.h %D%/unit/pidfile.c
%C%_unit_policy_t_SOURCES = %D%/unit/check.h %D%/unit/policy.c
%C%_unit_probe_t_SOURCES = %D%/unit/check.h %D%/unit/probe.c
%C%_unit_probes_t_SOURCES = %D%/unit/check.h %D%/unit/probes.c
%C%_unit_program_t_SOURCES = %D%/unit/check.h %D%/unit/program.c
%C%_unit_question_t_SOURCES = %D%/unit/check.h %D%/unit/question.c
%C%_unit_reply_t_SOURCES = %D%/unit/check.h %D%/unit/reply.c
%C%_unit_refusals_t_SOURCES = %D%/unit/check.h %D%/unit/lines.h %D%/unit/refusals.c
%C%_unit_report_t_SOURCES = %D%/unit/check.h %D%/unit/report.c
%C%_unit_reporter_job_t_SOURCES = %D%/unit/check.h %D%/unit/reporter_job.c
%C%_unit_resolve_t_SOURCES = %D%/unit/check.h %D%/unit/resolve.c
%C%_unit_result_t_SOURCES = %D%/unit/check.h %D%/unit/result.c
%C%_unit_schedule_t_SOURCES = %D%/unit/check.h %D%/unit/schedule.c
%C%_unit_scoreboard_t_SOURCES = %D%/unit/check.h %D%/unit/scoreboard.c
%C%_unit_screen_t_SOURCES = %D%/unit/check.h %D%/unit/screen.c
%C%_unit_setting_t_SOURCES = %D%/unit/check.h %D%/unit/setting.c
%C%_unit_service_t_SOURCES = %D%/unit/check.h %D%/unit/service.c
%C%_unit_settings_t_SOURCES = %D%/unit/check.h %D%/unit/settings.c
%C%_unit_signals_t_SOURCES = %D%/unit/check.h %D%/unit/signals.c
%C%_unit_siphash_t_SOURCES = %D%/unit/check.h %D%/unit/siphash.c
%C%_unit_sizes_t_SOURCES = %D%/unit/check.h %D%/unit/sizes.c
%C%_unit_sources_t_SOURCES = %D%/unit/check.h %D%/unit/sources.c
%C%_unit_spawn_t_SOURCES = %D%/unit/check.h %D%/unit/spawn.c
%C%_unit_spell_t_SOURCES = %D%/unit/check.h %D%/unit/spell.c
%C%_unit_stamp_t_SOURCES = %D%/unit/check.h %D%/unit/stamp.c
%C%_unit_stats_t_SOURCES = %D%/unit/check.h %D%/unit/stats.c
%C%_unit_target_t_SOURCES = %D%/unit/check.h %D%/unit/target.c
%C%_unit_store_t_SOURCES = %D%/unit/check.h %D%/unit/store.c
%C%_unit_text_t_SOURCES = %D%/unit/check.h %D%/unit/text.c
%C%_unit_threshold_t_SOURCES = %D%/unit/check.h %D%/unit/threshold.c
%C%_unit_throttle_t_SOURCES = %D%/unit/check.h %D%/unit/throttle.c
%C%_unit_units_t_SOURCES = %D%/unit/check.h %D%/unit/units.c
%C%_unit_visits_t_SOURCES = %D%/unit/check.h %D%/unit/visits.c
%C%_unit_wire_t_SOURCES = %D%/unit/check.h %D%/unit/wire.c

# What is of echodctl links with it; what is of the client, with the client.
%C%_unit_exchange_t_LDADD = $(control_ldadd)
%C%_unit_screen_t_LDADD = $(control_ldadd)
%C%_unit_setting_t_LDADD = $(control_ldadd)
%C%_unit_chart_t_LDADD = $(client_ldadd)
%C%_unit_connection_t_LDADD = $(client_ldadd)
%C%_unit_counts_t_LDADD = $(client_ldadd)
%C%_unit_fold_t_LDADD = $(client_ldadd)
%C%_unit_histogram_t_LDADD = $(client_ldadd)
%C%_unit_pattern_t_LDADD = $(client_ldadd)
%C%_unit_percentiles_t_LDADD = $(client_ldadd)
%C%_unit_probes_t_LDADD = $(client_ldadd)
%C%_unit_report_t_LDADD = $(client_ldadd)
%C%_unit_result_t_LDADD = $(client_ldadd)
%C%_unit_schedule_t_LDADD = $(client_ldadd)
%C%_unit_sizes_t_LDADD = $(client_ldadd)
%C%_unit_stats_t_LDADD = $(client_ldadd)
%C%_unit_target_t_LDADD = $(client_ldadd)
%C%_unit_threshold_t_LDADD = $(client_ldadd)

# Each test is one behaviour of the running client.
client_tests = \
	%D%/client/a-line-is-one-write.t \
	%D%/client/bench-accounts-balance.t \
	%D%/client/bench-accounts-survive-losses.t \
	%D%/client/bench-blames-who-was-late.t \
	%D%/client/bench-bounds-its-handshakes.t \
	%D%/client/bench-by-number-is-exact.t \
	%D%/client/bench-ends-with-its-drain.t \
	%D%/client/bench-exit-statuses.t \
	%D%/client/bench-for-programs.t \
	%D%/client/bench-is-interrupted.t \
	%D%/client/bench-is-quiet-after-its-end.t \
	%D%/client/bench-keeps-its-reconnects.t \
	%D%/client/bench-loses-its-first-connections.t \
	%D%/client/bench-names-too-few-workers.t \
	%D%/client/bench-open-loop-is-honest.t \
	%D%/client/bench-percentiles-are-right.t \
	%D%/client/bench-plots.t \
	%D%/client/bench-respects-limits.t \
	%D%/client/bench-ten-thousand.t \
	%D%/client/bench-verifies-every-byte.t \
	%D%/client/bench-with-nothing-measured.t \
	%D%/client/connects-to-any-address.t \
	%D%/client/fits-eighty-columns.t \
	%D%/client/interrupted-in-every-mode.t \
	%D%/client/itself-is-no-server.t \
	%D%/client/limits-leave-a-document.t \
	%D%/client/localhost-without-a-hosts-file.t \
	%D%/client/mismatch-is-not-hidden.t \
	%D%/client/needs-open-descriptors.t \
	%D%/client/out-of-local-ports.t \
	%D%/client/output-spares-itself.t \
	%D%/client/output-spares-the-input.t \
	%D%/client/percentages-do-not-lie.t \
	%D%/client/ping-counts-and-sums-up.t \
	%D%/client/ping-counts-failed-connections.t \
	%D%/client/ping-deadline-begins-with-its-probes.t \
	%D%/client/ping-exit-statuses.t \
	%D%/client/ping-finds-the-address-that-works.t \
	%D%/client/ping-floods.t \
	%D%/client/ping-for-programs.t \
	%D%/client/ping-is-interrupted.t \
	%D%/client/ping-keeps-its-schedule.t \
	%D%/client/ping-knows-when-it-was-late.t \
	%D%/client/ping-reconnects-each-probe.t \
	%D%/client/ping-survives-a-restart.t \
	%D%/client/ping-tells-a-dropped-connection.t \
	%D%/client/progress-only-on-a-terminal.t \
	%D%/client/readme-shows-what-is-printed.t \
	%D%/client/send-any-size.t \
	%D%/client/send-from-a-fifo.t \
	%D%/client/send-is-not-put-off-by-its-input.t \
	%D%/client/send-returns-what-it-sent.t \
	%D%/client/send-shows-its-progress.t \
	%D%/client/send-ten-gib-from-a-pipe.t \
	%D%/client/send-to-a-faulty-server.t \
	%D%/client/slow-reader-is-no-timeout.t \
	%D%/client/started-is-the-start.t \
	%D%/client/target-forms.t \
	%D%/client/transcript-is-the-tutorials.t \
	%D%/client/transcript-of-a-bad-server.t \
	%D%/client/wait-for-the-echo.t \
	%D%/client/waits-for-room-in-its-output.t \
	%D%/client/without-newer-calls.t

# Each test is one behaviour of the running daemon.
daemon_tests = \
	%D%/daemon/access-lists.t \
	%D%/daemon/background-start.t \
	%D%/daemon/big-start-hears-signals.t \
	%D%/daemon/burst-of-1000.t \
	%D%/daemon/burst-of-200.t \
	%D%/daemon/calls-that-fail-for-ever.t \
	%D%/daemon/changed-listener-is-set-again.t \
	%D%/daemon/checks-configuration.t \
	%D%/daemon/clients-wait-in-vain.t \
	%D%/daemon/closed-inherited-socket-is-opened-again.t \
	%D%/daemon/closed-listener-is-opened-again.t \
	%D%/daemon/closed-log-is-opened-again.t \
	%D%/daemon/connecting-proves-nothing.t \
	%D%/daemon/control-answers-when-all-is-busy.t \
	%D%/daemon/control-callers-hold-up-nobody.t \
	%D%/daemon/control-socket-has-its-place.t \
	%D%/daemon/control-tells-outcomes.t \
	%D%/daemon/counters-equal-the-truth.t \
	%D%/daemon/counters-survive-killed-workers.t \
	%D%/daemon/drops-privileges.t \
	%D%/daemon/echodctl-on-a-terminal.t \
	%D%/daemon/echodctl-shows-the-service.t \
	%D%/daemon/echodctl-upgrades.t \
	%D%/daemon/echoes-every-byte.t \
	%D%/daemon/ends-and-refusals-are-counted.t \
	%D%/daemon/failed-confinement-never-serves.t \
	%D%/daemon/fifty-upgrades-leave-no-trace.t \
	%D%/daemon/forbidden-calls-are-reported.t \
	%D%/daemon/forker-is-replaced.t \
	%D%/daemon/forkers-and-workers-die-a-thousand-times.t \
	%D%/daemon/hostile-reporter.t \
	%D%/daemon/hostile-worker-blocks-nobody.t \
	%D%/daemon/hostile-worker.t \
	%D%/daemon/http-answers.t \
	%D%/daemon/http-clients-hold-up-nobody.t \
	%D%/daemon/http-while-busy.t \
	%D%/daemon/hung-forker-is-replaced.t \
	%D%/daemon/idle-makes-no-calls.t \
	%D%/daemon/inherited-socket-is-for-both-families.t \
	%D%/daemon/inherited-sockets-are-checked.t \
	%D%/daemon/inherited-sockets-are-matched.t \
	%D%/daemon/inherited-sockets-outlive-echod.t \
	%D%/daemon/installs-units.t \
	%D%/daemon/installs.t \
	%D%/daemon/killed-at-each-call-of-an-upgrade.t \
	%D%/daemon/lame-duck.t \
	%D%/daemon/leaving-worker-is-killed-awake.t \
	%D%/daemon/lifetime.t \
	%D%/daemon/loader-gives-up-root.t \
	%D%/daemon/loader-of-another-version.t \
	%D%/daemon/localhost-without-a-hosts-file.t \
	%D%/daemon/log-keeps-its-room.t \
	%D%/daemon/log-lines-have-their-time.t \
	%D%/daemon/logger-and-loader-are-confined.t \
	%D%/daemon/logger-stopped.t \
	%D%/daemon/looks-once-a-second.t \
	%D%/daemon/lost-lines-count-over-reloads.t \
	%D%/daemon/mapped-peer-is-ipv4.t \
	%D%/daemon/max-per-source.t \
	%D%/daemon/metrics-by-socket-activation.t \
	%D%/daemon/needs-nothing-but-itself.t \
	%D%/daemon/needs-the-c-library-alone.t \
	%D%/daemon/no-manager-delays-it.t \
	%D%/daemon/nonblocking-stderr.t \
	%D%/daemon/notifies-its-manager.t \
	%D%/daemon/one-gib-through-socat.t \
	%D%/daemon/options.t \
	%D%/daemon/path-of-a-client-is-in-its-line.t \
	%D%/daemon/per-connection-syscalls.t \
	%D%/daemon/per-message-syscalls.t \
	%D%/daemon/pid-file-on-a-full-disk.t \
	%D%/daemon/pool-shrinks.t \
	%D%/daemon/print-tells-where-sockets-come-from.t \
	%D%/daemon/probes-leave-no-line.t \
	%D%/daemon/process-one.t \
	%D%/daemon/processes-are-confined.t \
	%D%/daemon/processes-carry-their-role.t \
	%D%/daemon/prometheus-reads-the-metrics.t \
	%D%/daemon/prometheus-scrapes.t \
	%D%/daemon/queue-and-drops-are-seen.t \
	%D%/daemon/quit-after-idle.t \
	%D%/daemon/rate-per-source.t \
	%D%/daemon/ready-descriptor.t \
	%D%/daemon/readyz-follows-the-service.t \
	%D%/daemon/real-syslogd.t \
	%D%/daemon/recycles-workers.t \
	%D%/daemon/refusals-are-summed-up.t \
	%D%/daemon/refusing-worker-hears-signals.t \
	%D%/daemon/reload-applies-settings.t \
	%D%/daemon/reload-changes-addresses.t \
	%D%/daemon/reload-changes-metrics.t \
	%D%/daemon/reload-changes-the-sandbox.t \
	%D%/daemon/reload-renames-in-order.t \
	%D%/daemon/reload-to-stderr-in-the-background.t \
	%D%/daemon/reload-to-the-wildcard.t \
	%D%/daemon/reporter-is-confined.t \
	%D%/daemon/reporter-is-replaced.t \
	%D%/daemon/root-gives-nothing-up.t \
	%D%/daemon/rubbish-in-shared-memory.t \
	%D%/daemon/rubbish-signals-nobody-else.t \
	%D%/daemon/several-listeners.t \
	%D%/daemon/stop-after-idle.t \
	%D%/daemon/stop-finishes-clients.t \
	%D%/daemon/stored-listeners-are-adopted.t \
	%D%/daemon/systemd-socket-activate.t \
	%D%/daemon/ten-idle-seconds-without-a-call.t \
	%D%/daemon/tutorial-defaults.t \
	%D%/daemon/tutorial-story.t \
	%D%/daemon/unheard-worker-is-replaced.t \
	%D%/daemon/unwritten-words-keep-the-status.t \
	%D%/daemon/upgrade-and-back-under-load.t \
	%D%/daemon/upgrade-and-signals.t \
	%D%/daemon/upgrade-as-an-ordinary-user.t \
	%D%/daemon/upgrade-from-a-folder-that-is-gone.t \
	%D%/daemon/upgrade-keeps-counts-and-lines.t \
	%D%/daemon/upgrade-keeps-metrics.t \
	%D%/daemon/upgrade-moves-control-and-metrics.t \
	%D%/daemon/upgrade-to-a-broken-program.t \
	%D%/daemon/upgrade-to-a-program-that-hangs.t \
	%D%/daemon/upgrade.t \
	%D%/daemon/waiting-client-puts-off-one-round.t \
	%D%/daemon/waits-for-room-in-its-output.t \
	%D%/daemon/watchdog-shows-life.t \
	%D%/daemon/watchdog-tries-an-echo.t \
	%D%/daemon/wildcard-both-families.t \
	%D%/daemon/without-filters.t \
	%D%/daemon/without-newer-calls.t \
	%D%/daemon/zeros-before-a-port.t

# Each test is one fault, or one family of them: faults/README.md.
fault_tests = \
	%D%/faults/a-thousand-reloads.t \
	%D%/faults/accept-errors.t \
	%D%/faults/accept-queue-overflows.t \
	%D%/faults/address-goes-away.t \
	%D%/faults/address-in-use.t \
	%D%/faults/all-of-it-is-frozen.t \
	%D%/faults/already-running.t \
	%D%/faults/any-exit-status.t \
	%D%/faults/at-max-is-said-once.t \
	%D%/faults/bad-network.t \
	%D%/faults/bad-reload-changes-nothing.t \
	%D%/faults/bind-is-all-or-nothing.t \
	%D%/faults/blast-and-close.t \
	%D%/faults/chaos-for-long.t \
	%D%/faults/chaos.t \
	%D%/faults/clock-jumps.t \
	%D%/faults/closed-standard-descriptors.t \
	%D%/faults/config-bombs.t \
	%D%/faults/config-is-no-regular-file.t \
	%D%/faults/connection-churn.t \
	%D%/faults/connections-leave-nothing.t \
	%D%/faults/crash-loop-backs-off.t \
	%D%/faults/death-reload-and-stop.t \
	%D%/faults/drain-deadline.t \
	%D%/faults/each-call-of-a-birth-fails.t \
	%D%/faults/each-call-of-a-forkers-birth-fails.t \
	%D%/faults/each-call-of-a-reload-fails.t \
	%D%/faults/each-call-of-a-start-fails.t \
	%D%/faults/each-call-of-a-stop-fails.t \
	%D%/faults/each-call-of-the-loader-fails.t \
	%D%/faults/echo-loop.t \
	%D%/faults/emptied-file-is-no-reload.t \
	%D%/faults/failed-new-worker-keeps-old.t \
	%D%/faults/failed-reload-serves-its-queue.t \
	%D%/faults/failed-reload-spares-its-clients.t \
	%D%/faults/fifty-reloads-under-load.t \
	%D%/faults/file-is-being-written.t \
	%D%/faults/files-of-others-are-refused.t \
	%D%/faults/fork-fails.t \
	%D%/faults/frozen-idle-worker-is-no-stop.t \
	%D%/faults/frozen-worker-is-not-retired.t \
	%D%/faults/frozen-worker.t \
	%D%/faults/half-close-gives-eof.t \
	%D%/faults/harmless-signals.t \
	%D%/faults/held-clients-are-served.t \
	%D%/faults/hostile-environment.t \
	%D%/faults/hostile-signal-state.t \
	%D%/faults/hung-logger-leaves.t \
	%D%/faults/hung-new-worker-keeps-old.t \
	%D%/faults/idle-timeout.t \
	%D%/faults/interrupted-start-leaves-nothing.t \
	%D%/faults/io-errors.t \
	%D%/faults/ipv6-off.t \
	%D%/faults/kill-ten-workers-under-load.t \
	%D%/faults/killed-at-each-call.t \
	%D%/faults/killed-logger-owes-lost-lines.t \
	%D%/faults/leaked-descriptors.t \
	%D%/faults/leaving-worker-serves.t \
	%D%/faults/link-local-peer.t \
	%D%/faults/load-that-comes-and-goes.t \
	%D%/faults/loader-out-of-memory.t \
	%D%/faults/logger-killed.t \
	%D%/faults/logger-stalled.t \
	%D%/faults/long-words.t \
	%D%/faults/machine-is-starved.t \
	%D%/faults/many-thousand-resets.t \
	%D%/faults/master-killed-frees-ports.t \
	%D%/faults/master-killed-in-a-reload.t \
	%D%/faults/master-out-of-memory.t \
	%D%/faults/master-stopped-for-a-while.t \
	%D%/faults/missing-file-is-no-reload.t \
	%D%/faults/no-ipv6-in-kernel.t \
	%D%/faults/no-syslogd-at-start.t \
	%D%/faults/nothing-lost-in-a-flood.t \
	%D%/faults/outage-of-five-seconds.t \
	%D%/faults/peer-vanishes.t \
	%D%/faults/pid-file-says-who-has-it.t \
	%D%/faults/pid-file.t \
	%D%/faults/poison-client.t \
	%D%/faults/port-numbers-do-not-wrap.t \
	%D%/faults/process-group-signal.t \
	%D%/faults/program-is-deleted.t \
	%D%/faults/queued-clients-are-served-on-stop.t \
	%D%/faults/quit-ends-cleanly.t \
	%D%/faults/refused-reload-serves-its-queue.t \
	%D%/faults/reload-needs-its-privileges.t \
	%D%/faults/reload-storm.t \
	%D%/faults/reload-to-a-low-port.t \
	%D%/faults/reload-under-load.t \
	%D%/faults/reload-while-clients-stay.t \
	%D%/faults/reload-without-processes.t \
	%D%/faults/removed-address-serves-its-queue.t \
	%D%/faults/removed-in-a-storm.t \
	%D%/faults/reset-before-accept.t \
	%D%/faults/reset-in-mid-echo.t \
	%D%/faults/restart-with-connections-in-time-wait.t \
	%D%/faults/second-term-stops-now.t \
	%D%/faults/send-timeout-frees-worker.t \
	%D%/faults/short-io.t \
	%D%/faults/signal-before-the-call.t \
	%D%/faults/signals-in-early-life.t \
	%D%/faults/slowloris.t \
	%D%/faults/stalled-log-costs-no-speed.t \
	%D%/faults/start-needs-its-privileges.t \
	%D%/faults/stderr-blocked.t \
	%D%/faults/stderr-full.t \
	%D%/faults/stderr-reader-gone.t \
	%D%/faults/stop-beats-reload.t \
	%D%/faults/stop-kills-a-frozen-worker.t \
	%D%/faults/stop-with-a-foreign-child.t \
	%D%/faults/stop-with-a-frozen-logger.t \
	%D%/faults/strings-with-any-bytes.t \
	%D%/faults/syslogd-restarted.t \
	%D%/faults/tiny-limits.t \
	%D%/faults/two-hundred-die-at-once.t \
	%D%/faults/unusual-peers.t \
	%D%/faults/urgent-data.t \
	%D%/faults/worker-dies-between-wake-and-accept.t \
	%D%/faults/worker-killed-is-replaced.t

# Each test is one thing that a real service manager and echod do together.
service_tests = \
	%D%/service/journal-knows-the-level.t \
	%D%/service/lame-duck-is-waited-for.t \
	%D%/service/notifies.t \
	%D%/service/s6-waits-until-it-is-ready.t \
	%D%/service/starts-under-a-manager.t \
	%D%/service/stored-listeners-outlive-a-crash.t \
	%D%/service/units-are-tight.t \
	%D%/service/units-run.t \
	%D%/service/upgrade-moves-the-main-process.t \
	%D%/service/watchdog.t

# Each test is one rule about the source tree.
style_tests = \
	%D%/style/calls.t \
	%D%/style/client-documented.t \
	%D%/style/documented.t \
	%D%/style/faults.t \
	%D%/style/format.t \
	%D%/style/handlers.t \
	%D%/style/hardened.t \
	%D%/style/harness.t \
	%D%/style/headers-stand-alone.t \
	%D%/style/layering.t \
	%D%/style/listed.t \
	%D%/style/manual-lint.t \
	%D%/style/map.t \
	%D%/style/metrics-documented.t \
	%D%/style/no-fixed-sleeps.t \
	%D%/style/owners.t \
	%D%/style/promises.t \
	%D%/style/rules-and-dashboard.t \
	%D%/style/sample-file.t \
	%D%/style/shell-lint.t \
	%D%/style/sizes.t \
	%D%/style/words.t

# What the tests read: modules in lib/, files (or whole folders) in data/.
test_support = \
	%D%/data \
	%D%/lib/Activation.pm \
	%D%/lib/BadNetwork.pm \
	%D%/lib/Birth.pm \
	%D%/lib/Chaos.pm \
	%D%/lib/Client.pm \
	%D%/lib/Clock.pm \
	%D%/lib/Control.pm \
	%D%/lib/Echoc.pm \
	%D%/lib/EchocBench.pm \
	%D%/lib/EchocPing.pm \
	%D%/lib/Echod.pm \
	%D%/lib/Files.pm \
	%D%/lib/Hostile.pm \
	%D%/lib/Http.pm \
	%D%/lib/Listener.pm \
	%D%/lib/Load.pm \
	%D%/lib/Log.pm \
	%D%/lib/Machine.pm \
	%D%/lib/Manager.pm \
	%D%/lib/Namespace.pm \
	%D%/lib/Notify.pm \
	%D%/lib/Oracle.pm \
	%D%/lib/Peer.pm \
	%D%/lib/Process.pm \
	%D%/lib/Schema.pm \
	%D%/lib/Server.pm \
	%D%/lib/Shim.pm \
	%D%/lib/Snapshot.pm \
	%D%/lib/Source.pm \
	%D%/lib/Sweep.pm \
	%D%/lib/Syslog.pm \
	%D%/lib/Tracer.pm \
	%D%/lib/Upgrade.pm \
	%D%/lib/hostile.c \
	%D%/lib/shim.c

EXTRA_DIST += \
	%D%/README.md \
	%D%/analyze \
	%D%/faults/README.md \
	%D%/harness \
	%D%/run-test \
	$(client_tests) \
	$(daemon_tests) \
	$(fault_tests) \
	$(service_tests) \
	$(style_tests) \
	$(test_support)

# A program with no LDADD of its own, that is every unit test, takes this.
LDADD = \
	libload.a \
	libreport.a \
	libechod.a \
	libsnapshot.a \
	libcommon.a \
	$(LIBCONFIG_LIBS) \
	$(SECCOMP_LIBS) \
	$(MATH_LIBS) \
	$(CMOCKA_LIBS)
control_ldadd = \
	libechodctl.a \
	libsnapshot.a \
	libcommon.a \
	$(JANSSON_LIBS) \
	$(CMOCKA_LIBS)
client_ldadd = \
	libechoc.a \
	libcommon.a \
	$(JANSSON_LIBS) \
	$(MATH_LIBS) \
	$(PTHREAD_LIBS) \
	$(CMOCKA_LIBS)
AM_CPPFLAGS += $(CMOCKA_CFLAGS)

# No check_PROGRAMS: make would name each of them whenever it checks.
if HAVE_CMOCKA
EXTRA_PROGRAMS += $(unit_tests)
CLEANFILES += $(unit_tests)
built_unit_tests = $(unit_tests)
else
built_unit_tests =
endif

# Running them ------------------------------------------------------------
#
# Tags in the tests tell the tiers apart; tests/harness knows them.  TESTS, if
# given, are the tests to run, whatever their tier.

all_tests = \
	$(built_unit_tests) \
	$(style_tests) \
	$(fuzz_tests) \
	$(daemon_tests) \
	$(fault_tests) \
	$(service_tests) \
	$(client_tests)

harness = \
	ECHOD='$(abs_builddir)/echod' \
	ECHOD_DYNAMIC='$(abs_builddir)/$(dynamic_echod)' \
	ECHOC='$(abs_builddir)/echoc' \
	ECHODCTL='$(abs_builddir)/echodctl' \
	ECHOD_SRCDIR='$(abs_top_srcdir)' \
	ECHOD_BUILDDIR='$(abs_builddir)' \
	ECHOD_VERSION='$(VERSION)' \
	ECHOD_LOCALES='$(abs_builddir)/locales' \
	CC='$(CC)' \
	PERL='$(PERL)' \
	$(PERL) $(top_srcdir)/%D%/harness $(HARNESS_FLAGS)

check-local: check-build
	@if test -n "$(TESTS)"; then \
	    $(harness) $(TESTS); \
	else \
	    $(harness) -t check $(all_tests); \
	fi

check-slow: check-build
	@$(harness) -t slow -l check-slow.log $(all_tests)

# Run by root; anybody else sees all of them skipped.
check-root: check-build
	@$(harness) -t root -l check-root.log $(all_tests)

# For minutes each; CHAOS_SECONDS says for how long faults are made.
check-soak: check-build
	@ECHOD_TEST_TIMEOUT=$${ECHOD_TEST_TIMEOUT:-1800} \
	    $(harness) -t soak -l check-soak.log $(all_tests)

# All that the tests need, and no test.  With "all", which is another make, two
# would write the library at the same time.
check-build: all-am $(dynamic_echod) $(built_unit_tests) $(fuzz_targets) locales
	@test -n "$(PERL)" || { \
	    echo 'the tests need Perl with Test::More, TAP::Harness and' \
		'IO::Socket::IP' >&2; false; }

# A locale whose numbers have a comma; without its sources the tests that need
# it are skipped.
locales:
	@mkdir -p $@
	-@test -e $@/de_DE.UTF-8 || ! command -v localedef >/dev/null || \
	    localedef -i de_DE -f UTF-8 $@/de_DE.UTF-8 >/dev/null 2>&1

.PHONY: check-build check-root check-slow check-soak

# Valgrind ---------------------------------------------------------------

# The wrapper goes before every compiled unit test (by run-test) and every
# echod and echoc the Perl tests start (by their library).  Its findings go to
# files that run-test collects, as a worker's standard error may lead nowhere
# and its exit status is only the master's business.
valgrind_command = $(VALGRIND) --quiet --vgdb=no --trace-children=yes \
	--track-fds=yes --leak-check=full --show-leak-kinds=definite,possible \
	--errors-for-leak-kinds=definite,possible --error-exitcode=99 \
	--log-file=%q{ECHOD_REPORTS}/valgrind.%p

# Together these go through each process and each mode of the client from its
# start to its end.
VALGRIND_TESTS = \
	$(built_unit_tests) \
	%D%/client/bench-loses-its-first-connections.t \
	%D%/client/ping-counts-failed-connections.t \
	%D%/client/send-any-size.t \
	%D%/client/transcript-is-the-tutorials.t \
	%D%/daemon/access-lists.t \
	%D%/daemon/echoes-every-byte.t \
	%D%/daemon/max-per-source.t \
	%D%/daemon/recycles-workers.t \
	%D%/daemon/reload-applies-settings.t \
	%D%/daemon/reload-changes-addresses.t \
	%D%/daemon/stop-finishes-clients.t \
	%D%/faults/bad-reload-changes-nothing.t \
	%D%/faults/idle-timeout.t \
	%D%/faults/quit-ends-cleanly.t \
	%D%/faults/worker-killed-is-replaced.t

check-valgrind: check-build
	@ECHOD_WRAPPER='$(valgrind_command)' ECHOD_TEST_TIMEOUT=1800 \
	    $(harness) -l check-valgrind.log $(VALGRIND_TESTS)
.PHONY: check-valgrind
