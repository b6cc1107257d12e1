#!/usr/bin/perl
# files.pl FOLDER: two files that nothing on a Debian makes: a registry hive without keys, for hivexregedit to fill, and
# a program just long enough for file(1) to call it a 64-bit Windows program.
# Layout of hives: https://github.com/libyal/libregf (documentation); of programs: Microsoft's PE format.
use strict;
use warnings;

my ($folder) = @ARGV;
my $NONE = 0xffffffff;
my $FILETIME = 0;

# A cell starts with its size, negative while it is in use, and is a multiple of 8 bytes long.
sub cell {
  my ($content) = @_;
  my $size = (length($content) + 4 + 7) & ~7;
  return pack("l< a" . ($size - 4), -$size, $content);
}

sub hive {
  my $root_offset = 0x20;
  my $name = 'ROOT';
  my $descriptor = pack('C C S< L< L< L< L<', 1, 0, 0x8000, 0, 0, 0, 0);
  my $nk = sub {
    my ($security) = @_;
    return cell(
      pack('a2 S< Q< L< L< L< L< L< L< L< L< L< L< L< L< L< L< L< S< S< a*',
        'nk', 0x2c, $FILETIME, 0, $NONE, 0, 0, $NONE, $NONE, 0, $NONE, $security, $NONE,
        0, 0, 0, 0, 0, length($name), 0, $name));
  };
  my $security_offset = $root_offset + length($nk->(0));
  my $security =
    cell(pack('a2 S< L< L< L< L< a*', 'sk', 0, $security_offset, $security_offset, 1, length($descriptor), $descriptor));
  my $used = $nk->($security_offset) . $security;
  my $free = 0x1000 - 0x20 - length($used);
  my $bin = pack('a4 L< L< x20', 'hbin', 0, 0x1000) . $used . pack("l< x" . ($free - 4), $free);

  my $header = pack('a4 L< L< Q< L< L< L< L< L< L< L<', 'regf', 1, 1, $FILETIME, 1, 3, 0, 1, $root_offset, 0x1000, 1);
  $header .= "\0" x (508 - length($header));
  my $checksum = 0;
  $checksum ^= $_ for unpack('L<*', $header);
  return $header . pack('L< x3584', $checksum) . $bin;
}

sub program {
  my $optional = pack('S< x66 S< x170', 0x20b, 3);
  return pack('a2 x58 L< x64', 'MZ', 0x80) . pack('a4 S< S< x12 S< S<', "PE\0\0", 0x8664, 0, length($optional), 0x22)
    . $optional;
}

sub spew {
  my ($name, $content) = @_;
  open(my $file, '>:raw', "$folder/$name") or die "$folder/$name: $!";
  print {$file} $content;
  close($file) or die "$folder/$name: $!";
}

spew('hive', hive());
spew('cmd.exe', program());
