/** Which small networks a real node's link may have: none that this machine has a way into. */

export interface Network {
  /** Different for each. */
  index: number;
  hostAddress: string;
  nodeAddress: string;
}

interface Route {
  destination: number;
  mask: number;
}

/** For tests of networks (RFC 2544) and for documentation (RFC 5737): in use nowhere, or on this machine alone. */
const BLOCKS = ['198.18.0', '198.51.100', '203.0.113'];
/** Of four addresses each, in a block. */
const IN_A_BLOCK = 64;
const MASK = 0xfffffffc;

/** @param routes `/proc/net/route`: destinations and masks in hexadecimal, their bytes in the machine's own order */
export function freeNetworks(routes: string): Network[] {
  const taken = routes.trim().split('\n').slice(1).map(parseRoute);
  return BLOCKS.flatMap((block, blockIndex) =>
    Array.from({ length: IN_A_BLOCK }, (_, position): Network => {
      const first = position * 4;
      return {
        index: blockIndex * IN_A_BLOCK + position,
        hostAddress: `${block}.${first + 1}`,
        nodeAddress: `${block}.${first + 2}`,
      };
    }),
  ).filter(({ hostAddress }) => !taken.some((route) => leadsInto(route, numberOf(hostAddress))));
}

function parseRoute(line: string): Route {
  const [, destination = '', , , , , , mask = ''] = line.split('\t');
  return { destination: fromHex(destination), mask: fromHex(mask) };
}

/** The default route leads everywhere, and says nothing. */
function leadsInto({ destination, mask }: Route, address: number): boolean {
  const common = (mask & MASK) >>> 0;
  return mask !== 0 && (destination & common) >>> 0 === (address & common) >>> 0;
}

/** Processors on which labs run are little-endian. */
function fromHex(text: string): number {
  return Buffer.from(text.padStart(8, '0'), 'hex').readUInt32LE();
}

function numberOf(address: string): number {
  return Buffer.from(address.split('.').map(Number)).readUInt32BE();
}
