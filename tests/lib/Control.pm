# SPDX-License-Identifier: ISC
#
# Control: a caller of the control socket of an echod.
#
#	my $d = Echod->start(options => [Control::option($path)]);
#	my @lines = Control::ask($path, 'status');    # the last is "ok"
package Control;

use strict;
use warnings;

use IO::Socket::UNIX;
use Socket qw(SOCK_STREAM);

use Client;
use Clock;
use Echoc;
use Machine;

# option(PATH): the arguments that put the socket there.
sub option { return ('-o', "control.path=$_[0]") }

# open(PATH): a connection, or undef with $!.
sub open {
    my ($path) = @_;
    return IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $path);
}

# say(SOCKET, REQUEST): send it as a line.
sub say {
    my ($s, $request) = @_;
    return syswrite $s, "$request\n";
}

# answer(SOCKET, SECONDS): the lines of an answer up to its last one, "ok" or
# "error ..."; what there is when nothing more comes.
sub answer {
    my ($s, $seconds) = @_;
    my $deadline = Clock::now() + ($seconds // Clock::DEADLINE) * Clock::scale();
    my $text = '';
    while ($text !~ /^(?:ok|error \d+ .*)\n\z/m) {
        my $left = $deadline - Clock::now();
        last if $left <= 0 || !Client::readable($s, $left);
        sysread $s, $text, 65536, length $text or last;
    }
    return split /\n/, $text;
}

# ask(PATH, REQUEST, SECONDS): the lines of the answer; none when nobody
# listens.
sub ask {
    my ($path, $request, $seconds) = @_;
    my $s = Control::open($path) or return;
    Control::say($s, $request);
    return answer($s, $seconds);
}

# ctl(PATH, ARGUMENTS...): run echodctl; the result of Echoc.
sub ctl {
    my ($path, @args) = @_;
    return start($path, args => \@args)->wait;
}

# start(PATH, args => [...], ...): one that goes on, with the arguments of Echoc.
sub start {
    my ($path, %arg) = @_;
    return Echoc::start(%arg, program => $Machine::ECHODCTL,
        args => ['-s', $path, @{ $arg{args} }]);
}

1;
