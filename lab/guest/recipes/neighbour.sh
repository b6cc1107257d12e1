#!/bin/sh
# neighbour.sh INIT KERNEL ARCHIVE: the initial file system of a machine that is nothing but busybox, the given process 1, and a
# network. KERNEL: the unpacked package of a Linux image. Its version is taken from there.
set -eu
init=$1 kernel=$2 archive=$3

version=$(basename "$kernel"/boot/vmlinuz-*)
version=${version#vmlinuz-}
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
library=lib/modules/$version
mkdir -p "$tree/dev" "$tree/proc" "$tree/sys" "$tree/tmp" "$tree/usr/bin" "$tree/$library"
cp /bin/busybox "$tree/usr/bin/busybox"
install -m 755 "$init" "$tree/init"

# Every module of these with all that it needs, as modprobe would load it. Not in the pipe, which would hide that one is missing.
needed=$(for module in virtio_pci virtio_console virtio_net 8021q; do
  /sbin/modprobe --dirname "$kernel" --set-version "$version" --show-depends "$module" || exit
done)
echo "$needed" | sed -n "s|^insmod .*/$library/\([^ ]*\).*|\1|p" | sort -u | while read -r file; do
  mkdir -p "$tree/$library/$(dirname "$file")"
  cp "$kernel/$library/$file" "$tree/$library/$file"
done
/sbin/depmod --basedir "$tree" "$version" 2>/dev/null

(cd "$tree" && find . | cpio --quiet --create --format newc) >"$archive"
