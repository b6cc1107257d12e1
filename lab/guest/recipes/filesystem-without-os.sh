#!/bin/sh
# filesystem-without-os.sh DISK: an MBR disk whose one partition holds somebody's files.
set -eu
disk=$1

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/photos"
echo 'no operating system here' >"$tree/photos/README"
truncate -s 64M "$disk"
echo 'start=2048, type=83' | /sbin/sfdisk --quiet --label dos "$disk"
/sbin/mke2fs -q -t ext4 -E offset=1048576,root_owner=0:0 -d "$tree" "$disk" 63M
