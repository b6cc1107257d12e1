#!/bin/sh
# luks.sh DISK: an MBR disk whose one partition is encrypted with a key that was thrown away.
set -eu
disk=$1

part=$(mktemp)
trap 'rm -f "$part"' EXIT
truncate -s 63M "$part"
# The cheapest key derivation there is: nobody will ever open it.
head -c 32 /dev/urandom | /sbin/cryptsetup luksFormat --batch-mode --type luks2 --pbkdf pbkdf2 \
  --pbkdf-force-iterations 1000 --key-file - "$part"
truncate -s 64M "$disk"
echo 'start=2048, type=83' | /sbin/sfdisk --quiet --label dos "$disk"
dd if="$part" of="$disk" bs=1M seek=1 conv=notrunc,sparse status=none
