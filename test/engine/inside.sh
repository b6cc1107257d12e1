#!/bin/bash
# The first process of the engine's own namespaces: brings their network up, starts the engine, and runs a command with
# it. When this process ends, however it ends, the kernel ends all others in here and forgets their mounts.
#   ENGINE_DIR=… LAB_ADDRESS=… inside.sh COMMAND…
set -euo pipefail

patiently() { # SECONDS WHAT COMMAND…
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $deadline ]; then
      echo "engine: $what" >&2
      tail -n 20 "$ENGINE_DIR"/*.log >&2
      exit 1
    fi
    sleep 0.2
  done
}

has_network() { ip -4 -oneline address show dev tap0 | grep -q inet; }

ip link set lo up
# Where containers find the lab, whose servers run in here too.
ip address add "$LAB_ADDRESS/32" dev lo
patiently 30 'slirp4netns brought no network' has_network

# slirp4netns answers there for the machine's own resolver.
echo 'nameserver 10.0.2.3' >"$ENGINE_DIR/resolv.conf"
mount --bind "$ENGINE_DIR/resolv.conf" /etc/resolv.conf

dockerd --host="$DOCKER_HOST" --data-root="$ENGINE_DIR/data" --exec-root="$ENGINE_DIR/exec" \
  --pidfile="$ENGINE_DIR/dockerd.pid" --storage-driver=overlay2 --exec-opt=native.cgroupdriver=cgroupfs \
  --cgroup-parent="/$(basename "$ENGINE_DIR")" --dns=10.0.2.3 >"$ENGINE_DIR/dockerd.log" 2>&1 &
patiently 60 'dockerd does not answer' docker version

"$@"
