#!/bin/sh
# Becomes process 1 of the real node's namespaces: see init.sh. With that process the kernel ends all others of the node, its
# mounts and its links. The kernel keeps cgroups and the devices of volumes, so a janitor outside of the namespaces waits for the
# end and removes them.
#
#   namespaces.sh FOLDER CGROUP CSI-PROGRAM VOLUMES
set -eu
here=$(dirname "$0")
folder=$1
cgroup=$2

# cgroup v2 has one hierarchy, v1 one for each controller. A folder of v1's cpuset takes no process before it is filled in.
hierarchies=/sys/fs/cgroup
[ -e /sys/fs/cgroup/cgroup.procs ] || hierarchies=$(find /sys/fs/cgroup -mindepth 1 -maxdepth 1 -type d)
for hierarchy in $hierarchies; do
  mkdir "$hierarchy/$cgroup"
  [ -e /sys/fs/cgroup/cgroup.procs ] && continue
  for name in cpuset.cpus cpuset.mems; do
    [ ! -e "$hierarchy/$name" ] || cat "$hierarchy/$name" >"$hierarchy/$cgroup/$name"
  done
done

# Only the node's process 1 and its parents hold the other end of this pipe.
mkfifo "$folder/alive"
(setsid sh "$here/janitor.sh" "$cgroup" "$3" "$4" <"$folder/alive" &)
exec 3>"$folder/alive"
rm "$folder/alive"

exec unshare --net --mount --ipc --uts --pid --fork --kill-child --mount-proc --propagation private sh "$here/init.sh" "$folder"
