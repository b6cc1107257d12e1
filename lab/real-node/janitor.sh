#!/bin/sh
# Waits until nobody holds the other end of its input, releases the devices of the node's volumes, and removes its cgroups.
#
#   janitor.sh CGROUP CSI-PROGRAM VOLUMES
cat >/dev/null
"$2" release --dir "$3"
# A process that was killed stays in its cgroup for a moment.
for _ in $(seq 300); do
  left=$(find /sys/fs/cgroup -maxdepth 2 -type d -name "$1")
  [ -n "$left" ] || exit 0
  # shellcheck disable=SC2086
  find $left -depth -type d -exec rmdir {} + 2>/dev/null
  sleep 0.1
done
