# SPDX-License-Identifier: ISC
# If this fails, the transcript differs from the output of the tutorial's
# client programs, or depends on how the server and the network split the
# stream.
use strict;
use warnings;

use FindBin;
use Test::More;
use Client;
use Clock;
use Echoc;
use Echod;
use Files;
use Machine;
use Namespace;
use Process;
use Server;

# Each is started by the port that it is to listen on, 0 for any.
my %servers = (
    echod => sub {
        my $port = shift;
        return Echod->start(
            config => qq(listen = ( { address = "127.0.0.1"; port = $port; } );)
        );
    },
    "the tutorial's server" => sub {
        return Tutorial->start(shift);
    },
    'in one piece' => sub { return Server->start(port => shift) },
    map {
        my $n = $_;
        ("in pieces of $n" =>
            sub { return Server->start(port => shift, chunk => $n) });
    } (1, 7, 16),
);

# The server of the tutorial: one client after the other, 16 bytes at a time.
package Tutorial {
    sub start {
        my ($class, $port) = @_;
        my $python = Machine::has('python3')
            // Test::More::skip('no python3 here', 1);
        pipe my $reader, my $writer or die "pipe: $!\n";
        my $pid = Process::launch(
            [$python, "$FindBin::Bin/../data/tutorial-server.py", $port],
            stdout => $writer);
        close $writer;
        my $line = Client::readable($reader, Clock::START * Clock::scale())
            ? readline $reader : undef;
        ($port) = ($line // '') =~ /^(\d+)$/
            or die "the tutorial's server does not start\n";
        return bless { pid => $pid, port => $port }, $class;
    }

    sub port { return $_[0]{port} }
    sub stop { return Process::end($_[0]{pid}) }
}

# Form, golden file, arguments; the port comes behind.
my @forms = (
    ['echoc', 'echoc'],
    ['echoc --easy', 'easy', '--easy', '-4'],
    ['echoc HOST', 'host', '127.0.0.1'],
);

# The golden text, for a port.
sub golden {
    my ($name, $port) = @_;
    my $text = Files::slurp("$FindBin::Bin/../data/transcript-$name.txt");
    return $text =~ s/ port 10000$/ port $port/mr;
}

# each_form(WHO, PORT, ARGUMENT...): all three, with the same result.
sub each_form {
    my ($who, $port, @more) = @_;
    for (@forms) {
        my ($form, $name, @args) = @$_;
        Echoc::same(Echoc::run(args => [@args, @more]), "$form: $who",
            status => 0, stdout => '', stderr => golden($name, $port));
    }
    return;
}

for my $who (sort keys %servers) {
  SKIP: {
        my $server = $servers{$who}->(0);
        each_form($who, $server->port, '-p', $server->port);
        $server->isa('Echod') ? $server->finish : $server->stop;
    }
}

# A buffer of the tutorial's size, where echod itself cuts the message.
my $d = Echod->start(options => ['-o', 'buffer_size=16']);
each_form('echod with 16 bytes', $d->port, '-p', $d->port);
$d->finish;

# With no other argument, on the port that the tutorial has.
SKIP: {
    skip 'no private network here', 1 unless Namespace::network();
    for my $who (sort keys %servers) {
      SKIP: {
            my $server = $servers{$who}->(10000);
            each_form("$who, port 10000", 10000);
            $server->isa('Echod') ? $server->finish : $server->stop;
        }
    }
}
done_testing;
