#!/bin/sh
# bios-disk.sh TREE DISK MIB UUID: one MBR disk with one ext4 partition and GRUB, written without mounting anything.
set -eu
tree=$1 disk=$2 mib=$3 uuid=$4
grub=/usr/lib/grub/i386-pc
sector=512
start=2048 # sectors; the gap before it holds GRUB's core image

truncate -s "${mib}M" "$disk"
echo "start=$start, type=83, bootable" | /sbin/sfdisk --quiet --label dos "$disk"

core=$(mktemp)
trap 'rm -f "$core"' EXIT
grub-mkimage --format i386-pc --prefix '(hd0,msdos1)/boot/grub' --output "$core" \
  biosdisk part_msdos ext2 normal linux search search_fs_uuid configfile echo serial terminal test
[ "$(stat -c %s "$core")" -le $(((start - 1) * sector)) ]
# The boot code ends where the disk's signature and partition table begin.
dd if="$grub/boot.img" of="$disk" bs=440 count=1 conv=notrunc status=none
dd if="$core" of="$disk" bs=$sector seek=1 conv=notrunc status=none

echo '(hd0) /dev/sda' >"$tree/boot/grub/device.map"
DPKG_ROOT=$tree ROOT_DEVICE=/dev/sda1 ROOT_UUID=$uuid \
  sh "$(dirname "$0")/../tiny/usr/sbin/grub-mkconfig" -o /boot/grub/grub.cfg
/sbin/mke2fs -q -t ext4 -U "$uuid" -E "offset=$((start * sector)),root_owner=0:0" -d "$tree" \
  "$disk" "$((mib - 1))M"
