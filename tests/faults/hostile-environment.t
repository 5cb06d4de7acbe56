# SPDX-License-Identifier: ISC
# rows: 107
#
# If this fails, the environment in which echod is started changes what it
# does: its log in another language or zone, its memory, what it executes.
#
# slow: starts echod a dozen times
use strict;
use warnings;

use Test::More;

use Client;
use Echod;

my $locales = $ENV{ECHOD_LOCALES} // '';
my @cases = (
    ['nothing at all', { map { $_ => undef } keys %ENV }],
    ['an empty PATH', { PATH => '' }],
    ['a PATH to elsewhere', { PATH => '/nonexistent' }],
    ['a strange zone', { TZ => ':/dev/zero' }],
    ['a long zone', { TZ => 'x' x 5000 }],
    ['a format in the zone', { TZ => '%n%n%s' }],
    ['a language with commas', { LOCPATH => $locales, LC_ALL => 'de_DE.UTF-8' }],
    ['a language that there is not', { LC_ALL => 'xx_XX', LANG => '../../etc' }],
    ['memory that is checked',
        { MALLOC_PERTURB_ => 165, MALLOC_CHECK_ => 3, MALLOC_ARENA_MAX => 1 }],
    ['rubbish for malloc', { MALLOC_TOP_PAD_ => 'rubbish',
        GLIBC_TUNABLES => 'glibc.malloc.check=x' x 100 }],
    ['1,000 variables', { map { ("V$_" => 'x' x 20) } 1 .. 1_000 }],
    ['a hostname file of its own', { HOSTALIASES => '/dev/zero',
        RES_OPTIONS => 'rubbish', LOCALDOMAIN => 'x' x 3000 }],
);

for (@cases) {
    my ($what, $env) = @$_;
    # What the tests need themselves.
    delete @$env{grep { /^(?:ECHOD|ASAN|UBSAN|LSAN|LD)_/ } keys %$env};
    my $d = Echod->start(env => $env, options => ['-o', 'timeouts.idle=0.5']);
    is(Client::echo_once($d->port, 'hello'), 'hello', "$what: it serves");
    like($d->wait_log(qr/: connection ended /) // '',
        qr/^\d{4}-\d\d-\d\dT\S+ echod\[\d+\]:.* in_bytes=5 .*seconds=\d+\.\d{3} /,
        "$what: the log is as always");
    like($d->reload, qr/reload done .*seconds=\d+\.\d{3}$/,
        "$what: it reloads");
    is($d->stop, 0, "$what: and stops");
    is(join("\n", $d->alarms), '', "$what: without a complaint");
}
done_testing;
