# SPDX-License-Identifier: ISC
#
# If this fails, a file knows more than its folder may: it includes a header
# from above, or two modules (a .c file with its .h file) need each other.
# Move what both need into the lower one or into a third, or hand it over as
# an argument.  calls.t looks at the calls.
use strict;
use warnings;
use Test::More;
use Source;

# From the bottom to the top: a folder, or a module that stands apart from its
# folder, and what it may include besides itself, all of which is above it in
# this list.  Folders in one row may include each other.
my @layers = (
    ['common', ''],
    # The state of the service, for echod and for all who ask it.
    ['snapshot', 'common'],
    # echodctl, which knows what the master says and nothing of what it is.
    ['control', 'common snapshot'],
    # The configuration as data; echod-load, which makes it.
    ['config', 'common'],
    ['daemon/sandbox', 'common config'],
    ['loader', 'common config daemon/sandbox'],
    # What all processes of echod share, and then one folder a process.
    ['daemon', 'common config snapshot'],
    ['daemon/log', 'common config daemon daemon/sandbox'],
    ['daemon/service/notify', 'common daemon/log'],
    ['daemon/control', 'common config daemon daemon/log'],
    ['daemon/worker', 'common config daemon daemon/log daemon/sandbox snapshot'],
    ['daemon/listen', 'common config daemon daemon/log daemon/sandbox ' .
        'daemon/service/notify daemon/worker'],
    ['daemon/forker',
        'common config daemon daemon/log daemon/sandbox daemon/worker'],
    ['daemon/pool', 'common config daemon daemon/forker daemon/listen ' .
        'daemon/log daemon/sandbox daemon/worker snapshot'],
    ['daemon/report', 'common config daemon daemon/forker daemon/listen ' .
        'daemon/log daemon/pool snapshot'],
    ['daemon/service', join(' ', qw(common config daemon daemon/listen
        daemon/log daemon/pool daemon/service/notify))],
    ['daemon/reporter', join(' ', qw(common config daemon daemon/control
        daemon/listen daemon/log daemon/sandbox))],
    ['daemon/upgrade', 'common config daemon daemon/listen daemon/log ' .
        'daemon/pool daemon/reporter daemon/sandbox snapshot'],
    ['daemon/master', join(' ', qw(common config daemon daemon/control
        daemon/forker daemon/listen daemon/log daemon/pool daemon/report
        daemon/reporter daemon/sandbox daemon/service daemon/service/notify
        daemon/upgrade daemon/worker snapshot))],
    ['daemon/main', join(' ', qw(common config daemon daemon/listen daemon/log
        daemon/master daemon/sandbox daemon/upgrade))],
    # The program that answers HTTP.
    ['reporter', 'common config daemon daemon/sandbox snapshot'],
    # What all modes of echoc share, and then one folder a mode.  The options
    # are made of types of core, and core does what options say.
    ['client client/core', 'common'],
    ['client/net', 'common client client/core'],
    ['client/send', 'common client client/core client/net'],
    ['client/ping', 'common client client/core client/net'],
    # The threads of a load write the message log; what else comes out of it is
    # made of its result.
    ['client/bench/out/message_log', 'common client client/core'],
    ['client/bench',
        'common client client/core client/net client/bench/out/message_log'],
    ['client/bench/out', 'common client client/core client/net client/bench'],
    ['client/bench/sampler', 'common client client/core client/bench ' .
        'client/bench/out'],
    ['client/bench/bench', 'common client client/core client/net client/bench ' .
        'client/bench/out client/bench/out/message_log client/bench/sampler'],
    ['client/main', 'common client client/core client/net'],
);

my (%may, @upward);
for (@layers) {
    my ($places, $others) = map { [split] } @$_;
    my @above = grep { !$may{$_} } @$others;

    push @upward, "@$places before @above" if @above;
    $may{$_} = [@$others, @$places > 1 ? @$places : ()] for @$places;
}
is join("\n", @upward), '', 'the list goes from the bottom to the top';

# place(MODULE): its row in the list.
sub place { my ($module) = @_; return $may{$module} ? $module : folder($module) }

my (%known, @wrong, @second);
for my $file (files('src', qr/\.[ch]$/)) {
    my $place = place(module($file));
    my @headers = slurp($file) =~ /^\s*#\s*include\s+["<]([^">]+)/mg;
    my $own = module($file) . '.h';

    $known{$place} = 1;
    for my $header (grep { m{/} && -f top() . "/src/$_" } @headers) {
        my $to = place(module($header));
        next if grep { $to eq $_ } $place, @{ $may{$place} // [] };
        push @wrong, "$file includes $header, but $place may include " .
            (@{ $may{$place} // [] } ? "@{ $may{$place} }" : 'nothing');
    }
    push @second, "$file includes $headers[0] before $own"
        if $file =~ /\.c$/ && -f top() . "/src/$own" && $headers[0] ne $own;
}
is join("\n", @wrong), '', 'every file includes what its folder may know';
is join("\n", @second), '',
    'every .c file begins with its own header, which so stands alone';
is join(' ', grep { !$may{$_} } sort keys %known), '',
    'every folder is in the list';
is join(' ', grep { !$known{$_} } sort keys %may), '',
    'and what is in the list is there';
is join("\n", circles(includes())), '',
    'no modules include each other in a circle';

done_testing;
