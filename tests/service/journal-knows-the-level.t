# SPDX-License-Identifier: ISC
#
# If this fails, the journal shows an error of echod as one line among others:
# journalctl -p does not find it.
#
# root: the manager has a control group and namespaces of its own
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Files;
use Machine;
use Manager;

Machine::needs('journalctl');
my $m = Manager->start;
$m->journal or plan skip_all => 'no journal here';

# lines(PRIORITY): the messages of this priority, or a more important one.
sub lines {
    my $priority = shift;
    my ($status, $text) = $m->run(qw(journalctl --no-pager -o cat -t echod -p),
        $priority);
    return split /\n/, $text;
}

# has(PRIORITY, qr/RE/): whether there is such a line.
sub has {
    my ($priority, $re) = @_;
    return Clock::until(sub { grep { $_ =~ $re } lines($priority) });
}

my $config = $m->dir . '/echod.conf';
Files::spew($config, qq(listen = ( { address = "127.0.0.1"; port = 10007; } );\n));
$m->service('echod', <<'END', '-c', $config);
Type=notify
StandardError=journal
ExecReload=kill -HUP $MAINPID
END
$m->systemctl('start', 'echod');
is Client::echo_once(10007, 'hello'), 'hello', 'it serves';

ok has('info', qr/^echod\[\d+\]: connection ended /), 'a connection is info';
ok has('notice', qr/^echod\[\d+\]: ready /), 'the start is a notice';
is_deeply [grep { /connection ended/ } lines('notice')], [],
    'and nothing else is one';
Files::spew($config, "nonsense\n");
$m->systemctl('reload', 'echod');
ok has('err', qr/^echod\[\d+\]: error: reload failed/),
    'a reload that fails is an error';
is_deeply [grep { /ready/ } lines('warning')], [], 'and the start is none';

$m->systemctl('stop', 'echod');
$m->systemctl('start', 'echod');
ok has('err', qr/^echod: \Q$config\E:\d+: /), 'so is a start that fails';
$m->finish;

done_testing;
