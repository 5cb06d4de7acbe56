# SPDX-License-Identifier: ISC
#
# If this fails, the configuration is parsed, and name services are asked, by a
# process that is root; or what only root may read is not read any more.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Machine;
use Process;
use Shim;

Machine::needs('root');
my @prefix =
    Machine::has('setpriv') ? ('setpriv', '--groups', '0,1,2,3') : ();

# Folder and files are root's alone, and so is the way to the directory that the
# workers are to be locked into.
my $dir = Files::new_dir();
mkdir "$dir/jail";
mkdir "$dir/open", 0777;
chmod 0777, "$dir/open";
Files::spew("$dir/part.conf", qq(workers = { max = 77; };\n));
chmod 0600, "$dir/part.conf";
my $text = qq(listen = ( { address = "localhost"; port = 0; } );
\@include "$dir/part.conf"
chroot = "$dir/jail";\n);
chmod 0700, "$dir";

my $shim = Shim->build;
my $d = Echod->start(env => $shim->env, prefix => \@prefix, config => $text);
chmod 0600, $d->config_file;

$shim->on('hold-getaddrinfo');
my $from = $d->mark;
$d->signal('HUP');
my $loader;
ok(Clock::until(sub { ($loader) = $shim->entered('getaddrinfo') }),
    'a name service is asked');
my %wanted = (
    Uid        => join("\t", (65534) x 4),
    Gid        => join("\t", (65534) x 4),
    Groups     => '',
    NoNewPrivs => 1,
    CapEff     => '0000000000000000',
    CapPrm     => '0000000000000000',
);
is_deeply({ map { $_ => Process::status($loader, $_) } keys %wanted },
    \%wanted, 'by a process that is not root and cannot become root');
my %open = %{ Process::descriptors($loader) };
is_deeply([ sort grep { $_ > 2 && $open{$_} !~ m{^/} } keys %open ], [],
    'and has nothing open that is of the master');
$shim->off('hold-getaddrinfo');
ok($d->wait_log(qr/: reload done/, from => $from), 'which the reload does with');

my ($status, $out) = Echod->run(args => [ '-T', '-c', $d->config_file ]);
is($status, 0, 'files that only root may read are read');
like($out, qr/^\tmax = 77;/m, 'with what they include');

# The directory is out of the loader's reach, and still looked at.
$d->rewrite($text =~ s{/jail}{/open}r);
my $reason = qr{chroot: \Q$dir\E/open must belong to root and be writable by nobody else};
($status, undef, my $said) = Echod->run(args => [ '-t', '-c', $d->config_file ]);
is($status, 78, 'a chroot that is not safe: status 78');
like($said, qr/^echod: (?:\S+:\d+: )?$reason$/m, 'and the reason');
like($d->reload, qr/: error: reload failed, nothing has changed: .*$reason/,
    'at a reload, too');
$d->expect_log(qr/: error: reload failed, nothing has changed: /);
chmod 0755, "$dir";
($status, undef, $said) = Echod->run(args => [ '-t', '-c', $d->config_file ]);
like($said, qr/^echod: \S+:3: $reason$/m, 'with its line where the loader sees it');
$d->finish;
done_testing;
