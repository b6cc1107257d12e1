#!/bin/sh
# uefi-disk.sh TREE DISK MIB UUID: one GPT disk with an EFI system partition (FAT, serial number E5B0-0001), one ext4
# partition and GRUB, written without mounting anything. The firmware finds GRUB at the path for removable media too:
# a VM's boot entries stay behind in its old hypervisor's NVRAM.
set -eu
tree=$1 disk=$2 mib=$3 uuid=$4
sector=512
esp_start=2048 # sectors
esp_mib=40
root_start=$((esp_start + esp_mib * 2048))

truncate -s "${mib}M" "$disk"
/sbin/sfdisk --quiet --label gpt "$disk" <<TABLE
start=$esp_start, size=${esp_mib}MiB, type=uefi
start=$root_start, type=linux
TABLE

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/EFI/debian" "$work/EFI/BOOT"
grub-mkimage --format x86_64-efi --prefix /EFI/debian --output "$work/EFI/debian/grubx64.efi" \
  part_gpt fat ext2 normal linux search search_fs_uuid configfile echo serial terminal test
cp "$work/EFI/debian/grubx64.efi" "$work/EFI/BOOT/BOOTX64.EFI"
cat >"$work/EFI/debian/grub.cfg" <<STUB
search.fs_uuid $uuid root
set prefix=(\$root)/boot/grub
configfile \$prefix/grub.cfg
STUB
/sbin/mkfs.vfat --offset "$esp_start" -F 16 -i E5B00001 "$disk" $((esp_mib * 1024)) >/dev/null
MTOOLS_SKIP_CHECK=1 mcopy -s -i "$disk@@$((esp_start * sector))" "$work/EFI" ::/

echo '(hd0) /dev/sda' >"$tree/boot/grub/device.map"
DPKG_ROOT=$tree ROOT_DEVICE=/dev/sda2 ROOT_UUID=$uuid \
  sh "$(dirname "$0")/../tiny/usr/sbin/grub-mkconfig" -o /boot/grub/grub.cfg
# GPT keeps a copy of itself in the last mebibyte.
/sbin/mke2fs -q -t ext4 -U "$uuid" -E "offset=$((root_start * sector)),root_owner=0:0" -d "$tree" \
  "$disk" "$((mib - 2 - esp_mib))M"
