# SPDX-License-Identifier: ISC
# rows: 52
#
# If this fails, an operator cannot end a graceful stop that takes too long,
# except by KILL.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;

for my $second (qw(TERM INT QUIT)) {
    my $d = Echod->start;
    my $sock = $d->connect;
    is(Client::echo($sock, 'hello'), 'hello', "$second: a client");
    $d->look;

    $d->signal('TERM');
    ok($d->wait_log(qr/: stopping gracefully workers=/), 'one TERM');
    is(Client::echo($sock, 'still here'), 'still here', 'it may go on');
    ok(Clock::until(sub { $d->workers == 1 }), 'the idle ones are gone');

    my $start = Clock::now();
    $d->signal($second);
    is(Client::receive_all($sock), '', "$second as well: it may not");
    is($Client::problem, '', 'but gets a FIN');
    close $sock;
    is($d->wait_end, 0, 'the exit status is 0');
    Clock::soon($start, 'at once');
    ok($d->wait_log(qr/: stopping now workers=1$/), 'the log has it');
    ok($d->wait_log(qr/in_bytes=15 out_bytes=15 .* reason=drained$/),
        'and the reason');
    $d->finish;
}
done_testing;
