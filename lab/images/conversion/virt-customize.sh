#!/bin/sh
# Stand-in for virt-customize where the lab's disks hold no operating system: it says what it would run, in its order, and runs
# nothing. As the original it fails if a script is not there, or an overlay can not be written.
set -u

fail() {
  echo "virt-customize: error: $1" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case $1 in
    --add) (: <>"$2") 2>/dev/null || fail "$2: cannot be opened" ;;
    --run | --firstboot)
      [ -r "$2" ] || fail "$2: No such file or directory"
      echo "[   1.0] ${1#--}: $2"
      ;;
  esac
  shift 2 || fail "option '$1' needs an argument"
done
