#!/bin/sh
# debian-tree.sh SUITE MIRROR TREE [PACKAGE...]: a whole minimal Debian as it would have been installed on vSphere, with these
# packages besides: its initial file system has that hypervisor's drivers and none of virtio. Needs root, mounts nothing.
set -eu
suite=$1 mirror=$2 tree=$3
shift 3

packages=systemd-sysv,udev,initramfs-tools,linux-image-cloud-amd64,grub-pc-bin,grub2-common,kmod,zstd
for package in "$@"; do
  packages=$packages,$package
done
debootstrap --variant=minbase --include="$packages" \
  "$suite" "$tree" "$mirror" >&2

cat >"$tree/etc/default/grub" <<SETTINGS
GRUB_DEFAULT=0
GRUB_TIMEOUT=0
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX_DEFAULT=""
GRUB_CMDLINE_LINUX="console=tty0 console=ttyS0,115200"
SETTINGS
sed -i 's/^MODULES=.*/MODULES=list/' "$tree/etc/initramfs-tools/initramfs.conf"
printf '%s\n' vmw_pvscsi ata_piix ahci mptspi sd_mod ext4 >>"$tree/etc/initramfs-tools/modules"
chroot "$tree" update-initramfs -u -k all >&2

mkdir -p "$tree/boot/grub"
cp -R "$tree/usr/lib/grub/i386-pc" "$tree/boot/grub/"
chroot "$tree" passwd --delete root >&2
rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/*
