# SPDX-License-Identifier: ISC
# rows: 60, 61, 62, 63, 64
#
# If this fails, a reload with a wrong file, or with something else in its
# place, harms a running server: it loses workers, listeners or clients, hangs
# in the parser, or does not say what is wrong.
use strict;
use warnings;

use Test::More;

use Clock;
use Echod;
use Load;
use Process;

my $good = qq(listen = ( { address = "127.0.0.1"; port = 0; } );\n);
my $d    = Echod->start(config => $good, log => 'notice');
my $file = $d->config_file;
my $dir  = $d->dir;

# The port is in use.
my $other = IO::Socket::IP->new(LocalHost => '127.0.0.1', LocalPort => 0,
    Listen => 1);
my $taken = $other->sockport;
mkdir "$dir/folder";

my @bad = (
    [ 'a syntax error', sub { $d->rewrite("$good;\nlisten == 3;\n") },
        qr/\Q$file\E:\d+: .*syntax/ ],
    [ 'an unknown key', sub { $d->rewrite("${good}bufer_size = 7;\n") },
        qr/\Q$file\E:2: .*bufer_size.*buffer_size/ ],
    [ 'an address in use', sub {
            $d->rewrite(qq(listen = ( { address = "127.0.0.1"; port = 0; },
                { address = "127.0.0.1"; port = $taken; } );\n));
        }, qr/127\.0\.0\.1\S*$taken\b.*Address already in use/ ],
    [ 'a FIFO', sub {
            unlink $file;
            POSIX::mkfifo($file, 0644) or die "mkfifo: $!";
        }, qr/\Q$file\E.*(?:regular|FIFO|pipe)/i ],
    [ 'a directory', sub { unlink $file; mkdir $file or die "mkdir: $!" },
        qr/\Q$file\E.*(?:regular|directory)/i ],
    [ 'a string of 50 MB', sub {
            $d->rewrite($good . 'log = { ident = "' . 'x' x 50_000_000
                  . qq("; };\n));
        }, qr/\Q$file\E.*(?:large|big|long|bytes)/i ],
    [ 'an include of a directory',
        sub { $d->rewrite(qq($good\@include "folder"\n)) },
        qr/(?:\Q$file\E:2|folder)\b.*(?:regular|directory)/i ],
    [ 'no file', sub { unlink $file }, qr/\Q$file\E.*No such file/ ],
    [ 'a name that does not exist', sub {
            $d->rewrite(qq(listen = ( {
                address = "no-such-host.invalid"; port = 0; } );\n));
        }, qr/\Q$file\E:\d+: .*no-such-host\.invalid/ ],
);

my $load      = Load->start(port => $d->port, rate => 200);
my $listeners = Process::listeners($d->pid);
# The pool adapts itself to its clients: these five are never its newest, and
# so not those that it would retire.
my @workers = ($d->workers)[ 0 .. 4 ];
ok(Clock::until(sub { $load->connections >= 20 }), 'clients are served');
my $descriptors = keys %{ Process::descriptors($d->pid) };

for my $case (@bad) {
    my ($what, $prepare, $reason) = @$case;
    rmdir $file if -d $file;
    $prepare->();
    my $from   = $d->mark;
    my $served = $load->connections;
    my $start  = Clock::now();
    my $line   = $d->reload // '';
    like($line, qr/: error: reload failed.*$reason/, "$what: the reason");
    # A name service that does not answer is given 10 s.
    cmp_ok(Clock::now() - $start, '<', Clock::START * Clock::scale(),
        "$what: said in time");
    is($d->count_log(qr/: (?:error|warning): /, from => $from), 1,
        "$what: in one line");
    is_deeply(Process::listeners($d->pid), $listeners,
        "$what: the same sockets");
    is_deeply([ grep { Process::is_alive($_) } @workers ], \@workers,
        "$what: the same workers");
    ok(Clock::until(sub { $load->connections > $served + 4 }),
        "$what: clients are served");
}
rmdir $file if -d $file;

$d->rewrite($good);
like($d->reload, qr/reload done/, 'a good file is loaded again');
my $result = $load->stop;
is_deeply($result->{errors}, [], 'no client noticed anything');
ok(Clock::until(
    sub { keys %{ Process::descriptors($d->pid) } == $descriptors }),
    'the master has as many descriptors as before');
is(scalar(grep { /: reload failed/ } $d->log_lines), scalar @bad,
    'every failure has its line');
$d->expect_log(qr/reload failed, nothing has changed/);
$d->finish;
done_testing;
