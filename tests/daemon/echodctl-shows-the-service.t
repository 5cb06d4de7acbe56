# SPDX-License-Identifier: ISC
#
# If this fails, echodctl shows a wrong configuration, wrong workers, listeners
# or numbers, for people or as JSON.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Control;
use Echoc;
use Echod;
use Files;
use Source;

my $dir  = Files::new_dir();
my $path = "$dir/control";

sub ctl { return Control::ctl($path, @_) }

# json(COMMAND): the document, which must be one, and have a schema.
sub json {
    my ($command) = @_;
    my $r = ctl('-j', $command);
    my $document = Echoc::json($r->{stdout}) or return {};
    is_deeply([@$r{qw(status stderr)}, delete $document->{schema}], [0, '', 1],
        "$command -j: a document");
    return $document;
}

# Every setting away from its default, with what has to be quoted.
my $config = Files::slurp(top() . '/tests/data/good-all-settings.conf');
$config =~ s/listen = \(.*?^\);/listen = ( { address = "127.0.0.1"; port = 0; } );/ms;
$config =~ s/^  (allow|deny) = .*?;$/  $1 = [ "127.0.0.0\/8", "2001:db8::\/32" ];/m;
$config =~ s/^  path = .*?;$/  path = "$path";/m;
$config =~ s/^(?:user|group|pid_file) = .*$//mg;
my $d = Echod->start(config => $config);

# The same with other words: what -T prints of a file.
sub printed {
    my ($text) = @_;
    my $file = Files::new_name();
    Files::spew($file, $text);
    my ($status, $out, $err) = Echod->run(args => ['-F', '-T', '-c', $file], plain => 1);
    is($status, 0, '  it loads') or diag $err;
    return $out;
}

my $effective = printed($config);
my $r = ctl('config');
is($r->{status}, 0, 'config');
is(printed($r->{stdout}), $effective, '  is the configuration, each setting of it');

# From JSON to a file: a value by its kind.
sub file_of {
    my ($value, $depth) = @_;
    return '"' . ($value =~ s/([\\"])/\\$1/gr) . '"'
        if !ref $value && (!defined $depth || $value !~ /^\d+(?:\.\d+)?$/);
    return $value if !ref $value;
    return '( ' . join(', ', map { file_of($_, ref $_ ? 1 : undef) } @$value) . ' )'
        if ref $value eq 'ARRAY';
    return '{ ' . join(' ', map { "$_ = " . file_of($value->{$_}, 1) . ';' }
        sort keys %$value) . ' }';
}
my $all = json('config')->{config};
is(printed(join '', map { "$_ = " . file_of($all->{$_}, 1) . ";\n" } keys %$all),
    $effective, '  so is what JSON says');
is($all->{timeouts}{idle}, 60.5, '  seconds may have a fraction');
is($all->{log}{ident}, 'echo "test" \\ 1', '  text is as it was meant');

# A client, and what is said of it.
my $client = $d->connect;
Client::echo($client, 'x' x 100);
my ($peer, $listener) = map { join ':', @$_ }
    [$client->sockhost, $client->sockport], [$client->peerhost, $client->peerport];
my ($status, $workers);
ok(Clock::until(sub {
    $status = json('status');
    return $status->{connections}{bytes_out} == 100;
}), 'status counts what it has sent');
is_deeply([@{ $status->{service} }{qw(state pid generation)}],
    ['serving', $d->pid, 1], '  what serves');
is_deeply([@{ $status->{workers} }{qw(busy max)}], [1, 50], '  by how many');
is_deeply([@{ $status->{oldest} }{qw(peer listener)}], [$peer, $listener],
    '  whom for the longest time');
is_deeply([map { $_->{address} } @{ $status->{listeners} }], [$listener], '  where');
my @busy = grep { $_->{state} eq 'busy' } @{ json('workers')->{workers} };
is_deeply([map { @$_{qw(peer listener bytes_in)} } @busy], [$peer, $listener, 100],
    'workers has it');
is_deeply(json('listeners')->{listeners}[0]{active}, 1, 'listeners, too');
my ($head, @all) = Control::ask($path, 'listeners');
is(pop @all, 'ok', 'whoever asks the socket itself for listeners');
is_deeply([$head, @all], [grep { /^(?:echod|listener) / }
    Control::ask($path, 'status')], '  gets what status says of them');
is(json('version')->{version}, $ENV{ECHOD_VERSION}, 'and version');

# For people.
$r = ctl('status');
like($r->{stdout}, qr/^echod \S+  serving  generation 1  pid @{[ $d->pid ]}  up \d+ s$/m,
    'status for people: what it is');
like($r->{stdout}, qr/^workers   1 busy, \d+ idle, .*max 50$/m, '  its pool');
like($r->{stdout}, qr/^clients   1 now, 1 in all$/m, '  its clients');
like($r->{stdout}, qr/^oldest    \Q$peer\E at \Q$listener\E for \d+ s, 100 B in, 100 B out$/m,
    '  the oldest of them');
like($r->{stdout}, qr/^\Q$listener\E +0 +100 +0 +1 +- +-$/m, '  its listener');
unlike($r->{stdout}, qr/[^ -~\n]/, '  in plain text');
like(ctl('workers')->{stdout}, qr/^ +\d+ +\d+ +1 busy .* 100 B +100 B  \Q$peer\E at \Q$listener\E$/m,
    'workers for people');
is(ctl('listeners')->{stdout} =~ s/\n.*//sr,
    (split /\n\n/, $r->{stdout})[-1] =~ s/\n.*//sr, 'listeners for people');
like(ctl('metrics')->{stdout}, qr/^echod_connections_accepted_total\{.*\} 1$/m,
    'metrics for Prometheus');
close $client;
close($d->connect);
ok(Clock::until(sub { ctl('status')->{stdout} =~
    /^clients   0 now, 2 in all, 1 without a byte$/m }),
    'who has sent nothing is told apart');

# What went wrong, once and twice.
$d->expect_log(qr/: warning: worker died /);
for my $line ('1 worker died', '2 workers died') {
    my $from = $d->mark;
    kill KILL => ($d->workers)[0];
    ok($d->wait_log(qr/: warning: worker died /, from => $from), 'a worker dies');
    like(ctl('status')->{stdout}, qr/^trouble   $line$/m, "  $line");
}

# Rates, from one look to the next.
my $watch = Control::start($path, args => ['-j', '-w', '0.1', 'status']);
ok(Clock::until(sub { $watch->stdout_so_far =~ /\n.*\n/ }), 'it looks again');
$watch->signal('INT');
$r = $watch->wait;
is($r->{status}, 0, '  until it is interrupted');
is(scalar(grep { !eval { JSON::PP->new->decode($_)->{schema} == 1 } }
    split /\n/, $r->{stdout}), 0, '  with a document on each line');

# Outcomes.
$r = ctl('reload');
is("$r->{status} $r->{stdout}",
    '0 ' . ($d->wait_log(qr/: (reload done .*)/))[1] . "\n", 'reload');
is_deeply(json('reload'), { status => 0,
    text => ($d->wait_log(qr/: (reload done generation=3 .*)/))[1] }, 'reload -j');
$d->expect_log(qr/: reload failed, /);
$d->rewrite("backlog = 0;\n");
$r = ctl('reload');
my ($why) = ($d->wait_log(qr/: (reload failed, .*)/))[1];
is_deeply([@$r{qw(status stdout stderr)}], [78, '', "echodctl: $why\n"],
    'a reload that fails');
$r = ctl('-j', 'reload');
is_deeply([$r->{status}, Echoc::json($r->{stdout})],
    [78, { schema => 1, status => 78, text => $why }], '  also with -j');
like(ctl('status')->{stdout}, qr/^last      \Q$why\E, \d+ s ago$/m,
    '  is still there in status');
$r = ctl('drain');
is("$r->{status} $r->{stdout}", "0 stopped status=0\n", 'drain');
$d->wait_end;
$d->finish;

# Nobody there, and what is no command.
for my $case ([69, 'status'], [69, '-j', 'status'], [64], [64, 'statsu'],
    [64, 'status', 'workers'], [64, '-x', 'status'], [64, '-w', 'reload'],
    [64, '-w', '0', 'status'], [64, '-j', 'metrics'], [64, '-s', '', 'status'])
{
    my ($wanted, @args) = @$case;
    $r = ctl(@args);
    is($r->{status}, $wanted, "@args: status $wanted");
    like($r->{stderr}, qr/^echodctl: /, '  and why');
}
like(ctl('statsu')->{stderr}, qr/did you mean status\?/, 'it knows what was meant');
is(ctl('--help')->{status}, 0, '--help');
is(ctl('-V')->{stdout}, "echodctl $ENV{ECHOD_VERSION}\n", '-V');
done_testing;
