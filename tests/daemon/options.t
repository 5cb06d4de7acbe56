# SPDX-License-Identifier: ISC
# If this fails, the command line does not work as the manual says, or accepts
# a mistake.
use strict;
use warnings;

use Test::More;
use Client;
use Echod;
use Files;
use Machine;

my $dir = Files::new_dir();
write_file("$dir/good.conf", Echod::DEFAULT_CONFIG);

# Mistakes: status, a piece of the message.
my @mistakes = (
    [64, qr/unknown option -x/, '-x'],
    [64, qr/unknown option -x/, '-Fx'],
    [64, qr/unknown option --foreheads/, '--foreheads'],
    [64, qr/-c needs a value/, '-c'],
    [64, qr/-l needs a value/, '-F', '-l'],
    [64, qr/--config needs a value/, '--config'],
    [64, qr/--test=x takes no value/, '--test=x'],
    [64, qr/unexpected argument now/, '-F', 'now'],
    [64, qr/-o foo: expected KEY=VALUE/, '-t', '-o', 'foo'],
    [64, qr/-o foo: unknown setting/, '-t', '-o', 'foo=1'],
    [64, qr/workers\.max/, '-t', '-o', 'workers.maxx=1'],
    [64, qr/-o workers\.max: "x" is not a number/, '-t', '-o',
        'workers.max=x'],
    [64, qr/-o workers\.max: .*out of range/, '-t', '-o', 'workers.max=0'],
    [64, qr/-o buffer_size: .*out of range/, '-t', '-o',
        'buffer_size=4294967303'],
    [64, qr/no closing \]/, '-t', '-l', '[::1'],
    [64, qr/65536 is out of range/, '-t', '-l', '127.0.0.1:65536'],
    [64, qr/-1/, '-t', '-l', '127.0.0.1:-1'],
    [78, qr/nosuchname\.invalid/, '-t', '-l', 'nosuchname.invalid'],
    [78, qr{/nonexistent/file: No such file}, '-t', '-c',
        '/nonexistent/file'],
    [78, qr{/nonexistent/file: No such file}, '-F', '-c',
        '/nonexistent/file'],
);
for (@mistakes) {
    my ($wanted, $text, @args) = @$_;
    my ($status, $out, $err) = Echod->run(args => [@args]);
    is($status, $wanted, "@args: status $wanted");
    like($err, qr/^echod: .*$text/, 'says why');
    is($out, '', 'and nothing on standard output');
}

# Questions are answered on standard output.
for my $args (['-V'], ['--version']) {
    my ($status, $out, $err) = Echod->run(args => $args);
    like($out, qr/^echod \d+\.\d+\S*\nseccomp: (?:yes|no)\nlibmicrohttpd: (?:yes|no)\nstatic: (?:yes|no)\n$/,
        "@$args: name, version and what it was built with");
    is("$status$err", '0', 'and that is all');
    like($out, qr/^echod \Q$ENV{ECHOD_VERSION}\E\n/, 'the one that was built')
        if defined $ENV{ECHOD_VERSION};
}
for my $args (['-h'], ['--help'], ['-F', '-h']) {
    my ($status, $out, $err) = Echod->run(args => $args);
    like($out, qr/^usage: echod /, "@$args: the usage");
    is((grep { $out !~ /^\s+-$_, --\w/m } qw(c F d l o p t T V h)), 0,
        'with every option');
    # The configuration file is wherever configure was told to put it.
    is((grep { length > 80 && !m{/echod\.conf$} } split /\n/, $out), 0,
        'in 80 columns');
    is("$status$err", '0', 'and that is all');
}
for my $args (['-t'], ['--test']) {
    my ($status, $out, $err) =
        Echod->run(args => [@$args, '-c', "$dir/good.conf"]);
    is("$status $out$err", "0 $dir/good.conf: ok\n", "@$args: a good file");
}
my ($status, $out) = Echod->run(
    args => ['-T', '-c', "$dir/good.conf", '-o', 'workers.max=77',
        '-o', 'workers.max=78']);
is($status, 0, '-T');
like($out, qr/\bmax = 78;/, 'with the last of two -o');

# A full disk is no success.
SKIP: {
    skip 'no /dev/full here', 2 unless -c '/dev/full';
    for my $option ('-h', '-V') {
        system("'$Machine::ECHOD' $option >/dev/full 2>/dev/null");
        is($? >> 8, 74, "$option to a full disk");
    }
}

# -l in all its forms; it replaces what the file says.
for my $form (['127.0.0.1:0', '127.0.0.1'], ['localhost:0', '127.0.0.1'],
    ['127.0.0.2:0', '127.0.0.2'], [':0', '0.0.0.0'], ['*:0', '0.0.0.0'],
    Machine::has_ipv6() ? (['[::1]:0', '::1'], ['[::]:0', '::']) : ()) {
    my ($option, $address) = @$form;
    my $d = Echod->start(options => ['-l', $option]);
    my $port = $d->port_of($address);
    ok($port, "-l $option listens on $address");
    my $host = $address eq '0.0.0.0' ? '127.0.0.1'
        : $address eq '::' ? '::1' : $address;
    is(Client::echo_once($port // 0, 'hello', host => $host), 'hello',
        'and answers');
    is((grep { $_ ne $address } $d->addresses), 0, 'nowhere else')
        unless $option =~ /^(?:\*|localhost)?:/;
    $d->finish;
}
my $two = Echod->start(
    options => ['-l', '127.0.0.2:0', '--listen', '127.0.0.3:0']);
is_deeply([$two->addresses], ['127.0.0.2', '127.0.0.3'], '-l twice');
$two->finish;

# -o has the last word, whatever the flags stand for.
my $last = Echod->start(options => ['-o', 'log.level=info', '-d']);
Client::echo_once($last->port, 'hello');
ok($last->wait_log(qr/connection ended/), '-d and -o log.level=info');
is($last->count_log(qr/received "hello"/), 0, 'it is not debug');
$last->finish;
done_testing;

sub write_file {
    my ($path, $text) = @_;
    open my $fh, '>', $path or die "$path: $!";
    print $fh $text;
    close $fh or die "$path: $!";
    return;
}
