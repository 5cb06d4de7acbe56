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
        qw(daemon/config.c)],
    ['syslog', qr/<syslog\.h>|\b(?:open|close|v?sys)log\s*\(/,
        qw(daemon/logger.c)],
    ['seccomp', qr/<seccomp\.h>|<linux\/seccomp\.h>|\bseccomp_\w+\s*\(/],
    ['dispositions and masks of signals',
        qr/\b(?:sigaction|sigprocmask|signal|signalfd|sigsuspend|sigwait\w*
            |siginterrupt|pthread_sigmask)\s*\(/x,
        qw(client/interrupt.c daemon/signals.c)],
    ['JSON', qr/<jansson\.h>/, qw(client/document.h)],
    ['JSON', qr/<jansson\.h>/, qw(client/document.h)],
    ['JSON', qr/<jansson\.h>/, qw(client/document.h)],
    ['handlers that restart or run on another stack', qr/\bSA_\w+/,
        qw(client/interrupt.c)],
    ['ids, groups, chroot and prctl',
        qr/\b(?:set(?:res|re|e)?[ug]id|setgroups|initgroups|chroot|prctl
            |capset|unshare)\s*\(/x,
        qw(client/loop.c daemon/confine.c)],
    ['fork', qr/\b(?:v?fork|clone|posix_spawn\w*|daemon)\s*\(/,
        qw(client/plot.c daemon/background.c daemon/loader.c daemon/logger.c
            daemon/pool.c)],
    ['another program', qr/\b(?:exec[lv]\w*|fexecve|system|popen)\s*\(/],
    ['threads', qr/\bpthread_create\b|<threads\.h>/,
        qw(client/loop.c client/target.c)],
    ['the end of a child', qr/\b_exit\s*\(/,
        qw(daemon/loader.c daemon/logger.c daemon/worker.c)],
    ['the end of the program', qr/(?<!_)\b(?:exit|quick_exit|abort)\s*\(/,
        qw(daemon/background.c)],
    ['assert', qr/\bassert\s*\(/],
    ['the wait of the master and of a load', qr/\bepoll_wait\s*\(/,
        qw(client/loop.c daemon/master.c)],
    ['the same, with a mask or nanoseconds', qr/\bepoll_pwait\d?\s*\(/,
        qw(client/loop.c daemon/worker.c)],
    ['what is waited for', qr/\bepoll_ctl\s*\(/,
        qw(client/loop.c client/traffic.c daemon/master.c daemon/reload.c
            daemon/worker.c)],
    ['other waits', qr/\b(?:p?select|p?poll)\s*\(/,
        qw(client/bench.c client/ping.c client/race.c client/stream.c
            client/target.c client/wait.c common/output.c daemon/config.c
            daemon/loader.c daemon/worker.c)],
    ['sleep', qr/\b(?:u|nano|clock_nano)?sleep\s*\(/, qw(daemon/master.c)],
    ['the end of children', qr/\b(?:wait|waitpid|waitid|wait[34])\s*\(/,
        qw(client/plot.c daemon/loader.c daemon/master.c)],
    ['kill', qr/\b(?:kill|killpg|tgkill|pidfd_send_signal|sigqueue)\s*\(/,
        qw(daemon/dismiss.c daemon/loader.c daemon/logger.c daemon/pool.c)],
    ['timers', qr/\b(?:setitimer|alarm|timer_create|timerfd_\w+)\s*\(/,
        qw(daemon/worker.c)],
    ['name services for hosts',
        qr/\b(?:getaddrinfo|getnameinfo|gethost\w+|getserv\w+)\s*\(/,
        qw(client/target.c common/addr.c common/lookup.c daemon/resolve.c)],
    ['name services for users', qr/\bget(?:pw|gr)(?:nam|[ug]id|ent)\w*\s*\(/,
        qw(daemon/resolve.c)],
    ['listening sockets', qr/(?<![.>])\b(?:socket|bind|listen)\s*\(/,
        qw(client/dial.c daemon/halfopen.c daemon/listener.c
            daemon/logger.c)],
    ['accept', qr/\baccept4?\s*\(/, qw(daemon/worker.c)],
    ['a client\'s bytes', qr/(?<![.>])\b(?:recv|send)(?:from|to|m?msg)?\s*\(/,
        qw(client/flow.c client/link.c client/stream.c daemon/echo.c
            daemon/halfopen.c)],
    ['sock_diag', qr/<linux\/\w+_diag\.h>|\bNETLINK_\w+/, qw(daemon/halfopen.c)],
    ['shutdown', qr/\bshutdown\s*\(/,
        qw(client/flow.c client/stream.c daemon/echo.c)],
    ['options of sockets', qr/\bsetsockopt\s*\(/,
        qw(client/dial.c common/net.c daemon/listener.c)],
    ['shared memory', qr/\bmmap\s*\(/, qw(daemon/log.c daemon/scoreboard.c)],
    ['limits', qr/\bsetrlimit\s*\(/,
        qw(client/plan.c daemon/loader.c)],
    ['the session', qr/\b(?:setsid|setpgid|setpgrp|umask)\s*\(/,
        qw(daemon/background.c)],
    ['the removal of files', qr/\b(?:unlink|unlinkat|remove|rename)\s*\(/,
        qw(client/plot.c daemon/pidfile.c)],
    ['locks', qr/\b(?:flock|lockf)\s*\(|\bF_SETLKW?\b|\bF_OFD_\w+/,
        qw(daemon/pidfile.c)],
    ['the command line', qr/\bgetopt\w*\s*\(/,
        qw(client/options.c daemon/options.c)],
    ['the environment', qr/\b(?:secure_)?getenv\s*\(|\bputenv\s*\(|\bsetenv\s*\(/,
        qw(client/terminal.c daemon/stamp.c)],
    ['the wall clock', qr/\bCLOCK_REALTIME\b|\bgettimeofday\s*\(|\btime\s*\(/,
        qw(client/document.c client/journal.c daemon/logger.c)],
    ['the monotonic clock', qr/\bclock_gettime\s*\(/,
        qw(client/document.c client/journal.c client/loop.c common/clock.h
            daemon/logger.c)],
    ['standard streams',
        qr/\bstd(?:out|err)\b|(?<!\w)(?:printf|puts|putchar|perror)\s*\(/,
        qw(common/output.c)],
    ['streams, in the daemon',
        qr/\bFILE\b|\bf(?:printf|puts|open|write)\s*\(|\bputc\s*\(/,
        qw(daemon/background.c daemon/dump.c daemon/dump.h daemon/main.c)],
    ['descriptor 2', qr/\bSTDERR_FILENO\b/,
        qw(client/places.c client/plot.c client/terminal.c common/output.c
            daemon/background.c daemon/log.c daemon/logger.c)],
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
    @used = grep { m{^daemon/} } @used if $what =~ /, in the daemon$/;

    # The client lives by them.
    @used = grep { m{^daemon/} } @used if $what =~ /, in the daemon$/;

    # The client lives by them.
    @used = grep { m{^daemon/} } @used if $what =~ /, in the daemon$/;

    is_deeply \@used, [sort @owned_by],
        "$what: " . (@owned_by ? "@owned_by" : 'nowhere');
}

done_testing;
