# The container guest-console-log: prints what the guest writes to its serial console, which comes through the FIFO
# that the argument names. It ends when the guest's container does, whatever it is told before.
#
# Whole lines only, as KubeVirt's virt-tail prints them: a login prompt is no line until something follows it.
trap : TERM INT
mkfifo -m 660 "$1" 2>/dev/null
exec 3<"$1"
while :; do
  IFS= read -r more <&3
  code=$?
  line=${line-}$more
  if [ "$code" -eq 0 ]; then
    printf '%s\n' "$line"
    line=
  # Above 128 a signal broke into the read; else the guest has ended.
  elif [ "$code" -le 128 ]; then
    break
  fi
done
[ -z "$line" ] || printf '%s\n' "$line"
