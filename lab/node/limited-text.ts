import type { Writable } from 'node:stream';

/**
 * Passes on no more than `limit` bytes and cuts the text that would exceed them, as the kubelet does for `limitBytes`
 * (cri-client 0.34.4, pkg/logs/logs.go).
 */
export class LimitedText {
  private left: number;

  constructor(
    private readonly to: Writable,
    limit: number,
  ) {
    this.left = limit;
  }

  get full(): boolean {
    return this.left <= 0;
  }

  add(text: string): void {
    const bytes = Buffer.from(text);
    if (!this.full) this.to.write(bytes.subarray(0, this.left));
    this.left -= bytes.length;
  }
}
