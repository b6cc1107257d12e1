#!/bin/sh
# Tries what a real node does to a machine, in namespaces that end with this: fails, with the reason, where that is not allowed, as
# within most containers.
#
#   unshare --net --mount --pid --fork --mount-proc --propagation private probe.sh
set -e
# Elsewhere it would change the machine.
[ "$$" = 1 ] || { echo 'probe.sh has to be process 1 of its namespaces' >&2; exit 1; }
ip link add one type veth peer name two
ip link add bridge type bridge
iptables -t nat -N DROVER >/dev/null
mount -t tmpfs probe /run
mkdir -p /run/lib/upper /run/lib/work
mount -t overlay -o lowerdir=/var/lib,upperdir=/run/lib/upper,workdir=/run/lib/work probe /var/lib
# The kubelet reads there when the kernel has killed a process for its memory.
head -c 0 /dev/kmsg
# The kubelet also asks cgroup v2 for these, which a cgroup with processes of its own refuses.
# What it gets here is taken back.
control=/sys/fs/cgroup/cgroup.subtree_control
if [ -e "$control" ]; then
  before=" $(cat "$control") "
  echo '+cpu +cpuset +memory +pids' >"$control"
  for controller in cpu cpuset memory pids; do
    case "$before" in *" $controller "*) ;; *) echo "-$controller" >"$control" || true ;; esac
  done
fi
hierarchy=/sys/fs/cgroup
[ -e /sys/fs/cgroup/cgroup.procs ] || hierarchy=/sys/fs/cgroup/memory
cgroup=$(mktemp -d "$hierarchy/drover-probe-XXXXXX")
rmdir "$cgroup"
