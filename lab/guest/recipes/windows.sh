#!/bin/sh
# windows.sh DISK STATE APPLIANCE: an MBR disk that inspection takes for a Windows Server, and that holds none. STATE: hibernated,
# or shut-down. APPLIANCE: a folder for LIBGUESTFS_PATH; only libguestfs fills an NTFS without mounting it here.
set -eu
disk=$1 state=$2 appliance=$3
parts=$(dirname "$0")/../windows

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
perl "$parts/files.pl" "$work"
for name in SOFTWARE SYSTEM; do
  cp "$work/hive" "$work/$name"
  reg=$parts/$(echo "$name" | tr '[:upper:]' '[:lower:]').reg
  hivexregedit --merge --prefix "HKEY_LOCAL_MACHINE\\$name" "$work/$name" "$reg"
done
# What a hibernated Windows begins this file with, on at least one page.
printf hibr >"$work/hiberfil.sys"
truncate -s 4096 "$work/hiberfil.sys"

truncate -s 128M "$disk"
echo 'start=2048, type=7, bootable' | /sbin/sfdisk --quiet --label dos "$disk"
{
  echo 'run'
  echo 'mkfs ntfs /dev/sda1'
  echo 'mount /dev/sda1 /'
  echo 'mkdir-p /Windows/System32/config'
  echo 'mkdir-p /Windows/System32/drivers'
  echo 'mkdir-p /Windows/inf'
  echo 'mkdir "/Program Files"'
  echo "upload $work/SOFTWARE /Windows/System32/config/SOFTWARE"
  echo "upload $work/SYSTEM /Windows/System32/config/SYSTEM"
  echo "upload $work/cmd.exe /Windows/System32/cmd.exe"
  [ "$state" != hibernated ] || echo "upload $work/hiberfil.sys /hiberfil.sys"
} | LIBGUESTFS_PATH=$appliance LIBGUESTFS_BACKEND=direct LIBGUESTFS_BACKEND_SETTINGS=force_tcg \
  guestfish --format=raw --add "$disk"
