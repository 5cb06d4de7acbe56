# SPDX-License-Identifier: ISC
#
# If this fails, a facility of the system is used outside the folder or file
# that owns it, so that one look there no longer finds every use.  Call the
# owner instead; if that is not possible, change the owner in the table.
use strict;
use warnings;
use Test::More;
use Source;

# call(NAME...): a call of one of these; a name may be a pattern.
sub call { my $names = join '|', @_; return qr/(?<![.>\w])(?:$names)\s*\(/ }

# What, how to recognise it in code, and who may have it: a folder ("loader/"),
# or a module by its name alone, where that is unique, or with its folder.
my @owners = (
    # Libraries.
    ['libconfig', qr/<libconfig\.h>|\bconfig_setting_\w+\s*\(/, qw(loader/)],
    ['syslog', call(qw((?:open|close|v?sys)log)), qw(daemon/log/)],
    ['HTTP', qr/<microhttpd\.h>/, qw(reporter/server)],
    ['JSON', qr/<jansson\.h>/, qw(document snapshot/json control/render)],
    ['threads', qr/\bpthread_create\b|<threads\.h>/,
        qw(client/bench/ client/net/)],

    # Names.
    ['hosts and services', call(qw(getaddrinfo getnameinfo gethost\w+ getserv\w+)),
        qw(lookup loader/ client/net/)],
    ['users and groups', call('get(?:pw|gr)(?:nam|[ug]id|ent)\w*'), qw(loader/)],

    # Processes.
    ['ids and the root directory', call('set(?:res|re|e)?[ug]id',
        qw(setgroups initgroups chroot capset unshare)), qw(daemon/sandbox/)],
    ['prctl', call('prctl'), qw(daemon/sandbox/ client/bench/)],
    ['children', call(qw(v?fork clone daemon posix_spawn\w* system popen
            exec[lv]\w* fexecve)),
        qw(daemon/master/ daemon/pool/ daemon/forker/ daemon/log/
            daemon/reporter/ upgrade/executable plot)],
    ['clones that fork cannot make', qr/\bSYS_clone3?\b/, qw(forker)],
    ['the end of children', call(qw(wait waitpid waitid wait[34])),
        qw(daemon/master/ daemon/pool/ plot)],
    ['signals to others', call(qw(kill killpg tgkill pidfd_send_signal sigqueue)),
        qw(daemon/master/ daemon/pool/ daemon/forker/ daemon/log/
            daemon/reporter/ upgrade/upgrade)],
    ['signals that come', call(qw(sigaction sigprocmask signal signalfd
            sigsuspend sigwait\w* siginterrupt pthread_sigmask)),
        qw(daemon/signals client/core/signals control/repeat)],
    ['handlers that restart a call', qr/\bSA_RESTART\b/, qw(client/core/signals)],
    ['the end of the program', call(qw(exit quick_exit abort)), qw(daemonize)],
    ['limits', call('setrlimit'), qw(plan daemon/sandbox/limits daemon/master/loader
            loader/main)],
    ['the session', call(qw(setsid setpgid setpgrp umask)), qw(daemonize place)],
    ['shared memory', call('mmap'), qw(scoreboard sources accounts daemon/log/)],

    # Sockets.
    ['listening', call(qw(bind listen)), qw(listen/open tune upgrade/proof
            dial place)],
    ['accept', call('accept4?'), qw(daemon/worker/ daemon/control/
            reporter/)],
    ['options of sockets', call('setsockopt'), qw(common/net listener listen/open tune
            daemon/link daemon/log/ dial)],
    ['the kernel\'s table of connections',
        qr/<linux\/\w+_diag\.h>|\bNETLINK_\w+/, qw(halfopen)],

    # Files and streams.
    ['the removal of files', call(qw(unlink unlinkat remove rename)),
        qw(pidfile plot place)],
    ['locks', qr/\b(?:flock|lockf)\s*\(|\bF_SETLKW?\b|\bF_OFD_\w+/,
        qw(pidfile)],
    ['standard streams',
        qr/\bstd(?:out|err)\b|(?<!\w)(?:printf|puts|putchar|perror)\s*\(/,
        qw(output)],
    ['the command line', call('getopt\w*'), qw(command_line config/options control/arguments)],
    ['the environment', call(qw((?:secure_)?getenv putenv (?:un)?setenv clearenv)),
        qw(terminal daemon/environment stamp control/arguments)],

    # Time.
    ['timers that send a signal', call(qw(setitimer alarm timer_create)),
        qw(daemon/worker/)],
    ['sleep', call('(?:u|nano|clock_nano)?sleep'), qw(daemon/master/)],
    ['the wall clock', qr/\bCLOCK_REALTIME\b|\b(?:gettimeofday|time)\s*\(/,
        qw(document client/ping/ daemon/log/ gather)],

    # What nobody needs.
    ['assert', call('assert')],
    ['unbounded copies', call(qw(v?sprintf strcat strncpy strncat gets alloca
            strtok))],
    ['numbers without an error', call('ato[ilf]l?')],
    ['goto', qr/\bgoto\b/],
);

my %code = map { $_ => code($_) } files('src', qr/\.[ch]$/);
my %modules = map { module($_) => 1 } keys %code;
my (%seen, @twice);

for my $row (@owners) {
    my ($what, $pattern, @owners) = @$row;
    my %used;

    push @twice, $what if $seen{$what}++;
    for my $owner (@owners) {
        # Below that folder, or the one module that ends so.
        my @owned = grep {
            $owner =~ m{/$} ? index($_, $owner) == 0 : "/$_" =~ m{/\Q$owner\E$}
        } sort keys %modules;

        $owner =~ m{/$} ? cmp_ok(scalar(@owned), '>', 0, "$owner exists") :
            is("@owned", $owned[0] // $owner, "$owner is one module");
        $used{$owner} = { map { $_ => 0 } @owned };
    }
    my (@outside, %needed);
    for my $file (grep { $code{$_} =~ $pattern } sort keys %code) {
        my ($owner) = grep { exists $used{$_}{module($file)} } @owners;

        $needed{$owner // ''} = 1;
        push @outside, $file if !defined $owner;
    }
    is "@outside", '', "$what: " . (@owners ? "only in @owners" : 'nowhere');
    is join(' ', grep { !$needed{$_} } @owners), '',
        "$what: every owner has it" if @owners;
}
is "@twice", '', 'no facility is there twice';

done_testing;
