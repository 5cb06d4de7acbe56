# SPDX-License-Identifier: ISC
#
# Files: to read and write them, and folders that go when the test ends.
package Files;

use strict;
use warnings;

use File::Temp ();

# slurp(PATH): its bytes; undef if it cannot be read.
sub slurp {
    my $path = shift;
    open my $fh, '<:raw', $path or return undef;
    local $/;
    return scalar(<$fh>) // '';
}

# spew(PATH, TEXT): a file with these bytes, that everybody may read.
sub spew {
    my ($path, $text) = @_;
    open my $fh, '>:raw', $path or die "$path: $!\n";
    print {$fh} $text;
    close $fh or die "$path: $!\n";
    chmod 0644, $path;
    return;
}

# new_dir(): an object that is the path of an empty folder.  The workers become
# nobody, hence the mode.
sub new_dir {
    my $dir = File::Temp->newdir('echod-test.XXXXXX', TMPDIR => 1);
    chmod 0755, "$dir";
    return $dir;
}

# new_name(): a path in a folder of its own, where nothing is yet.
my @folders;

sub new_name {
    push @folders, new_dir();
    return "$folders[-1]/name";
}

1;
