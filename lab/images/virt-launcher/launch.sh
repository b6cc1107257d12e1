# A guest without an operating system: holds the disks that its arguments name open for writing, as qemu would,
# until SIGTERM. A disk that can't be opened ends it at once with the reason in the termination message.
trap 'echo "guest shutdown"; exit 0' TERM INT
for disk in "$@"; do
  if ! true 2>/dev/null <>"$disk"; then
    echo "cannot open $disk" | tee /dev/termination-log >&2
    exit 1
  fi
  sleep infinity <>"$disk" &
done
echo "guest running with $# disks"
sleep infinity &
wait $!
