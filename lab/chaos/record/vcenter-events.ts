/** What vCenter recorded of its VMs' power. Asked in plain SOAP, by nothing of Drover's. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { PowerEvent } from '../check/facts';
import type { LabState } from '../../state';

const KINDS: Readonly<Record<string, PowerEvent['kind']>> = {
  VmPoweredOnEvent: 'on',
  VmPoweredOffEvent: 'off',
  VmGuestShutdownEvent: 'asked-to-shut-down',
};

/** As many as vCenter gives in one answer; where it is not asked for a number, it gives the last ten. */
const MOST = 1_000;

/**
 * Oldest first.
 *
 * @throws Error where vCenter has more than one answer holds: what is not seen proves nothing
 */
export async function readPowerEvents(
  { vcenter }: { vcenter: Pick<LabState['vcenter'], 'url' | 'caFile' | 'username' | 'password'> },
  since: number,
): Promise<PowerEvent[]> {
  const soap = new Soap(vcenter.url, readFileSync(vcenter.caFile));
  const { username, password } = vcenter;
  await soap.call(
    `<Login xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this>` +
      `<userName>${username}</userName><password>${password}</password></Login>`,
  );
  const types = Object.keys(KINDS).map((type) => `<eventTypeId>${type}</eventTypeId>`);
  const answer = await soap.call(
    `<QueryEvents xmlns="urn:vim25"><_this type="EventManager">EventManager</_this>` +
      `<filter>${types.join('')}<maxCount>${MOST}</maxCount></filter></QueryEvents>`,
  );
  const events = [...answer.matchAll(/<returnval[^>]*type="(\w+)"[^>]*>(.*?)<\/returnval>/gs)];
  if (events.length >= MOST)
    throw new Error(`vCenter has ${MOST} events or more; migrate fewer VMs in a round`);
  return events
    .flatMap(([, type = '', body = '']) => eventOf(type, body))
    .filter(({ at }) => at >= since)
    .sort((one, other) => one.at - other.at || one.key - other.key)
    .map(({ key: _key, ...event }) => event);
}

/** Two events may be of one millisecond: their keys tell which came first. */
function eventOf(type: string, body: string): (PowerEvent & { key: number })[] {
  const kind = KINDS[type];
  const key = Number(/<key>(\d+)</.exec(body)?.[1]);
  const at = Date.parse(/<createdTime>([^<]+)</.exec(body)?.[1] ?? '');
  const moref = /<vm>\s*<name>[^<]*<\/name>\s*<vm[^>]*>([^<]+)<\/vm>/.exec(body)?.[1];
  if (kind === undefined) return [];
  if (Number.isNaN(at) || Number.isNaN(key) || moref === undefined)
    throw new Error(`an event of vCenter can't be read: ${body}`);
  return [{ key, at, moref, kind }];
}

/** One session of a vCenter. */
class Soap {
  private cookie = '';

  constructor(
    private readonly url: string,
    private readonly ca: Buffer,
  ) {}

  call(body: string): Promise<string> {
    const envelope =
      '<?xml version="1.0"?><Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/" ' +
      `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Body>${body}</Body></Envelope>`;
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'text/xml', cookie: this.cookie };
      const call = request(this.url, { method: 'POST', ca: this.ca, agent: false, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => {
          this.cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? this.cookie;
          if (answer.statusCode === 200) resolve(text);
          else reject(new Error(`vCenter answers ${answer.statusCode}`));
        });
      });
      call.once('error', reject);
      call.end(envelope);
    });
  }
}
