# A machine's process. Arguments: the disks, the one that boots first; `--`; qemu's own arguments.
#
# Where the first disk is bootable, qemu runs the guest, and the container ends as it does. Where it is not, as with
# most of the lab's disks, the disks are held open for writing, as qemu would, until SIGTERM, and the console says one line.
# A disk that can't be opened ends it at once with the reason in the termination message.
#
# FIRMWARE       bios or efi: what the boot disk must hold for it
# NVRAM_TEMPLATE the efi's variables, copied to /tmp/nvram.fd
# CONSOLE        FIFO that takes the guest's serial console, where somebody reads it
# LINKS_DOWN     the network cards, by qemu's names, whose cable is not plugged in
# GRACE_SECONDS  from SIGTERM, which presses the power button, to the plug being pulled

fail() {
  echo "$1" | tee /dev/termination-log >&2
  exit 1
}

# Looks at the first sectors only: it runs once for each machine, and most have nothing there.
is_bootable() {
  sector=$(od -An -v -tx1 -w512 -N512 "$1")
  case "$FIRMWARE:$sector" in
    bios:' 00 00'*) return 1 ;;
    bios:*' 55 aa') return 0 ;;
    # The type of an EFI System Partition, among the entries of a GUID partition table.
    efi:*' 55 aa') od -An -v -tx1 -w16 -j1024 -N16384 "$1" | grep -q '^ 28 73 2a c1 1f f8 d2 11 ba 4b 00 a0 c9 3e c9 3b' ;;
    *) return 1 ;;
  esac
}

# Held open from here to the end: its reader sees the end of the file when this container ends.
if [ -n "${CONSOLE-}" ]; then
  mkfifo -m 660 "$CONSOLE" 2>/dev/null
  exec 3<>"$CONSOLE"
fi

boot_disk=
disks=0
while [ $# -gt 0 ]; do
  disk=$1
  shift
  [ "$disk" = -- ] && break
  true 2>/dev/null <>"$disk" || fail "cannot open $disk"
  boot_disk=${boot_disk:-$disk}
  disks=$((disks + 1))
  held="${held-} $disk"
done

if [ -n "$boot_disk" ] && is_bootable "$boot_disk" && command -v qemu-system-x86_64 >/dev/null; then
  . /image/guest.sh
fi

trap 'echo "guest shutdown"; exit 0' TERM INT
for disk in ${held-}; do
  sleep infinity <>"$disk" &
done
echo "guest running with $disks disks"
# A line of the console, as of a guest that has come up.
[ -z "${CONSOLE-}" ] || echo "the disks of this guest are held: $disks" >&3
sleep infinity &
wait $!
