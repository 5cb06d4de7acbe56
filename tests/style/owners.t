# SPDX-License-Identifier: ISC
#
# If this fails, a facility of the system is used outside the files that own
# it, so that one grep no longer finds every use.
use strict;
use warnings;
use Test::More;
use Source;

# What, how to recognise it in code, and the only files that may have it.
my @owners = (
    ['libconfig', qr/<libconfig\.h>|\bconfig_setting_\w+\s*\(/,
        qw(loader/parse.c)],
    ['syslog', qr/<syslog\.h>|\b(?:open|close|v?sys)log\s*\(/,
        qw(daemon/log/logger.c)],
    ['seccomp', qr/<seccomp\.h>|<linux\/seccomp\.h>|\bseccomp_\w+\s*\(/],
    ['dispositions and masks of signals',
        qr/\b(?:sigaction|sigprocmask|signal|signalfd|sigsuspend|sigwait\w*
            |siginterrupt|pthread_sigmask)\s*\(/x,
        qw(client/core/signals.c daemon/signals.c)],
    ['JSON', qr/<jansson\.h>/, qw(client/core/document.h)],
    ['JSON', qr/<jansson\.h>/, qw(client/core/document.h)],
    ['JSON', qr/<jansson\.h>/, qw(client/core/document.h)],
    ['handlers that restart or run on another stack', qr/\bSA_\w+/,
        qw(client/core/signals.c)],
    ['ids, groups, chroot and prctl',
        qr/\b(?:set(?:res|re|e)?[ug]id|setgroups|initgroups|chroot|prctl
            |capset|unshare)\s*\(/x,
        qw(client/bench/thread.c daemon/sandbox/confine.c)],
    ['fork', qr/\b(?:v?fork|clone|posix_spawn\w*|daemon)\s*\(/,
        qw(client/bench/out/plot.c daemon/master/daemonize.c daemon/master/loader.c daemon/log/logger.c
            daemon/master/pool.c)],
    ['another program', qr/\b(?:exec[lv]\w*|fexecve|system|popen)\s*\(/],
    ['threads', qr/\bpthread_create\b|<threads\.h>/,
        qw(client/bench/thread.c client/net/target.c)],
    ['the end of a child', qr/\b_exit\s*\(/,
        qw(daemon/master/loader.c daemon/log/logger.c daemon/worker/worker.c)],
    ['the end of the program', qr/(?<!_)\b(?:exit|quick_exit|abort)\s*\(/,
        qw(daemon/master/daemonize.c)],
    ['assert', qr/\bassert\s*\(/],
    ['the wait of the master and of a load', qr/\bepoll_wait\s*\(/,
        qw(client/bench/thread.c daemon/master/master.c)],
    ['the same, with a mask or nanoseconds', qr/\bepoll_pwait\d?\s*\(/,
        qw(client/bench/thread.c daemon/worker/worker.c)],
    ['what is waited for', qr/\bepoll_ctl\s*\(/,
        qw(client/bench/thread.c client/bench/traffic.c daemon/master/master.c daemon/master/reload.c
            daemon/worker/worker.c)],
    ['other waits', qr/\b(?:p?select|p?poll)\s*\(/,
        qw(client/bench/bench.c client/ping/ping.c client/net/race.c client/send/stream.c
            client/net/target.c client/send/wait.c common/output.c loader/parse.c
            daemon/master/loader.c daemon/worker/worker.c)],
    ['sleep', qr/\b(?:u|nano|clock_nano)?sleep\s*\(/, qw(daemon/master/master.c)],
    ['the end of children', qr/\b(?:wait|waitpid|waitid|wait[34])\s*\(/,
        qw(client/bench/out/plot.c daemon/master/loader.c daemon/master/master.c)],
    ['kill', qr/\b(?:kill|killpg|tgkill|pidfd_send_signal|sigqueue)\s*\(/,
        qw(daemon/master/terminate.c daemon/master/loader.c daemon/log/logger.c daemon/master/pool.c)],
    ['timers', qr/\b(?:setitimer|alarm|timer_create|timerfd_\w+)\s*\(/,
        qw(daemon/worker/worker.c)],
    ['name services for hosts',
        qr/\b(?:getaddrinfo|getnameinfo|gethost\w+|getserv\w+)\s*\(/,
        qw(client/net/target.c common/addr.c common/lookup.c loader/resolve.c)],
    ['name services for users', qr/\bget(?:pw|gr)(?:nam|[ug]id|ent)\w*\s*\(/,
        qw(loader/resolve.c)],
    ['listening sockets', qr/(?<![.>])\b(?:socket|bind|listen)\s*\(/,
        qw(client/net/dial.c daemon/master/halfopen.c daemon/master/listener.c
            daemon/log/logger.c)],
    ['accept', qr/\baccept4?\s*\(/, qw(daemon/worker/worker.c)],
    ['a client\'s bytes', qr/(?<![.>])\b(?:recv|send)(?:from|to|m?msg)?\s*\(/,
        qw(client/bench/connection.c client/ping/link.c client/send/stream.c daemon/log/log.c
            daemon/worker/echo.c daemon/master/halfopen.c)],
    ['sock_diag', qr/<linux\/\w+_diag\.h>|\bNETLINK_\w+/, qw(daemon/master/halfopen.c)],
    ['shutdown', qr/\bshutdown\s*\(/,
        qw(client/bench/connection.c client/send/stream.c daemon/worker/echo.c)],
    ['options of sockets', qr/\bsetsockopt\s*\(/,
        qw(client/net/dial.c common/net.c daemon/log/log.c daemon/master/listener.c)],
    ['shared memory', qr/\bmmap\s*\(/, qw(daemon/log/log.c daemon/scoreboard.c)],
    ['limits', qr/\bsetrlimit\s*\(/,
        qw(client/bench/plan.c daemon/master/loader.c)],
    ['the session', qr/\b(?:setsid|setpgid|setpgrp|umask)\s*\(/,
        qw(daemon/master/daemonize.c)],
    ['the removal of files', qr/\b(?:unlink|unlinkat|remove|rename)\s*\(/,
        qw(client/bench/out/plot.c daemon/master/pidfile.c)],
    ['locks', qr/\b(?:flock|lockf)\s*\(|\bF_SETLKW?\b|\bF_OFD_\w+/,
        qw(daemon/master/pidfile.c)],
    ['the command line', qr/\bgetopt\w*\s*\(/,
        qw(client/options.c config/options.c)],
    ['the environment', qr/\b(?:secure_)?getenv\s*\(|\bputenv\s*\(|\bsetenv\s*\(/,
        qw(client/core/terminal.c daemon/log/stamp.c)],
    ['the wall clock', qr/\bCLOCK_REALTIME\b|\bgettimeofday\s*\(|\btime\s*\(/,
        qw(client/core/document.c client/ping/lines.c daemon/log/logger.c)],
    ['the monotonic clock', qr/\bclock_gettime\s*\(/,
        qw(client/core/document.c client/ping/lines.c client/bench/thread.c common/clock.h
            daemon/log/logger.c)],
    ['standard streams',
        qr/\bstd(?:out|err)\b|(?<!\w)(?:printf|puts|putchar|perror)\s*\(/,
        qw(common/output.c)],
    ['streams, in the daemon',
        qr/\bFILE\b|\bf(?:printf|puts|open|write)\s*\(|\bputc\s*\(/,
        qw(config/dump.c config/dump.h daemon/main.c daemon/master/daemonize.c)],
    ['descriptor 2', qr/\bSTDERR_FILENO\b/,
        qw(client/core/files.c client/bench/out/plot.c client/core/terminal.c common/output.c
            daemon/master/daemonize.c daemon/log/log.c daemon/log/logger.c)],
    ['unbounded copies',
        qr/\b(?:v?sprintf|strcat|strncpy|strncat|gets|alloca|strtok)\s*\(/],
    ['numbers without an error', qr/\bato[ilf]l?\s*\(/],
    ['goto', qr/\bgoto\b/],
);

my %code = map { s{^src/}{}r => code($_) } files('src', qr/\.[ch]$/);
cmp_ok scalar(keys %code), '>', 40, 'the sources are there';

for my $row (@owners) {
    my ($what, $pattern, @owned_by) = @$row;
    my @used = grep { $code{$_} =~ $pattern } sort keys %code;

    # The client lives by them.
    @used = grep { !m{^(?:client|common)/} } @used if $what =~ /, in the daemon$/;

    is_deeply \@used, [sort @owned_by],
        "$what: " . (@owned_by ? "@owned_by" : 'nowhere');
}

done_testing;
