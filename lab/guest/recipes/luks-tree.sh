#!/bin/sh
# luks-tree.sh KERNEL TREE LUKS_UUID: makes a tiny guest one that opens its encrypted root itself: with cryptsetup and the
# drivers that it needs, which its update-initramfs packs.
set -eu
kernel=$1 tree=$2 uuid=$3

version=$(basename "$kernel"/boot/vmlinuz-*)
version=${version#vmlinuz-}
library=usr/lib/modules/$version
modules="dm-mod dm-crypt xts aesni-intel"
for module in $modules; do
  /sbin/modprobe --dirname "$kernel" --set-version "$version" --show-depends "$module" >"$tree/depends"
  sed -n "s|^insmod .*/lib/modules/$version/\([^ ]*\).*|\1|p" "$tree/depends" | while read -r file; do
    mkdir -p "$tree/$library/$(dirname "$file")"
    cp "$kernel/lib/modules/$version/$file" "$tree/$library/$file"
  done
done
rm "$tree/depends"
/sbin/depmod --basedir "$tree/usr" "$version"
printf '%s\n' $modules >>"$tree/etc/initramfs-tools/modules"

# cryptsetup with its libraries and the loader that it names, at their own paths.
crypt=$tree/usr/lib/cryptroot
mkdir -p "$crypt/sbin"
cp /sbin/cryptsetup "$crypt/sbin/cryptsetup"
ldd /sbin/cryptsetup | sed -n 's|^[^/]*\(/[^ ]*\) (0x.*|\1|p' | while read -r file; do
  mkdir -p "$crypt$(dirname "$file")"
  cp -L "$file" "$crypt$file"
done
echo "root UUID=$uuid none luks" >"$tree/etc/crypttab"

DPKG_ROOT=$tree sh "$tree/usr/sbin/update-initramfs" -u -k "$version"
