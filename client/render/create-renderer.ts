import { BarRenderer } from './bars';
import { LineRenderer } from './lines';
import type { ProgressStream, Renderer } from './renderer';

/** Bars on a terminal, plain lines elsewhere. */
export function createRenderer(stream: ProgressStream): Renderer {
  return stream.isTTY === true ? new BarRenderer(stream) : new LineRenderer(stream);
}
