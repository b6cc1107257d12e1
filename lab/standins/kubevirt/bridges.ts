/**
 * The bridges of the lab: each NetworkAttachmentDefinition has one of its own, whatever it is configured to be. A bridge
 * outlives its definition, as on a node: machines that run stay on it.
 */
import type { KubeObject } from '../cluster';
import { Bridge } from './bridge';
import { bridgeAddress } from './loopback-addresses';

export class Bridges {
  private readonly open = new Map<string, Promise<Bridge>>();

  constructor(private readonly log: (line: string) => void) {}

  /**
   * The address of a definition's bridge, which is there once this resolves.
   * @throws Error where another program listens at its address
   */
  async of({ metadata }: KubeObject): Promise<string> {
    const address = bridgeAddress(metadata?.uid ?? '');
    const bridge = this.open.get(address) ?? Bridge.open(address, this.log);
    this.open.set(address, bridge);
    await bridge.catch((error: unknown) => {
      this.open.delete(address);
      throw error;
    });
    return address;
  }

  stop(): void {
    for (const bridge of this.open.values()) void bridge.then((one) => one.stop()).catch(() => undefined);
  }
}
