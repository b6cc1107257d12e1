/** The Ethernet frames in what qemu writes to a stream socket: before each stands its length, four bytes, big-endian. */

const LENGTH_BYTES = 4;
/** What qemu itself takes at most (net/net.h: NET_BUFSIZE). */
const MAX_FRAME_BYTES = 4096 + 65_536;
/** Two addresses and a type. */
const MIN_FRAME_BYTES = 14;

/** A frame with its length before it, as another qemu takes it. */
export interface Frame {
  bytes: Buffer;
  /** MAC addresses, twelve hexadecimal digits. */
  from: string;
  to: string;
  /** Whether it is for several stations, or for all. */
  isForMany: boolean;
}

/** One connection's reader. */
export class FrameReader {
  private rest = Buffer.alloc(0);

  /**
   * The frames that are whole by now.
   * @throws Error where a frame has a length that no frame of qemu's has: nothing after it can be read
   */
  take(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    let text = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    while (text.length >= LENGTH_BYTES) {
      const length = text.readUInt32BE(0);
      if (length < MIN_FRAME_BYTES || length > MAX_FRAME_BYTES) {
        throw new Error(`a frame of ${length} bytes; it has ${MIN_FRAME_BYTES} to ${MAX_FRAME_BYTES}`);
      }
      const end = LENGTH_BYTES + length;
      if (text.length < end) break;
      frames.push(frame(text.subarray(0, end)));
      text = text.subarray(end);
    }
    this.rest = Buffer.from(text);
    return frames;
  }
}

function frame(bytes: Buffer): Frame {
  const address = (at: number) => bytes.toString('hex', LENGTH_BYTES + at, LENGTH_BYTES + at + 6);
  return { bytes, to: address(0), from: address(6), isForMany: (bytes.readUInt8(LENGTH_BYTES) & 1) === 1 };
}
