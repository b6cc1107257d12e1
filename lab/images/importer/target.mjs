/** The volume to fill: a block device, or a raw image in a file system. Blocks of zeros take no space in either. */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';

const DEVICE = '/dev/cdi-block-volume';
const IMAGE = '/data/disk.img';
const BLOCK = 64 * 1024;
const ZEROS = Buffer.alloc(BLOCK);

/** Throws where the volume can't hold that many bytes. */
export function openTarget(size) {
  return existsSync(DEVICE) ? openDevice(size) : openImage(size);
}

function openDevice(size) {
  const file = openSync(DEVICE, 'r+');
  const capacity = fstatSync(file).size;
  if (capacity < size) {
    throw new Error(`the device holds ${capacity} bytes, the disk has ${size}`);
  }
  // A device may hold what an earlier attempt left: zeros are skipped only where it has them already.
  return target(file, (block, at) => writeUnlessZero(file, block, at));
}

function openImage(size) {
  const file = openSync(IMAGE, 'w', 0o660);
  ftruncateSync(file, size);
  return target(file, () => {});
}

function target(file, writeZeros) {
  return {
    write(chunk, at) {
      for (let from = 0; from < chunk.length; from += BLOCK) {
        const block = chunk.subarray(from, from + BLOCK);
        if (isZero(block)) {
          writeZeros(block, at + from);
        } else {
          writeAll(file, block, at + from);
        }
      }
    },
    close() {
      fsyncSync(file);
      closeSync(file);
    },
  };
}

function writeUnlessZero(file, block, at) {
  const present = Buffer.alloc(block.length);
  readSync(file, present, 0, present.length, at);
  if (!isZero(present)) {
    writeAll(file, block, at);
  }
}

function writeAll(file, block, at) {
  for (let done = 0; done < block.length;) {
    done += writeSync(file, block, done, block.length - done, at + done);
  }
}

function isZero(block) {
  return block.equals(block.length === BLOCK ? ZEROS : ZEROS.subarray(0, block.length));
}
