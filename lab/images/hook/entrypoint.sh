#!/bin/sh
# Stands in for Forklift's hook-runner. Its playbooks are shell scripts: what follows -p is run.
[ $# -eq 0 ] && exec cat /tmp/hook/workload.yml
while [ "$1" != -p ]; do shift; done
exec sh "$2"
