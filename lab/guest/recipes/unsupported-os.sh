#!/bin/sh
# unsupported-os.sh DISK: an MBR disk with an operating system that inspection names and conversion can't handle, for it
# has no package database.
set -eu
disk=$1

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/bin" "$tree/boot" "$tree/dev" "$tree/etc" "$tree/usr"
cp /bin/busybox "$tree/bin/sh"
echo '/dev/sda1 / ext4 defaults 0 1' >"$tree/etc/fstab"
cat >"$tree/etc/os-release" <<RELEASE
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
ID=debian
VERSION_ID="12"
RELEASE
truncate -s 64M "$disk"
echo 'start=2048, type=83, bootable' | /sbin/sfdisk --quiet --label dos "$disk"
/sbin/mke2fs -q -t ext4 -E offset=1048576,root_owner=0:0 -d "$tree" "$disk" 63M
