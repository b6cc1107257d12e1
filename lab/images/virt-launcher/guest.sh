# Runs the guest to its end; read by launch.sh, whose remaining arguments are qemu's.
# The monitor listens on a pipe, so that a shell can press the power button.

stop() {
  stopping=yes
  {
    # A guest that is still booting does not hear the button: it is pressed again until the time is up.
    [ "$GRACE_SECONDS" -gt 0 ] &&
      timeout "$GRACE_SECONDS" sh -c 'while echo system_powerdown; do sleep 5; done' >&4
    kill -KILL "$guest"
  } &
}

[ -n "${NVRAM_TEMPLATE-}" ] && cp "$NVRAM_TEMPLATE" /tmp/nvram.fd
mkfifo /tmp/monitor
exec 4<>/tmp/monitor
for card in ${LINKS_DOWN-}; do
  echo "set_link $card off" >&4
done
trap stop TERM INT
qemu-system-x86_64 -monitor stdio "$@" <&4 >/dev/null 2>/tmp/qemu.log &
guest=$!
echo "guest started from $boot_disk with $disks disks"
while :; do
  wait "$guest"
  code=$?
  # A signal ends a wait, too.
  kill -0 "$guest" 2>/dev/null || break
done
cat /tmp/qemu.log >&2
if [ "$code" -ne 0 ] && [ -z "${stopping-}" ]; then
  fail "qemu ended with code $code: $(tail -n 1 /tmp/qemu.log)"
fi
echo 'guest shutdown'
exit 0
