/** A stand-in for guestfish over a folder: the commands that a session gives, with the original's ways of printing. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The script's text; `before` runs for each line of input, in `$line`. */
export function guestfishOver(root: string, before = ''): string {
  return `#!/bin/bash
root='${root}'
echo "$@" > "$root/arguments"
path() { sed 's/^[^"]*"\\([^"]*\\)".*/\\1/' <<< "$line"; }
failed() { echo "*stdin*:1: libguestfs: error: $1" >&2; case $line in -*) ;; *) exit 1 ;; esac; }
while IFS= read -r line; do
  ${before === '' ? ':' : before}
  case $line in
    !*) eval "\${line#!}" ;;
    -ls*) ls -1 "$root$(path)" 2>/dev/null || failed 'ls0: opendir: No such file or directory' ;;
    -pread*) eval "head -c 65536 '$root$(path)' | \${line#*| }" ;;
    mkdir-p*) mkdir -p "$root$(path)" || failed 'mkdir_p' ;;
    upload*) eval "cp $(sed "s/^upload \\('[^']*'\\).*/\\1/" <<< "$line") '$root$(path)'" || failed 'upload: No space left on device' ;;
    chmod*) chmod "$(cut -d' ' -f2 <<< "$line")" "$root$(path)" || failed 'chmod' ;;
    run|'-lvm-scan true') ;;
    list-partitions*) cat "$root/partitions" ;;
    -lvs*) cat "$root/volumes" ;;
    -vfs-type*) cat "$root/type$(path)" 2>/dev/null || failed 'vfs_type' ;;
    -luks-uuid*) cat "$root/uuid$(path)" | cat ;;
    -cryptsetup-open*) IFS= read -r key; echo "$(path) $key" >> "$root/tried"
      if grep -qx "$(path) $key" "$root/opens"; then awk -F'"' '{ print "/dev/mapper/" $4 }' <<< "$line" >> "$root/opened"
      else failed 'cryptsetup_open: No key available with this passphrase.'; fi ;;
    list-dm-devices*) cat "$root/opened" 2>/dev/null ;;
    inspect-os*) printf '/dev/sda1\n/dev/sdb2\n' | cat ;;
    inspect-get-mountpoints*) printf '/boot/srv: /dev/vg-0/srv\n/: /dev/sdb2\n/x"; sh: /dev/sda1\n/boot: /dev/sdb1\n' | cat ;;
    mount*|-mount*) echo "$line" >> "$root/mounted" ;;
    umount-all) touch "$root/umounted" ;;
    *) failed "$line: unknown command" ;;
  esac
done
`;
}

/** Writes a program that stands in for guestfish, and the guest's files. */
export function makeGuest(
  dir: string,
  files: Record<string, string>,
  before = '',
): { program: string; root: string } {
  const root = join(dir, 'root');
  mkdirSync(root, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const program = join(dir, 'guestfish');
  writeFileSync(program, guestfishOver(root, before));
  chmodSync(program, 0o755);
  return { program, root };
}
