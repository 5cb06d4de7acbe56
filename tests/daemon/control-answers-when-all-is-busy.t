# SPDX-License-Identifier: ISC
# alone: measures how long answers take
#
# If this fails, an operator is not answered when it matters most: when all workers
# are busy, during a reload and a drain, and when the log is stuck.
use strict;
use warnings;

use List::Util qw(max);
use Test::More;

use Client;
use Clock;
use Control;
use Echod;
use Files;

use constant { MAX => 256, LOOKS => 20, LIMIT => 0.1 };

my $dir  = Files::new_dir();
my $path = "$dir/control";


my $d = Echod->start(
    config => qq(listen = ( { address = "127.0.0.1"; port = 0; } );
        workers = { start = 5; max = @{[ MAX ]}; };
        control = { path = "$path"; };\n),
    wait => 'idle',
    log  => 'debug',
);

# all_within(WHEN): status, several times, and the longest it took.
sub all_within {
    my ($when, $before) = @_;
    my @took;
    for (1 .. LOOKS) {
        $before->() if $before;
        my $start = Clock::now();
        my @answer = Control::ask($path, 'status');
        push @took, Clock::now() - $start;
        is($answer[-1], 'ok', "$when: an answer") if $answer[-1] ne 'ok';
    }
    note sprintf '%s: at most %.1f ms', $when, 1000 * max @took;
    cmp_ok(max(@took), '<', LIMIT * Clock::scale(), "$when: status within 100 ms");
    return;
}

my @clients = map { $d->connect } 1 .. MAX;
is(scalar(grep { Client::echo($_, 'x') eq 'x' } @clients), MAX, 'all workers are busy');
my @waiting = map { my $s = $d->connect; syswrite $s, 'x'; $s } 1 .. 20;
all_within('with a full pool and clients that wait');

my @silent = map { Control::open($path) } 1 .. 8;
all_within('with eight callers that say nothing');

all_within('during reloads', sub { $d->signal('HUP') });
ok($d->wait_log(qr/: reload done /), 'there were reloads');

kill STOP => $d->logger;
my $chatter = $clients[0];
Client::echo($chatter, 'y' x 100) for 1 .. 500;
all_within('with a log that is stuck');
kill CONT => $d->logger;

$d->signal('TERM');
ok(Clock::until(sub { (Control::ask($path, 'status'))[1] =~ /state=stopping/ }),
    'echod drains');
all_within('during a drain');
close $_ for @clients, @waiting;
$d->expect_log(qr/: warning: (?:workers at max|log lines lost|logger|.*unserved)/,
    qr/log lines/, qr/: error: logger/, qr/above workers\.max/);
$d->finish(unseen => 1);
done_testing;
