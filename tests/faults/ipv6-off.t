# SPDX-License-Identifier: ISC
# rows: 114
#
# If this fails, echod does not start on a machine without IPv6, such as a
# container, although it has IPv4 addresses to listen on; or it starts without
# an IPv6 address that was configured as a number, or that is missing for
# another reason.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Files;
use Machine;
use Namespace;
use Process;

Machine::needs('ip', 'mount');
Namespace::needs_network(ipv6 => 0);

# The IPv6 wildcard can be bound nevertheless, but no client can connect to it.
for my $address ('', '*') {
    my $d = Echod->start(
        config => qq(listen = ( { address = "$address"; port = 0; } );\n));
    is(Client::echo_once($d->port_of('0.0.0.0'), 'x'), 'x',
        qq("$address" answers over IPv4));
    like($d->reload, qr/: reload done /, 'it can be reloaded');
    is(Client::echo_once($d->port_of('0.0.0.0'), 'x'), 'x', 'and answers');
    $d->finish;
}

# A name that stands for addresses of both families.
my $dir = Files::new_dir();
open my $fh, '>', "$dir/hosts" or die "hosts: $!";
print {$fh} "127.0.0.1 localhost both\n::1 localhost both\n",
    "127.0.0.1 global\n2001:db8::1 global\n2001:db8::2 six\n";
close $fh;
chmod 0644, "$dir/hosts";
SKIP: {
    skip 'no /etc/hosts of our own here', 33
      if system("mount --bind $dir/hosts /etc/hosts 2>/dev/null") != 0;
    my $d = Echod->start(
        config => qq(listen = ( { address = "both"; port = 0; } );\n),
        log    => 'notice',
    );
    is_deeply([ map { s/:\d+$//r } keys %{ Process::listeners($d->pid) } ],
        ['127.0.0.1'], 'a name is as many addresses as there are');
    is($d->count_log(qr/ echod\[\d+\]: skipped \[::1\]:0\b/),
        1, 'the log has a notice of the one that is not there');
    is(Client::echo_once($d->port, 'x'), 'x', 'it answers');
    like($d->reload, qr/: reload done /, 'it can be reloaded');
    is(Client::echo_once($d->port, 'x'), 'x', 'and answers');
    $d->finish;

    # One of them is that of a network which is not used any more; of IPv6
    # there may still be the loopback address.
    for my $lo (1, 0) {
        ipv6_off(lo => $lo);
        $d = Echod->start(log => 'notice', config =>
              qq(listen = ( { address = "global"; port = 0; } );\n));
        is($d->count_log(qr/\bechod\[\d+\]: skipped \[2001:db8::1\]:0\b/),
            1, "a global address, lo off=$lo: a notice");
        is(Client::echo_once($d->port, 'x'), 'x', 'it answers');
        $d->finish;
    }
    my ($status, undef, $text) =
      Echod->run(args => [ '-F', '-l', 'six:0' ]);
    is($status, 69, 'a name that has nothing else: status 69');
    like($text, qr/none of the address families/, 'with the reason');

    # It may come, when IPv6 is there.
    ipv6_off(all => 0, lo => 0);
    ($status, undef, $text) = Echod->run(args => [ '-F', '-l', 'global:0' ]);
    is($status, 69, 'a global address, and IPv6 is there: status 69');
    like($text, qr/\[2001:db8::1\].*Cannot assign/, 'it is named');
    ipv6_off(all => 1, lo => 1);
}

# A literal is meant.
my ($status, undef, $text) =
  Echod->run(args => [ '-F', '-l', '127.0.0.1:0', '-l', '[::1]:0' ]);
is($status, 69, 'the literal ::1 cannot be bound: status 69');
like($text, qr/\[::1\].*Cannot assign/, 'it is named');
done_testing;

# ipv6_off(INTERFACE => 1 or 0, ...): "all" is for all that there are.
sub ipv6_off {
    my @order = @_;
    while (my ($interface, $off) = splice @order, 0, 2) {
        my $file = "/proc/sys/net/ipv6/conf/$interface/disable_ipv6";
        open my $out, '>', $file or die "$file: $!";
        syswrite $out, "$off\n" or die "$file: $!";
        close $out;
    }
    return;
}
