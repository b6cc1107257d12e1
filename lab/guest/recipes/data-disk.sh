#!/bin/sh
# data-disk.sh DISK MIB UUID MARKER: a disk that is one ext4 file system, without partitions, and holds a marker.
set -eu
disk=$1 mib=$2 uuid=$3 marker=$4

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
echo "$marker" >"$tree/marker"
truncate -s "${mib}M" "$disk"
/sbin/mke2fs -q -t ext4 -U "$uuid" -E root_owner=0:0 -d "$tree" "$disk"
