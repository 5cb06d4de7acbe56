# SPDX-License-Identifier: ISC
# If this fails, a wrong echo counts as a right one, an error has another exit
# status than the manual says or does not say where it is, or the output is not
# what the server returned.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echoc;
use Files;
use Server;

my $data = Client::seeded(7, 300_000);
my $size = length $data;
my $block = 4096;
my $dir = Files::new_dir();
open my $fh, '>:raw', "$dir/data" or die "$dir/data: $!\n";
print $fh $data;
close $fh or die "$dir/data: $!\n";

# What comes back of the data, by fault and place.
my %stream = (
    flip => sub { splice_in($_[0], 1, sub { $_[0] ^ "\x01" }) },
    drop => sub { splice_in($_[0], 1, sub { '' }) },
    repeat => sub { splice_in($_[0], $block, sub { $_[0] . $_[0] }) },
    swap => sub {
        splice_in($_[0], 2 * $block,
            sub { substr($_[0], $block) . substr $_[0], 0, $block });
    },
    extra => sub { $data . 'extra' },
);

sub splice_in {
    my ($at, $length, $code) = @_;
    return substr($data, 0, $at) . $code->(substr $data, $at, $length)
        . substr $data, $at + $length;
}

# The offset of the first byte that is not as it should be.
sub first_difference {
    my $back = shift;
    my $same = substr $back, 0, $size;
    ($same ^ substr $data, 0, length $same) =~ /^\0*/;
    return $+[0];
}

# So many at the same time: most of them wait.
use constant TOGETHER => 12;

my @begun;

# check(NAME, FAULT, STATUS, ARGUMENTS, %want): begin both forms of one run, for
# judge() to look at.  Wanted are:
#   numbers  these are in the message
#   hex      runs of bytes in hexadecimal are in it, so many at least
#   least    so many bytes are on standard output
#   most     and not more than that
sub check {
    my ($name, $fault, $status, $args, %want) = @_;
    my %check = (name => $name, status => $status, want => \%want);
    for my $form ('text', 'json') {
        my $server = Server->start(%$fault);
        $check{$form} = {
            server => $server,
            client => Echoc::start(args => ['send',
                    $form eq 'json' ? '-j' : (), '-f', "$dir/data", @$args,
                    $server->target]),
        };
    }
    push @begun, \%check;
    judge() if @begun >= (Clock::is_slow() ? 2 : TOGETHER);
    return;
}

# judge(): all that have begun.
sub judge {
    judge_one(shift @begun) while @begun;
    return;
}

sub judge_one {
    my $check = shift;
    my ($name, $status, %want) = (@$check{qw(name status)},
        %{ $check->{want} });
    my $server = $check->{text}{server};
    my $r = $check->{text}{client}->wait;
    is($r->{status}, $status, "$name: status $status") or diag($r->{stderr});
    my $why = $r->{stderr};
    if ($status == 0) {
        is($why, '', "$name: and no error");
    } else {
        like($why, Echoc::error_line('127.0.0.1', $server->port),
            "$name: one line says why");
    }
    for (@{ $want{numbers} // [] }) {
        like($why, qr/(?<![\d.])$_(?![\d.])/, "$name: it has $_");
    }
    my @hex = $why =~ /(\b(?:[0-9a-f]{2}[ :]?){4,16}(?![0-9a-f]))/gi;
    cmp_ok(scalar @hex, '>=', $want{hex} // 0, "$name: it has the bytes")
        or diag($why);

    my $n = length $r->{stdout};
    ok($r->{stdout} eq substr($data, 0, $n),
        "$name: standard output has the beginning of what was sent");
    cmp_ok($n, '>=', $want{least} // 0, "$name: enough of it");
    cmp_ok($n, '<=', $want{most} // $size, "$name: not too much of it");
    cmp_ok($r->{seconds}, '<', 10 * Clock::scale(), "$name: soon");

    # The same for a program.
    $r = $check->{json}{client}->wait;
    is($r->{status}, $status, "$name -j: the same status");
    my $json = Echoc::json($r->{stdout});
    is($json->{status}, $status, "$name -j: and in the document");
    is($json->{mode}, 'send', "$name -j: with the mode");
    Echoc::complete($json, "$name -j: it has all members");
    cmp_ok($json->{bytes_received}, '>', $json->{bytes_verified},
        "$name -j: what differs was received") if $status == 6;
    my $error = $json->{error};
    if ($status == 0) {
        is($error, undef, "$name -j: and no error");
        return;
    }
    is(join(' ', sort keys %{ $error // {} }), 'errno kind message',
        "$name -j: with an error of three parts") or diag($r->{stdout});
    like($error->{kind}, qr/^[a-z]+(?:_[a-z]+)*\z/, "$name -j: its kind");
    my $message = $error->{message} // 'none';
    like($r->{stderr}, qr/: \Q$message\E\n\z/,
        "$name -j: the message is that of the line");
    is($json->{bytes_verified}, $want{most}, "$name -j: what was equal")
        if defined $want{most} && defined $want{least}
        && $want{most} == $want{least};
    return;
}

# A wrong echo, where most of it is still to come, and at its ends.
for my $fault (qw(flip drop repeat swap)) {
    my $offset = first_difference($stream{$fault}->(100_000));
    check("$fault at 100000", { fault => $fault, at => 100_000 }, 6, [],
        numbers => [$offset], hex => 2,
        least => $offset, most => $offset);
}
for my $at (0, 1, 15, 65536, $size - 1) {
    check("flip at $at", { fault => 'flip', at => $at }, 6, [],
        numbers => [$at], least => $at, most => $at);
}
check('the last byte is missing', { fault => 'drop', at => $size - 1 }, 7,
    [], numbers => [$size - 1, $size], least => $size - 1,
    most => $size - 1);
check('extra', { fault => 'extra' }, 6, [], numbers => [$size],
    least => $size, most => $size);
check('extra, one piece with the rest',
    { fault => 'extra', at => $size - 10 }, 6, [],
    numbers => [$size - 10], least => $size - 10, most => $size - 10);
check('flip, in pieces', { fault => 'flip', at => 1000, chunk => 7 }, 6, [],
    numbers => [1000], least => 1000, most => 1000);

# An echo that ends.
check('early', { fault => 'early', at => 100_000 }, 7, [],
    numbers => [100_000], least => 100_000, most => 100_000);
check('early, at once', { fault => 'early', at => 0 }, 7, [],
    numbers => [0], most => 0);
check('reset', { fault => 'reset', at => 100_000 }, 7, [],
    most => 100_000);
check('reset, at once', { fault => 'reset', at => 0 }, 7, [], most => 0);

# An echo that does not come, or does not end.
my @patience = ('-W', '0.5');
# For clients that have to be served before that.
my @longer = ('-W', 1.5 * Clock::scale());
check('silent', { fault => 'silent' }, 5, \@patience, most => 0);
check('unread', { fault => 'unread' }, 5, \@patience, most => 0);
check('stall', { fault => 'stall', at => 5000, for => 600 }, 5, \@longer,
    least => 5000, most => 5000);
check('no_close', { fault => 'no_close' }, 5, \@longer, least => $size);

# A pause that is shorter than that is none.
check('short pauses', { fault => 'stall', every => 60_000, for => 0.3 }, 0,
    ['-W', 4 * Clock::scale()], least => $size);

# No server listens, or the server does not answer.
check('refuse', { fault => 'refuse' }, 4, [], most => 0);
check('accept_never', { fault => 'accept_never' }, 5, \@patience, most => 0);
check('nobody can connect', { fault => 'accept_never', full => 1 }, 4,
    \@patience, most => 0);

# Who does not half-close has it all as soon as it is back.
for my $fault ('none', 'no_close') {
    check("--no-half-close: $fault", { fault => $fault }, 0,
        ['--no-half-close'], least => $size);
}
check('--no-half-close: flip', { fault => 'flip', at => 5 }, 6,
    ['--no-half-close'], numbers => [5], least => 5, most => 5);
check('--no-half-close: early', { fault => 'early', at => 5 }, 7,
    ['--no-half-close'], numbers => [5], least => 5, most => 5);

judge();

# A short message, all of which is on its way when the connection ends.
my $server = Server->start(fault => 'early', at => 500);
my $text = 'x' x 1234;
my $r = Echoc::run(args => ['send', '-m', $text, $server->target]);
Echoc::same($r, 'early in a short message', status => 7,
    stdout => 'x' x 500, stderr => qr/\b500 of 1234\b/);

# More than the buffers can hold, and the server does not read.
$server = Server->start(fault => 'unread', rcvbuf => 8192);
open my $zero, '<', '/dev/zero' or die "/dev/zero: $!\n";
$r = Echoc::run(args => ['send', @patience, $server->target],
    stdin => $zero);
Echoc::same($r, 'unread, without an end', status => 5, stdout => '',
    stderr => Echoc::error_line('127.0.0.1', $server->port));
done_testing;
