#!/bin/sh
# Stand-in for virt-v2v-in-place where the lab's disks hold no operating system.
#
# It keeps the original's contract as far as our entrypoint can see it: same arguments, same output, every overlay
# that the libvirt XML names opened for writing, exit code 1 with an `error:` line otherwise. It writes nothing, so
# no disk changes.
# LAB_CONVERT_SECONDS makes it take that long; LAB_CONVERT_FAILS makes it fail as for an unknown guest. LAB_CONVERT_MARKS
# makes it write, as the original does: it adds one to the last byte of each disk, so that anybody can see how often a
# disk was converted.
set -u

fail() {
  echo "virt-v2v-in-place: error: $1" >&2
  exit 1
}

input=
for argument; do
  case $argument in
    --help)
      echo 'virt-v2v-in-place: convert a guest in-place'
      echo '  -i disk|libvirtxml|ova  Set input mode'
      exit 0
      ;;
    --version)
      echo 'virt-v2v-in-place 2.2.0'
      exit 0
      ;;
  esac
  [ "${previous-}" = -i ] && input=$argument
  previous=$argument
done
[ "$input" = libvirtxml ] || fail 'input mode must be libvirtxml'

disks=$(sed -n "s/.*<source file='\([^']*\)'.*/\1/p" "$previous") || fail "$previous: cannot be read"
[ -n "$disks" ] || fail 'the domain has no disks'
for disk in $disks; do
  # Opened for reading and writing, as the original does; nothing is written, and nothing is made that was not there.
  [ -e "$disk" ] && (: <>"$disk") 2>/dev/null || fail "$disk: cannot be opened"
done

# The overlay, in the format that our entrypoint makes.
mark() {
  size=$(qemu-img info -f qcow2 "$1" | sed -n 's/^virtual size:.*(\([0-9]*\) bytes).*/\1/p')
  last=$((size - 1))
  byte=$(qemu-io -f qcow2 -c "read -v $last 1" "$1" | sed -n 's/^[0-9a-f]*:  *\([0-9a-f][0-9a-f]\) .*/\1/p')
  qemu-io -f qcow2 -c "write -P $(((0x$byte + 1) % 256)) $last 1" "$1" >/dev/null || fail "$1: cannot be marked"
}

elapsed=0
for stage in 'Setting up the source' 'Opening the source' 'Inspecting the source' 'Converting the guest' 'Finishing off'; do
  printf '[%6d.0] %s\n' "$elapsed" "$stage"
  if [ "$stage" = 'Inspecting the source' ] && [ -n "${LAB_CONVERT_FAILS-}" ]; then
    fail 'inspection could not detect the source guest (or physical machine).'
  fi
  if [ "$stage" = 'Converting the guest' ]; then
    [ -z "${LAB_CONVERT_MARKS-}" ] || for disk in $disks; do mark "$disk"; done
    elapsed=${LAB_CONVERT_SECONDS:-0}
    sleep "$elapsed"
  fi
done
