# SPDX-License-Identifier: ISC
#
# If this fails, an echod whose workers are to stay root does not start where
# root cannot give up anything, as in a container without capabilities; or an
# echod whose workers are to be another user does not say which step failed.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Files;
use Machine;
use Process;

Machine::needs('root');

sub works { return system("@_ true >/dev/null 2>&1") == 0 }

my @namespace = ('unshare', '-Ur');
my @groups    = ('setpriv', '--groups', '0,1,2');
my @bare      = ('setpriv', '--bounding-set=-all', '--inh-caps=-all');
my %place     = (
    'a user namespace with one id' => \@namespace,
    'the same, with groups'        => [ @groups, @namespace ],
    'no capabilities'              => \@bare,
    'no capabilities, but groups'  => [ @bare, '--groups', '0,1,2' ],
);

for my $name (sort keys %place) {
    my @prefix = @{ $place{$name} };
    SKIP: {
        skip "$name: not here", 4 if !works(@prefix);
        my $d = Echod->start(prefix => \@prefix, options => ['-o', 'user=root']);
        is_deeply([ map { Process::status($_, 'NoNewPrivs') } $d->workers ],
            [ (1) x 5 ], "$name: root serves as root");
        is(Client::echo_once($d->port, 'x'), 'x', "$name: it answers");
        like($d->reload, qr/: reload done /, "$name: it can be reloaded");
        $d->finish;
    }
}

# The step that failed is named, also on standard error of the start.
for my $case (
    [ 'no such user', \@namespace, [ 'user=nobody', 'group=root' ],
        qr/cannot become uid \d+: this user namespace does not have it/ ],
    [ 'no such group', \@namespace, [ 'user=root', 'group=nogroup' ],
        qr/cannot become gid \d+: this user namespace does not have it/ ],
    [ 'groups stay', [ @groups, @namespace ], ['user=nobody'],
        qr/cannot drop the supplementary groups: Operation not permitted/ ],
    [ 'no capabilities', \@bare, ['user=nobody'],
        qr/cannot become gid \d+: Operation not permitted/ ],
) {
    my ($name, $prefix, $options, $reason) = @$case;
    SKIP: {
        skip "$name: not here", 2
            if !works(@$prefix) || !getgrnam 'nogroup';
        my ($status, undef, $text) = Echod->run(prefix => $prefix,
            args => [ '-l', '127.0.0.1:0', '-p', Files::new_name(),
                map { ('-o', $_) } @$options ]);
        is($status, 77, "$name: status 77");
        like($text, qr/^echod: the forker died\b.*: $reason$/m,
            "$name: the reason");
    }
}
done_testing;
