# Holds a Pod's place until SIGTERM. A shell, not Node: one of these runs for every VM that migrates.
trap 'exit 0' TERM INT
sleep infinity &
wait
