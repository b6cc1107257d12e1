#!/bin/sh
# two-systems.sh DISK: an MBR disk with two partitions, each with what inspection takes for a Debian of its own.
set -eu
disk=$1

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/bin" "$tree/boot" "$tree/dev" "$tree/etc" "$tree/usr"
cp /bin/busybox "$tree/bin/sh"

# In MiB: where the partition begins, and its size.
install() {
  release=$1 start=$2 size=$3
  echo '/dev/root / ext4 defaults 0 1' >"$tree/etc/fstab"
  cat >"$tree/etc/os-release" <<RELEASE
PRETTY_NAME="Debian GNU/Linux $release"
ID=debian
VERSION_ID="$release"
RELEASE
  /sbin/mke2fs -q -t ext4 -E "offset=$((start * 1048576)),root_owner=0:0" -d "$tree" "$disk" "${size}M"
}

truncate -s 64M "$disk"
printf '%s\n' 'start=2048, size=63488, type=83, bootable' 'start=65536, type=83' |
  /sbin/sfdisk --quiet --label dos "$disk"
install 11 1 31
install 12 32 32
