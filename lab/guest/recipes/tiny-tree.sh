#!/bin/sh
# tiny-tree.sh SKELETON KERNEL TREE: a root file system in Debian's shape around busybox and Debian's own kernel.
# KERNEL: the unpacked package of a Linux image. Its version is taken from there.
set -eu
skeleton=$1 kernel=$2 tree=$3

version=$(basename "$kernel"/boot/vmlinuz-*)
version=${version#vmlinuz-}
modules="vmw_pvscsi vmxnet3 ata_piix ata_generic sd_mod sr_mod ext4 vfat nls_ascii nls_cp437 xts
  virtio virtio_ring virtio_pci virtio_blk virtio_scsi virtio_net virtio_console virtio_balloon virtio-rng"

mkdir -p "$tree"
cd "$tree"
mkdir -p boot/grub boot/efi dev etc/modprobe.d etc/systemd/system proc root run srv/data sys tmp usr/bin usr/sbin \
  usr/lib/modules/"$version" var/lib/dpkg/info var/log
for folder in bin sbin lib; do
  ln -s "usr/$folder" "$folder"
done
cp /bin/busybox usr/bin/busybox
# Its own dpkg knows nothing of file lists: the skeleton brings one that does.
for applet in $(/bin/busybox --list-full | grep -v -e '/busybox$' -e '/dpkg$'); do
  ln -s /usr/bin/busybox "usr/${applet#usr/}"
done
cp -R "$skeleton"/. .
cp /etc/debian_version etc/debian_version

cp "$kernel/boot/vmlinuz-$version" "$kernel/boot/config-$version" boot/
library=usr/lib/modules/$version
cp "$kernel/lib/modules/$version"/modules.* "$library"/
# Every module named above with all that it needs, as modprobe would load it.
for module in $modules; do
  /sbin/modprobe --dirname "$kernel" --set-version "$version" --show-depends "$module"
done | sed -n "s|^insmod .*/lib/modules/$version/\([^ ]*\).*|\1|p" | sort -u | while read -r file; do
  mkdir -p "$library/$(dirname "$file")"
  cp "$kernel/lib/modules/$version/$file" "$library/$file"
done
/sbin/depmod --basedir "$tree/usr" "$version"

# Package: name, version, and on standard input the files that it owns.
installed() {
  {
    echo "Package: $1"
    echo "Status: install ok installed"
    echo "Priority: optional"
    echo "Section: admin"
    echo "Maintainer: none"
    echo "Architecture: amd64"
    echo "Version: $2"
    echo "Description: $1"
    echo
  } >>var/lib/dpkg/status
  cat >"var/lib/dpkg/info/$1.list"
}
printf '%s\n' /. /etc /etc/debian_version /etc/os-release | installed base-files 12.4
printf '%s\n' /. /usr /usr/bin /usr/bin/busybox | installed busybox-static 1:1.35.0-4
printf '%s\n' /. /usr /usr/bin /usr/bin/dpkg | installed dpkg 1.21.22
printf '%s\n' /. /usr /usr/sbin /usr/sbin/grub-mkconfig | installed grub2-common 2.06-13
printf '%s\n' /. /usr /usr/sbin /usr/sbin/update-initramfs | installed initramfs-tools 0.142
{
  printf '%s\n' /. /boot "/boot/config-$version" "/boot/vmlinuz-$version" /lib /lib/modules
  find "$library" | sed 's|^usr|/usr|; s|^/usr/lib|/lib|'
} | installed "linux-image-$version" "$version"

DPKG_ROOT=$tree sh "$tree/usr/sbin/update-initramfs" -c -k "$version"
