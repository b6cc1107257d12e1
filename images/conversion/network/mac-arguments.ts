/** Static addresses of Windows as arguments of virt-v2v, which sets them at the first boot. */
import { isIP } from 'node:net';
import type { KeptCard, KeptNetwork } from './kept-network';

/**
 * `--mac MAC:ip:ADDRESS,GATEWAY,PREFIX,NAME SERVERS` for each static address. A gateway goes with the first address of its
 * family, and all name servers with the first address of the card: virt-v2v makes one `New-NetIPAddress` of each argument, and a
 * second route would be refused.
 */
export function macArguments(network: KeptNetwork | null): string[] {
  if (network?.system !== 'windows') return [];
  return network.cards.flatMap((card) => ofCard(card).flatMap((said) => ['--mac', said]));
}

function ofCard({ addresses, gateways, mac, nameServers }: KeptCard): string[] {
  const fixed = addresses.filter(({ by }) => by === 'static');
  return fixed.map(({ address, prefix }, index) => {
    const isFamily = (other: string) => isIP(other) === isIP(address);
    const isFirst = fixed.findIndex((one) => isFamily(one.address)) === index;
    const gateway = isFirst ? (gateways.find(isFamily) ?? '') : '';
    const servers = index === 0 ? nameServers : [];
    return `${mac}:ip:${[address, gateway, String(prefix), ...servers].join(',')}`;
  });
}
