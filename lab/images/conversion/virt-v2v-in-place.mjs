#!/usr/local/bin/node
/**
 * Stand-in for virt-v2v-in-place where the lab's disks hold no operating system.
 *
 * It keeps the original's contract as far as our entrypoint can see it: same arguments, same output, every
 * disk of the libvirt XML opened for writing, exit code 1 with an `error:` line otherwise. It changes no byte.
 * LAB_CONVERT_SECONDS makes it take that long; LAB_CONVERT_FAILS makes it fail as for an unknown guest.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log('virt-v2v-in-place: convert a guest in-place\n  -i disk|libvirtxml|ova  Set input mode\n  --root ask|first|...');
  process.exit(0);
}

const started = Date.now();
const seconds = Number(process.env.LAB_CONVERT_SECONDS ?? '0');
const STAGES = ['Setting up the source', 'Opening the source', 'Inspecting the source', 'Converting the guest', 'Finishing off'];

function fail(message) {
  console.error(`virt-v2v-in-place: error: ${message}`);
  process.exit(1);
}

if (args[args.indexOf('-i') + 1] !== 'libvirtxml') fail('input mode must be libvirtxml');
const xml = readFileSync(args.at(-1), 'utf8');
const disks = [...xml.matchAll(/<source (?:dev|file)='([^']+)'/g)].map((match) => match[1]);
if (disks.length === 0) fail('the domain has no disks');

for (const disk of disks) {
  try {
    const file = openSync(disk, 'r+');
    readSync(file, Buffer.alloc(512), 0, 512, 0);
    closeSync(file);
  } catch (error) {
    fail(`${disk}: ${error.code}`);
  }
}
for (const stage of STAGES) {
  console.log(`[${((Date.now() - started) / 1000).toFixed(1).padStart(6)}] ${stage}`);
  if (stage === 'Inspecting the source' && process.env.LAB_CONVERT_FAILS) fail('inspection could not detect the source guest (or physical machine).');
  if (seconds > 0) await new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / STAGES.length));
}
