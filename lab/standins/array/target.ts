/** What the array writes to: the bytes of one volume, wherever a node sees them. */
import type { FileHandle } from 'node:fs/promises';

export interface Target {
  /**
   * Opens the volume for writing; what it holds stays, but for an image, which is made anew.
   * @throws Error where the volume has no room for so many bytes
   */
  open(capacityBytes: number): Promise<FileHandle>;
  /** Called after each piece, and when everything is on its place. @throws Error where a node may still see other bytes */
  verify(): void;
}
