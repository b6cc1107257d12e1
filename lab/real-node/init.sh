#!/bin/sh
# Process 1 of the real node. Gives the node a file system in which it can write where nodes write, without a trace on the
# machine, and then holds the namespaces until SIGTERM.
#
#   init.sh FOLDER
set -eu
folder=$1

# The node's own programs and their containers share mounts with each other, and with nobody else.
mount --make-rshared /
mount -t tmpfs -o mode=755 node /run
mkdir -p /run/lib/upper /run/lib/work /run/netns
mount -t overlay -o lowerdir=/var/lib,upperdir=/run/lib/upper,workdir=/run/lib/work node /var/lib
mount -t tmpfs -o mode=755 node /var/log
for shared in /var/lib/kubelet /var/lib/containerd /var/log/pods; do
  mkdir -p "$shared" "$folder$shared"
  mount --bind "$folder$shared" "$shared"
done

# The kubelet sets these for the whole machine. It finds in files of the node's own that they are set already.
# (kubernetes 1.34.4, setupKernelTunables in pkg/kubelet/cm/container_manager_linux.go)
mkdir -p /run/sysctl
while read -r name value; do
  file=/run/sysctl/$(echo "$name" | tr / -)
  echo "$value" >"$file"
  mount --bind "$file" "/proc/sys/$name"
done <<SETTINGS
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
SETTINGS

ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward

touch "$folder/ready"
trap 'exit 0' TERM
# Also reaps whatever the node's programs leave to process 1.
while :; do
  sleep 3600 &
  wait $!
done
