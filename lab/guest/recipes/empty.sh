#!/bin/sh
# empty.sh DISK: nothing but zeros.
set -eu
truncate -s 64M "$1"
