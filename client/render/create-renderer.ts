import { BarRenderer } from './bars';
import { LineRenderer } from './lines';
import type { ProgressStream, Renderer } from './renderer';
import { visibleIn } from '../../plan/visible';

/** Bars on a terminal, plain lines elsewhere. Neither sees a text that could steer a terminal or begin a line. */
export function createRenderer(stream: ProgressStream): Renderer {
  const renderer = stream.isTTY === true ? new BarRenderer(stream) : new LineRenderer(stream);
  return {
    show: (snapshot) => renderer.show(visibleIn(snapshot)),
    close: () => renderer.close(),
  };
}
