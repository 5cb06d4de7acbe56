# SPDX-License-Identifier: ISC
#
# If this fails, a module knows more than it should: the table below says
# which header each file may include, and what is not in it is not allowed.
# Before a row is added, ask whether the module needs to know that at all.
use strict;
use warnings;
use Test::More;
use Source;

# Without the own header of a .c file, which always comes first.
my %may = (
    'client/account.c' => [qw(
        client/failure.h client/link.h client/options.h
    )],
    'client/account.h' => [qw(
        client/histogram.h
    )],
    'client/bench.c' => [qw(
        client/caption.h client/dial.h client/export.h client/failure.h
        client/interrupt.h client/loop.h client/msglog.h client/options.h
        client/pattern.h client/plan.h client/plot.h client/product.h
        client/race.h client/report.h client/result.h client/sampler.h
        client/spectrum.h client/target.h client/terminal.h common/clock.h
        common/output.h
    )],
    'client/bench.h' => [],
    'client/caption.c' => [qw(
        client/histogram.h client/human.h client/plan.h client/result.h
        client/target.h
    )],
    'client/caption.h' => [],
    'client/chart.c' => [qw(
        client/histogram.h client/human.h
    )],
    'client/chart.h' => [],
    'client/counter.h' => [],
    'client/dial.c' => [qw(
        client/failure.h client/options.h common/net.h
    )],
    'client/dial.h' => [qw(
        common/addr.h
    )],
    'client/document.c' => [qw(
        client/dial.h client/failure.h client/mismatch.h client/options.h
        client/product.h client/quote.h client/target.h common/output.h
    )],
    'client/document.h' => [],
    'client/export.c' => [qw(
        client/document.h client/failure.h client/histogram.h client/plan.h
        client/result.h client/target.h
    )],
    'client/export.h' => [],
    'client/failure.c' => [],
    'client/failure.h' => [qw(
        common/errbuf.h
    )],
    'client/fault.c' => [],
    'client/fault.h' => [qw(
        client/failure.h
    )],
    'client/figure.c' => [qw(
        client/caption.h client/histogram.h client/human.h client/plan.h
        client/result.h client/scale.h
    )],
    'client/figure.h' => [],
    'client/flags.c' => [qw(
        common/clock.h
    )],
    'client/flags.h' => [qw(
        client/options.h
    )],
    'client/flow.c' => [qw(
        client/dial.h client/mismatch.h client/pattern.h
    )],
    'client/flow.h' => [qw(
        client/fault.h
    )],
    'client/fold.c' => [],
    'client/fold.h' => [],
    'client/handshake.c' => [qw(
        client/loop.h client/options.h client/plan.h common/clock.h
    )],
    'client/handshake.h' => [],
    'client/histogram.c' => [],
    'client/histogram.h' => [],
    'client/human.c' => [],
    'client/human.h' => [],
    'client/interrupt.c' => [qw(
        client/failure.h common/clock.h
    )],
    'client/interrupt.h' => [],
    'client/journal.c' => [qw(
        client/account.h client/dial.h client/document.h client/failure.h
        client/human.h client/link.h client/options.h client/product.h
        client/summary.h client/target.h client/terminal.h common/output.h
    )],
    'client/journal.h' => [],
    'client/link.c' => [qw(
        client/pattern.h common/clock.h
    )],
    'client/link.h' => [qw(
        client/fault.h
    )],
    'client/loop.c' => [qw(
        client/handshake.h client/msglog.h client/plan.h client/sweep.h
        client/traffic.h common/clock.h
    )],
    'client/loop.h' => [qw(
        client/flow.h client/histogram.h client/mismatch.h client/schedule.h
        client/tally.h
    )],
    'client/loss.c' => [qw(
        client/counter.h client/handshake.h client/loop.h client/plan.h
    )],
    'client/loss.h' => [qw(
        client/fault.h
    )],
    'client/main.c' => [qw(
        client/bench.h client/document.h client/failure.h client/flags.h
        client/interrupt.h client/options.h client/ping.h client/product.h
        client/send.h client/target.h client/terminal.h client/transcript.h
        client/wait.h common/output.h
    )],
    'client/message.c' => [qw(
        client/dial.h client/document.h client/failure.h client/options.h
        client/quote.h client/stream.h client/target.h
    )],
    'client/message.h' => [],
    'client/mismatch.c' => [qw(
        client/failure.h client/quote.h
    )],
    'client/mismatch.h' => [],
    'client/misuse.c' => [qw(
        client/failure.h client/flags.h
    )],
    'client/misuse.h' => [],
    'client/msglog.c' => [qw(
        client/failure.h common/output.h
    )],
    'client/msglog.h' => [],
    'client/options.c' => [qw(
        client/failure.h client/flags.h client/misuse.h common/clock.h
        common/units.h
    )],
    'client/options.h' => [qw(
        client/sizes.h client/threshold.h
    )],
    'client/path.c' => [qw(
        common/clock.h
    )],
    'client/path.h' => [qw(
        client/link.h client/race.h
    )],
    'client/pattern.c' => [qw(
        client/random.h
    )],
    'client/pattern.h' => [],
    'client/ping.c' => [qw(
        client/account.h client/document.h client/failure.h client/interrupt.h
        client/journal.h client/options.h client/path.h client/pattern.h
        client/product.h client/vigil.h common/clock.h
    )],
    'client/ping.h' => [],
    'client/places.c' => [qw(
        client/failure.h client/options.h
    )],
    'client/places.h' => [],
    'client/plan.c' => [qw(
        client/failure.h common/clock.h
    )],
    'client/plan.h' => [qw(
        client/dial.h client/options.h
    )],
    'client/plot.c' => [qw(
        client/failure.h client/figure.h client/histogram.h
        client/product.h client/result.h common/output.h
    )],
    'client/plot.h' => [],
    'client/product.c' => [qw(
        client/failure.h client/places.h common/output.h
    )],
    'client/product.h' => [qw(
        client/options.h
    )],
    'client/progress.c' => [qw(
        client/fold.h client/human.h client/options.h client/result.h
        client/terminal.h common/output.h common/units.h
    )],
    'client/progress.h' => [],
    'client/quote.c' => [qw(
        common/output.h
    )],
    'client/quote.h' => [],
    'client/race.c' => [qw(
        client/failure.h client/fault.h client/interrupt.h client/options.h
        common/clock.h common/net.h
    )],
    'client/race.h' => [qw(
        client/dial.h client/target.h
    )],
    'client/random.h' => [],
    'client/report.c' => [qw(
        client/caption.h client/chart.h client/fold.h client/histogram.h
        client/human.h client/interrupt.h client/plan.h client/result.h
        client/target.h client/terminal.h
    )],
    'client/report.h' => [],
    'client/result.c' => [qw(
        client/failure.h client/histogram.h client/interrupt.h client/loop.h
        client/plan.h
    )],
    'client/result.h' => [qw(
        client/mismatch.h client/options.h client/tally.h
    )],
    'client/sampler.c' => [qw(
        client/counter.h client/export.h client/histogram.h client/loop.h
        client/plan.h client/product.h common/clock.h
    )],
    'client/sampler.h' => [qw(
        client/progress.h client/result.h
    )],
    'client/scale.c' => [],
    'client/scale.h' => [],
    'client/schedule.c' => [],
    'client/schedule.h' => [],
    'client/send.c' => [qw(
        client/failure.h client/human.h client/message.h client/options.h
        client/product.h client/progress.h client/race.h client/stream.h
        client/target.h client/terminal.h common/clock.h common/output.h
    )],
    'client/send.h' => [],
    'client/sizes.c' => [qw(
        client/random.h common/errbuf.h common/units.h
    )],
    'client/sizes.h' => [],
    'client/spectrum.c' => [qw(
        client/histogram.h
    )],
    'client/spectrum.h' => [],
    'client/stream.c' => [qw(
        client/failure.h client/interrupt.h client/pattern.h common/clock.h
    )],
    'client/stream.h' => [qw(
        client/mismatch.h
    )],
    'client/summary.c' => [qw(
        client/account.h client/human.h client/options.h client/target.h
    )],
    'client/summary.h' => [qw(
        client/document.h
    )],
    'client/sweep.c' => [qw(
        client/counter.h client/handshake.h client/loop.h client/loss.h
        client/plan.h client/traffic.h common/clock.h
    )],
    'client/sweep.h' => [],
    'client/tally.c' => [qw(
        client/counter.h
    )],
    'client/tally.h' => [qw(
        client/fault.h
    )],
    'client/target.c' => [qw(
        client/dial.h client/failure.h client/interrupt.h client/options.h
        common/clock.h common/lookup.h common/units.h
    )],
    'client/target.h' => [qw(
        common/addr.h
    )],
    'client/terminal.c' => [qw(
        client/options.h
    )],
    'client/terminal.h' => [],
    'client/threshold.c' => [qw(
        client/histogram.h client/human.h common/errbuf.h common/units.h
    )],
    'client/threshold.h' => [],
    'client/traffic.c' => [qw(
        client/counter.h client/dial.h client/handshake.h client/loop.h
        client/loss.h client/msglog.h client/plan.h common/clock.h
    )],
    'client/traffic.h' => [],
    'client/transcript.c' => [qw(
        client/failure.h client/message.h client/options.h client/product.h
        client/quote.h client/race.h client/stream.h client/target.h
        common/output.h
    )],
    'client/transcript.h' => [qw(
        client/terminal.h
    )],
    'client/vigil.c' => [],
    'client/vigil.h' => [qw(
        common/clock.h
    )],
    'client/wait.c' => [qw(
        client/document.h client/failure.h client/human.h client/interrupt.h
        client/message.h client/options.h client/product.h client/race.h
        client/stream.h client/target.h common/clock.h
    )],
    'client/wait.h' => [],
    'common/addr.c' => [qw(
        common/errbuf.h common/units.h
    )],
    'common/addr.h' => [],
    'common/clock.h' => [],
    'common/errbuf.c' => [],
    'common/errbuf.h' => [],
    'common/lookup.c' => [],
    'common/lookup.h' => [],
    'common/net.c' => [qw(
        common/addr.h
    )],
    'common/net.h' => [],
    'common/output.c' => [],
    'common/output.h' => [],
    'common/spell.c' => [],
    'common/spell.h' => [],
    'common/units.c' => [qw(
        common/errbuf.h
    )],
    'common/units.h' => [],
    'daemon/access.c' => [qw(
        common/errbuf.h common/units.h
    )],
    'daemon/access.h' => [qw(
        common/addr.h
    )],
    'daemon/background.c' => [qw(
        common/errbuf.h common/output.h daemon/signals.h
    )],
    'daemon/background.h' => [],
    'daemon/backoff.c' => [qw(
        daemon/policy.h
    )],
    'daemon/backoff.h' => [],
    'daemon/config.c' => [qw(
        common/errbuf.h daemon/options.h daemon/override.h daemon/settings.h
        daemon/source.h
    )],
    'daemon/config.h' => [qw(
        common/addr.h daemon/access.h daemon/inventory.h daemon/log.h
        daemon/policy.h
    )],
    'daemon/confine.c' => [qw(
        common/errbuf.h
    )],
    'daemon/confine.h' => [],
    'daemon/dismiss.c' => [qw(
        daemon/echo.h daemon/log.h daemon/pool.h
    )],
    'daemon/dismiss.h' => [],
    'daemon/dump.c' => [qw(
        common/units.h daemon/config.h daemon/settings.h
    )],
    'daemon/dump.h' => [],
    'daemon/echo.c' => [qw(
        common/clock.h common/net.h
    )],
    'daemon/echo.h' => [],
    'daemon/halfopen.c' => [qw(
        common/addr.h
    )],
    'daemon/halfopen.h' => [],
    'daemon/inventory.c' => [],
    'daemon/inventory.h' => [],
    'daemon/listener.c' => [qw(
        common/errbuf.h common/net.h daemon/echo.h daemon/halfopen.h
        daemon/log.h
    )],
    'daemon/listener.h' => [qw(
        common/addr.h daemon/config.h
    )],
    'daemon/loader.c' => [qw(
        common/clock.h daemon/confine.h daemon/options.h daemon/resolve.h
        daemon/sanity.h daemon/settings.h daemon/signals.h
    )],
    'daemon/loader.h' => [qw(
        common/errbuf.h daemon/config.h
    )],
    'daemon/log.c' => [qw(
        common/errbuf.h common/output.h
    )],
    'daemon/log.h' => [],
    'daemon/logger.c' => [qw(
        common/clock.h common/errbuf.h daemon/confine.h daemon/policy.h
        daemon/signals.h daemon/stamp.h
        daemon/scoreboard.h daemon/signals.h
        common/clock.h common/errbuf.h common/output.h daemon/confine.h
        daemon/policy.h daemon/signals.h
    )],
    'daemon/logger.h' => [qw(
        daemon/config.h daemon/log.h
    )],
    'daemon/main.c' => [qw(
        common/errbuf.h common/output.h daemon/background.h daemon/config.h
        daemon/confine.h daemon/dump.h daemon/loader.h daemon/master.h
        daemon/options.h daemon/signals.h
    )],
    'daemon/master.c' => [qw(
        common/clock.h daemon/background.h daemon/config.h daemon/dismiss.h
        daemon/log.h daemon/signals.h daemon/status.h
    )],
    'daemon/master.h' => [qw(
        common/errbuf.h daemon/listener.h daemon/logger.h daemon/pidfile.h
        daemon/pool.h daemon/reload.h daemon/removal.h daemon/supply.h
    )],
    'daemon/numeral.c' => [qw(
        common/errbuf.h
    )],
    'daemon/numeral.h' => [],
    'daemon/options.c' => [qw(
        common/errbuf.h
    )],
    'daemon/options.h' => [],
    'daemon/override.c' => [qw(
        common/errbuf.h daemon/config.h daemon/options.h daemon/settings.h
    )],
    'daemon/override.h' => [],
    'daemon/pidfile.c' => [qw(
        common/errbuf.h
    )],
    'daemon/pidfile.h' => [],
    'daemon/policy.c' => [],
    'daemon/policy.h' => [],
    'daemon/pool.c' => [qw(
        common/clock.h common/errbuf.h daemon/config.h daemon/dismiss.h
        daemon/echo.h daemon/log.h daemon/signals.h daemon/worker.h
    )],
    'daemon/pool.h' => [qw(
        daemon/scoreboard.h
    )],
    'daemon/reload.c' => [qw(
        common/clock.h common/errbuf.h daemon/background.h daemon/config.h
        daemon/confine.h daemon/dismiss.h daemon/log.h daemon/master.h
        daemon/options.h daemon/settings.h
    )],
    'daemon/reload.h' => [qw(
        daemon/listener.h daemon/loader.h daemon/logger.h daemon/pool.h
    )],
    'daemon/removal.c' => [qw(
        common/clock.h daemon/config.h daemon/dismiss.h daemon/log.h
        daemon/master.h
    )],
    'daemon/removal.h' => [qw(
        daemon/listener.h
    )],
    'daemon/resolve.c' => [qw(
        common/errbuf.h common/lookup.h daemon/config.h daemon/settings.h
    )],
    'daemon/resolve.h' => [],
    'daemon/sanity.c' => [qw(
        daemon/config.h daemon/settings.h
    )],
    'daemon/sanity.h' => [],
    'daemon/scoreboard.c' => [qw(
        common/errbuf.h
    )],
    'daemon/scoreboard.h' => [qw(
        common/addr.h
    )],
    'daemon/settings.c' => [qw(
        common/errbuf.h common/spell.h common/units.h
    )],
    'daemon/settings.h' => [qw(
        daemon/config.h
    )],
    'daemon/signals.c' => [qw(
        common/errbuf.h
    )],
    'daemon/signals.h' => [],
    'daemon/source.c' => [qw(
        common/errbuf.h daemon/inventory.h daemon/numeral.h
    )],
    'daemon/source.h' => [],
    'daemon/stamp.c' => [],
    'daemon/stamp.h' => [],
    'daemon/status.c' => [qw(
        daemon/config.h daemon/log.h daemon/master.h
    )],
    'daemon/status.h' => [],
    'daemon/supply.c' => [qw(
        common/clock.h common/errbuf.h daemon/config.h daemon/dismiss.h
        daemon/listener.h daemon/log.h daemon/policy.h daemon/pool.h
    )],
    'daemon/supply.h' => [qw(
        daemon/backoff.h
    )],
    'daemon/worker.c' => [qw(
        common/clock.h common/errbuf.h daemon/access.h daemon/config.h
        daemon/confine.h daemon/echo.h daemon/listener.h daemon/log.h
        daemon/policy.h daemon/scoreboard.h daemon/signals.h
    )],
    'daemon/worker.h' => [],
);

# includes PATH: the headers of ours that a file includes, in its order.
sub includes {
    my ($path) = @_;

    return slurp("src/$path") =~ /^\s*#\s*include\s*"([^"]*)"/mg;
}

my @files = map { s{^src/}{}r } files('src', qr/\.[ch]$/);
cmp_ok scalar(@files), '>', 40, 'the sources are there';
is_deeply [grep { !$may{$_} } @files], [], 'every file has a row';
is_deeply [grep { !-f top() . "/src/$_" } sort keys %may], [],
    'every row has a file';

for my $file (@files) {
    my @includes = includes($file);
    my $own = $file =~ s/\.c$/.h/r;

    if ($file ne $own && -f top() . "/src/$own") {
        is $includes[0], $own, "$file: its own header comes first";
        like slurp("src/$file"), qr/\A[^#]*\#include "\Q$own\E"/,
            "$file: before any other";
        shift @includes;
    }
    my %listed = map { $_ => 1 } @{$may{$file} // []};
    is_deeply [grep { !delete $listed{$_} } @includes], [],
        "$file: includes what it may";
    is_deeply [sort keys %listed], [], "$file: has no row it does not need";
    is_deeply [grep { !m{^(?:client|common|daemon)/\w+\.h$} } @includes], [],
        "$file: names headers from src/ on";
    is_deeply [grep { m{^(?:client|daemon)/} } @includes], [],
        "$file: knows no program" if $file =~ m{^common/};
    my ($other) = $file =~ m{^client/} ? 'daemon' : 'client';
    is_deeply [grep { m{^$other/} } @includes], [],
        "$file: does not know the other program";
}

# No header needs itself, by whatever way.
my %seen;

sub circle {
    my ($header, @way) = @_;

    return "@way $header" if grep { $_ eq $header } @way;
    return '' if $seen{$header}++;
    for my $next (@{$may{$header} // []}) {
        my $found = circle($next, @way, $header);
        return $found if $found ne '';
    }
    return '';
}

is circle($_), '', "$_: is in no circle" for grep { /\.h$/ } @files;

done_testing;
