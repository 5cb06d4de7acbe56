# SPDX-License-Identifier: ISC
# rows: 62, 63
#
# If this fails, a configuration file that is a FIFO, a device, a directory, a
# socket or a loop of links hangs a start or a reload, or ends the service.
use strict;
use warnings;

use IO::Socket::UNIX;
use POSIX ();
use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Process;

my $dir = Files::new_dir();
my $socket;

# What is put at a path, and how that can be said.
my %kind = (
    fifo      => [sub { POSIX::mkfifo($_[0], 0644) }, qr/is a FIFO/],
    directory => [sub { mkdir $_[0] }, qr/is a directory/],
    device    => [sub { symlink '/dev/zero', $_[0] }, qr/is a device/],
    socket    => [sub {
        $socket = IO::Socket::UNIX->new(Local => $_[0], Listen => 1);
    }, qr/is a socket/],
    loop      => [sub { symlink $_[0], $_[0] }, qr/symbolic links/],
    nothing   => [sub { symlink '/nonexistent', $_[0] }, qr/No such file/],
);

for my $kind (sort keys %kind) {
    my ($make, $why) = @{ $kind{$kind} };
    my $path = "$dir/$kind";
    $make->($path);
    my $includes = "$dir/includes-$kind";
    Files::spew($includes, qq(# one\n\@include "$path"\n));
    for my $file ($path, $includes) {
        my $what = "$kind" . ($file eq $path ? '' : ' that is included');
        my $start = Clock::now();
        my ($status, $out, $err) =
            Echod->run(args => ['-F', '-c', $file, '-l', '127.0.0.1:0']);
        Clock::soon($start, "$what: refused at once");
        like($status, qr/^(?:66|78)$/, "$what: the status is a file's");
        like($err, qr/^echod: \Q$dir\E\S* .*$why/, "$what: with the reason");
        is($err =~ tr/\n//, 1, "$what: in one line");
    }
}

# The same at reloads of one echod.
my $d = Echod->start(log => 'notice');
my $file = $d->config_file;
my ($listeners, @workers) = (Process::listeners($d->pid), $d->workers);
$d->expect_log(qr/: error: reload failed, nothing has changed: /);
for my $kind (sort keys %kind) {
    my ($make, $why) = @{ $kind{$kind} };
    -d $file && !-l $file ? rmdir $file : unlink $file;
    $make->($file);
    my $start = Clock::now();
    like($d->reload, qr/: error: reload failed.*\Q$file\E\b.*$why/,
        "a reload meets a $kind");
    Clock::soon($start, 'and says so at once');
}
is_deeply([$d->workers], \@workers, 'the same workers');
is_deeply(Process::listeners($d->pid), $listeners, 'and listeners');
unlink $file;
$d->rewrite(Echod::DEFAULT_CONFIG);
like($d->reload, qr/reload done/, 'a file is loaded again');
is(Client::echo_once($d->port, 'x'), 'x', 'it serves');
$d->finish;
done_testing;
