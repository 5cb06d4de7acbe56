# SPDX-License-Identifier: ISC
#
# Load: clients in processes of their own, as many as it takes to keep a server
# busy while the test does something to it, and clients that come all at once.
#
#	my $load = Load->start(port => $d->port, clients => 4);
#	...
#	my $result = $load->stop;	# connections, errors, slowest
#
# Each client connects, sends seeded messages, compares every byte that comes
# back, half-closes, wants the end of the stream, and begins again.  Anything
# else is an error, and no error is forgiven here.
package Load;

use strict;
use warnings;

use Errno qw(EAGAIN EINPROGRESS);
use IO::File;
use List::Util qw(max min);
use Socket qw(:DEFAULT SOCK_NONBLOCK);
use Test::More;
use Time::HiRes ();

use Client;
use Clock;
use Echod;
use Files;
use Machine;
use Process;

use constant { ROUNDS => 5, MOST_ROUNDS => 15 };

# Seconds: what a round may take on a machine that stands still for a while.
use constant LIMIT => 15;

# start(%arg): port or ports, clients (4), and if wanted:
#   connections => how many each client makes at most
#   rate        => connections a second of each client at most
#   messages    => how many a connection sends at most (3)
#   size        => bytes of each at most (4000)
#   patience    => seconds after which a silent server is an error (10)
sub start {
    my ($class, %arg) = @_;
    my $self = bless {
        ports       => [$arg{port} // ()],
        clients     => 4,
        connections => 9**15,
        rate        => 9**15,
        messages    => 3,
        size        => 4000,
        patience    => 10,
        dir         => Files::new_dir(),
        %arg,
    }, $class;
    Files::spew("$self->{dir}/$_", '') for qw(seconds errors);
    $self->{pids} = [map {
        my $id = $_;
        Process::child(sub { $self->client($id) });
    } 0 .. $self->{clients} - 1];
    return $self;
}

# client(ID): until TERM comes, or all is done.
sub client {
    my ($self, $id) = @_;
    my ($stop, $done) = (0, 0);
    my @ports = @{ $self->{ports} };
    $SIG{TERM} = sub { $stop = 1 };
    srand 1000 + $id;
    my $block = Client::seeded($id, 65536);
    while (!$stop && $done < $self->{connections}) {
        my $port = $ports[($id + $done) % @ports];
        my $begin = Clock::now();
        $self->{from} = 'none';
        my $good = eval { $self->connection($port, $block); 1 };
        my $took = Clock::now() - $begin;
        $done++;
        $self->record(errors => sprintf 'client %d, connection %d, port %d,'
            . ' from %s, after %.3f s: %s', $id, $done, $port, $self->{from},
            $took, $@) unless $good;
        $self->record(seconds => pack 'd', $took);
        my $pause = $begin + 1 / $self->{rate} - Clock::now();
        Time::HiRes::sleep($pause) if $pause > 0;
    }
    return;
}

# connection(PORT, DATA): one from beginning to end; dies of what goes wrong.
sub connection {
    my ($self, $port, $block) = @_;
    my @patience = (timeout => $self->{patience});
    my $sock = Client::connect('127.0.0.1', $port) or die "connect: $@\n";
    $self->{from} = $sock->sockport;
    for my $message (1 .. 1 + int rand $self->{messages}) {
        my $data = substr $block, int rand(length($block) - $self->{size}),
            1 + int rand $self->{size};
        my $back = Client::echo($sock, $data, @patience);
        die sprintf "message %d, %d of %d bytes: %s\n", $message, length $back,
            length $data, $Client::problem if $Client::problem ne '';
        die "message $message came back different\n" if $back ne $data;
    }
    my $more = Client::echo($sock, '', eof => 1, @patience);
    die "the end of the stream: $Client::problem\n" if $Client::problem ne '';
    die "more bytes than were sent\n" if $more ne '';
    return;
}

# record(FILE, TEXT): one write to a file opened for appending: they never mix.
# It is seconds, with those of each connection that is over, or errors.
sub record {
    my ($self, $file, $text) = @_;
    $self->{$file} //= IO::File->new("$self->{dir}/$file", '>>')
        // die "$file: $!\n";
    syswrite $self->{$file}, $text;
    return;
}

# connections: how many were made up to now, by all clients.
sub connections { return (-s "$_[0]{dir}/seconds") / length pack 'd', 0 }

# running: whether some client is still at it.
sub running {
    my ($self) = @_;
    $self->{pids} = [grep { !defined Process::wait($_, 0) } @{ $self->{pids} }];
    return @{ $self->{pids} } > 0;
}

# stop: let every client finish the connection it is in; returns as wait().
sub stop {
    my ($self) = @_;
    kill TERM => @{ $self->{pids} } if $self->running;
    return $self->wait($self->{patience} * 2 + 5);
}

# wait(SECONDS): wait until all clients have done what they were told, as with
# `connections`.  Returns a hash of connections, errors (a list of lines), and
# slowest (seconds).
sub wait {
    my ($self, $seconds) = @_;
    if (!Clock::until(sub { !$self->running }, $seconds // 300)) {
        $self->record(errors => "a client does not end\n");
        Process::end($_) for @{ $self->{pids} };
    }
    return {
        connections => $self->connections,
        slowest     => max(0, unpack 'd*',
            Files::slurp("$self->{dir}/seconds")),
        errors      => [split /\n/, Files::slurp("$self->{dir}/errors")],
    };
}

# over_reloads(reloads => N, ...): a whole test, clients that come and go while
# echod is reloaded so many times; more arguments are for start().
sub over_reloads {
    my %o = @_;
    my $reloads = delete $o{reloads};

    my $d = Echod->start(
        config => qq(listen = ( { address = "127.0.0.1"; port = 0; },
            { address = "127.0.0.1"; port = 0; } );\nworkers = { max = 64; };\n),
        log => 'notice',
    );
    my @ports = $d->ports;
    my $before = Process::listeners($d->pid);
    my $load = Load->start(ports => \@ports, clients => 6, %o);

    ok(Clock::until(sub { $load->connections >= 50 }), 'clients come and go');
    my @wrong;
    my $busy = 0;
    for (1 .. $reloads) {
        my $connections = $load->connections;
        my $line = $d->reload // 'no answer to HUP';
        push @wrong, $line if $line !~ /reload done/;
        # Not all of them between two connections.
        $busy++ if Clock::until(sub { $load->connections > $connections });
    }
    is_deeply(\@wrong, [], "$reloads reloads done");
    is($busy, $reloads, 'clients were served around each of them');

    my $result = $load->stop;
    is_deeply($result->{errors}, [],
        'no connection refused, reset, cut short or changed');
    note "$result->{connections} connections, slowest $result->{slowest} s";
    is_deeply(Process::listeners($d->pid), $before,
        'the listening sockets are still the same ones');
    is($d->count_log(qr/: reload done /), $reloads, 'each is in the log');
    is(Client::echo_once($_, 'after'), 'after', "port $_ answers") for @ports;
    $d->finish;
    done_testing;
    return;
}

# All at once ----------------------------------------------------------------

# bursts(clients => N, options => [...], best => S): a whole test, how long it
# takes until all of so many clients have their echo, measured over a few
# rounds, each with a new echod.  What else the machine does makes some rounds
# longer: there are more of them until one was in time.
sub bursts {
    my %o = @_;

    plan(skip_all => 'so many valgrinds at once would be a test of valgrind')
        if @Machine::WRAPPER;
    my $most = Clock::is_slow() ? ROUNDS : MOST_ROUNDS;
    my @seconds;
    for my $round (1 .. $most) {
        my $d = Echod->start(
            options => ['-o', 'log.level=notice', @{ $o{options} }]);
        is(scalar $d->workers, 5, "round $round: five workers");
        my ($seconds, @failed) = burst(port => $d->port, n => $o{clients});
        is_deeply(\@failed, [], "round $round: every client got its echo");
        # So many workers as after this are too many for the usual checks.
        $d->finish(unseen => 1, timeout => 20);
        push @seconds, $seconds;
        last if $round >= ROUNDS && min(@seconds) <= $o{best};
    }
    diag sprintf 'all of %d echoed after %s ms', $o{clients},
        join ', ', map { sprintf '%.0f', $_ * 1000 } @seconds;
  SKIP: {
        skip 'this build is slow by design', 1 if Clock::is_slow();
        cmp_ok(min(@seconds), '<=', $o{best}, 'in time, in the best round');
    }
    cmp_ok(max(@seconds), '<=', LIMIT * Clock::scale(),
        'and in no round for ever');
    done_testing;
}

# burst(port => P, n => N, while_open => CODE): N connections at once, from this
# process.  Each sends 64 bytes as soon as it is connected; the clock starts
# before the first connect and stops when the last byte of the last echo has
# come.  All stay open until then, so that each needs a worker of its own.
# Returns seconds and a list of errors, then closes all.
sub burst {
    my %o = @_;
    my $address = pack_sockaddr_in($o{port}, INADDR_LOOPBACK);
    my $block = Client::seeded(1, 64 + $o{n});
    my (@clients, @errors);

    my $start = Clock::now();
    for my $i (0 .. $o{n} - 1) {
        socket my $sock, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0
            or die "socket: $!";
        my $data = substr $block, $i, 64;
        # Over loopback a connect is over at once, as a rule.
        my $good = connect($sock, $address) || $! == EINPROGRESS;
        my $sent = $good ? syswrite $sock, $data : undef;
        if (defined $sent || $! == EAGAIN) {
            push @clients, [$i, $sock, $data, $sent // 0];
        } else {
            push @errors, "client $i: $!";
        }
    }
    # In the order of connecting: the last to be complete is what counts.
    for (@clients) {
        my ($i, $sock, $data, $sent) = @$_;
        my $left = $start - Clock::now() + 20 * Clock::scale();
        my $back = Client::echo($sock, substr($data, $sent),
            bytes => 64, timeout => max(0, $left) / Clock::scale());
        push @errors, "client $i: " . ($Client::problem || 'another echo')
            if $back ne $data;
    }
    my $seconds = Clock::now() - $start;
    $o{while_open}->() if $o{while_open};
    close $_->[1] for @clients;
    return ($seconds, @errors);
}

1;
