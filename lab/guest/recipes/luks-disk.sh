#!/bin/sh
# luks-disk.sh TREE DISK MIB ROOT_UUID BOOT_UUID LUKS_UUID PASSPHRASE: one MBR disk with /boot, GRUB, and a partition that LUKS
# encrypts, written without mounting anything: qemu-img encrypts.
set -eu
tree=$1 disk=$2 mib=$3 root_uuid=$4 boot_uuid=$5 luks_uuid=$6 passphrase=$7
grub=/usr/lib/grub/i386-pc
sector=512
boot_start=1 # MiB; the gap before it holds GRUB's core image
boot_mib=127 # virt-v2v wants 50 MiB free
root_start=$((boot_start + boot_mib))
root_mib=$((mib - root_start))

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
truncate -s "${mib}M" "$disk"
/sbin/sfdisk --quiet --label dos "$disk" <<TABLE
start=$((boot_start * 2048)), size=$((boot_mib * 2048)), type=83, bootable
start=$((root_start * 2048)), type=83
TABLE

grub-mkimage --format i386-pc --prefix '(hd0,msdos1)/grub' --output "$work/core" \
  biosdisk part_msdos ext2 normal linux search search_fs_uuid configfile echo serial terminal test
[ "$(stat -c %s "$work/core")" -le $((boot_start * 1048576 - sector)) ]
# The boot code ends where the disk's signature and partition table begin.
dd if="$grub/boot.img" of="$disk" bs=440 count=1 conv=notrunc status=none
dd if="$work/core" of="$disk" bs=$sector seek=1 conv=notrunc status=none

echo '(hd0) /dev/sda' >"$tree/boot/grub/device.map"
DPKG_ROOT=$tree ROOT_DEVICE=/dev/mapper/root ROOT_UUID=$root_uuid BOOT_UUID=$boot_uuid \
  sh "$(dirname "$0")/../tiny/usr/sbin/grub-mkconfig" -o /boot/grub/grub.cfg
mv "$tree/boot" "$work/boot"
mkdir "$tree/boot"
/sbin/mke2fs -q -t ext4 -U "$boot_uuid" -E "offset=$((boot_start * 1048576)),root_owner=0:0" -d "$work/boot" \
  "$disk" "${boot_mib}M"

# The header takes less than 4 MiB. Key derivation is as cheap as it can be, for the emulator's sake.
/sbin/mke2fs -q -t ext4 -U "$root_uuid" -E root_owner=0:0 -d "$tree" "$work/root" "$((root_mib - 4))M"
printf %s "$passphrase" >"$work/passphrase"
encrypt() {
  rm -f "$work/luks"
  qemu-img convert -f raw -O luks --object "secret,id=key,file=$work/passphrase" -o key-secret=key,iter-time=10 \
    "$work/root" "$work/luks"
}
# On a busy machine qemu-img may fail to measure how fast it derives keys.
tries=1
until encrypt; do
  [ $((tries += 1)) -le 9 ]
done
# LUKS 1: the UUID is a text in its header, with a zero at its end, and no checksum covers it.
printf '%s\0' "$luks_uuid" | dd of="$work/luks" bs=1 seek=168 conv=notrunc status=none
[ "$(stat -c %s "$work/luks")" -le $((root_mib * 1048576)) ]
dd if="$work/luks" of="$disk" bs=1M seek="$root_start" conv=notrunc status=none
