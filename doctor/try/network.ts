/** Whether a Pod reaches vCenter and the ESXi hosts, where imports read disks from. */
import { z } from 'zod';
import type { TriedReach } from '../facts';
import { runJob } from './run-pod';
import type { Scratch } from './scratch';

export interface Place {
  host: string;
  port: number;
}

/** The rest is counted, and not tried. */
export const MOST_PLACES = 128;
/** As a name or an address may be written; anything else is asked of nobody. */
const HOST = /^[A-Za-z0-9._-]{1,253}$|^[0-9A-Fa-f:.]{2,45}$/;
const SECONDS = 5;

/** Arguments are data: none becomes part of a command. */
const SCRIPT = `
end() { printf '%s' "$1" > /dev/termination-log; exit "$2"; }
n=0
while [ $# -gt 1 ]; do
  ( timeout ${SECONDS} bash -c 'exec 3<> "/dev/tcp/$0/$1"' "$1" "$2" 2> /dev/null && echo yes || echo no ) > "/tmp/drover-$n" &
  n=$((n + 1)); shift 2
done
wait
all=
i=0
while [ $i -lt $n ]; do all="$all $(cat "/tmp/drover-$i")"; i=$((i + 1)); done
end "$all" 0
`;

const wordSchema = z.enum(['yes', 'no']);

/** @param image with bash and coreutils */
export async function tryNetwork(
  scratch: Scratch,
  places: readonly Place[],
  image: string,
): Promise<TriedReach> {
  const asked = places.filter(({ host }) => HOST.test(host)).slice(0, MOST_PLACES);
  const untried = places.length - asked.length;
  if (asked.length === 0) return { why: null, places: [], untried };
  const command = ['bash', '-c', SCRIPT, 'bash', ...asked.flatMap(({ host, port }) => [host, String(port)])];
  const { ok, said } = await runJob(scratch, { name: 'network', container: { image, command } });
  const words = z.array(wordSchema).length(asked.length).safeParse(said.trim().split(/\s+/));
  if (!ok || !words.success)
    return { why: ok ? 'its answer has not the right form' : said, places: [], untried };
  return {
    why: null,
    places: asked.map((place, index) => ({ ...place, isReached: words.data[index] === 'yes' })),
    untried,
  };
}
