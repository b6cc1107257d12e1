/** Calls over a real connection, to a server that is no friend. */
import type { ServerResponse } from 'node:http';
import { readEverywhere } from '../../../activities/vsphere/property-collector';
import type { Vim } from '../../../activities/vsphere/session';
import type { CallOptions } from '../../../activities/vsphere/soap-port';
import { vcenterFailure } from '../../../activities/vsphere/faults';
import { reference } from '../../../activities/vsphere/vim-value';
import { writeWithoutEnd } from '../../support/endless';
import { envelope, foreignVcenter, type ForeignVcenter } from './foreign-vcenter';

const MIB = 2 ** 20;
/** What lies in the sockets' buffers beside what was read. */
const IN_FLIGHT = 16 * MIB;
const SELF = { _this: reference({ type: 'ServiceInstance', value: 'ServiceInstance' }) };

let vcenter: ForeignVcenter;
afterEach(() => vcenter.close());

const ask = (options?: CallOptions) =>
  vcenter.port.call('RetrieveServiceContent', SELF, options).catch((error: unknown) => {
    throw vcenterFailure(error);
  });

/** To every call, after what comes before the envelope. */
async function answering(content: string, before = ''): Promise<void> {
  vcenter = await foreignVcenter((answer, operation) => answer.end(before + envelope(operation, content)));
}

test('a moref, a name or a password that looks like XML stays a text', async () => {
  await answering('fine');
  const word = `</userName><type>"&lt;'<![CDATA[x]]>`;
  await vcenter.port.call('Login', {
    _this: reference({ type: `S" x="y`, value: `vm-1</_this><evil/>` }),
    userName: word,
    password: word,
  });
  const [body = ''] = vcenter.asked;
  expect(body).not.toMatch(/<evil|<type>|<!\[CDATA|x="y"/);
  expect(body).toContain('vm-1&lt;/_this&gt;&lt;evil/&gt;');
  expect(body.match(/<\/\w*:?userName>/g)).toHaveLength(1);
});

test('an answer without end is read up to 32 MiB, and the connection is gone', async () => {
  let tell: (bytes: number) => void = () => undefined;
  const sent = new Promise<number>((resolve) => (tell = resolve));
  vcenter = await foreignVcenter((answer) => void writeWithoutEnd(answer, 'x'.repeat(MIB)).then(tell));
  await expect(ask()).rejects.toMatchObject({
    type: 'AnswerTooLarge',
    nonRetryable: true,
    message: "vCenter's answer is longer than 32 MiB",
  });
  expect(await sent).toBeLessThan(32 * MIB + IN_FLIGHT);
});

test('an answer that drips in steadily is given up all the same', async () => {
  const drip = (answer: ServerResponse) => {
    const timer = setInterval(() => answer.write(' '), 20);
    answer.once('close', () => clearInterval(timer));
  };
  vcenter = await foreignVcenter(drip);
  await expect(ask({ timeoutMs: 300 })).rejects.toMatchObject({ type: 'SourceUnreachable' });
});

test('pages without end are read up to what one question may cost', async () => {
  const padding = 'x'.repeat(20 * MIB);
  await answering(`<token>more</token><padding>${padding}</padding>`);
  const content = { viewManager: { type: 'a', value: 'a' }, rootFolder: { type: 'a', value: 'a' } };
  const vim = {
    content: { ...content, propertyCollector: { type: 'a', value: 'a' } },
    call: (operation: Parameters<Vim['call']>[0], args: Record<string, unknown>, options?: CallOptions) =>
      operation === 'CreateContainerView'
        ? Promise.resolve({ attributes: { type: 'ContainerView' }, $value: 'v' })
        : vcenter.port.call(operation, args, options),
  } as unknown as Vim;
  await expect(readEverywhere(vim, { VirtualMachine: ['name'] })).rejects.toMatchObject({
    type: 'AnswerTooLarge',
    message: 'the pages of what vCenter was asked for are too long together',
  });
  expect(vcenter.asked.length).toBeLessThan(30);
});

test.each([
  ['an element that would change every object', '<a id="__proto__"><polluted>1</polluted></a>'],
  ['an element by the name of what every object has', '<constructor>x</constructor>'],
  ['the prototype as an element', '<__proto__><polluted>1</polluted></__proto__>'],
  ['references', '<a href="#x"/><b id="x"/>'],
  ['entities of its own', '<a/>', '<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]>'],
  ['an XML document in its text', `<a><![CDATA[${'<?xml '.repeat(1_000)}]]></a>`],
  ['elements within each other without end', '<a>'.repeat(200_000)],
  ['what is no XML', '<a b=c>'],
])('an answer with %s is refused, and changes nothing', async (_, content, before = '') => {
  await answering(content, before);
  await expect(ask()).rejects.toMatchObject({ type: 'SourceFault' });
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('an answer of more elements than any inventory page is refused before it is read', async () => {
  await answering('<a/>'.repeat(2_000_001));
  await expect(ask()).rejects.toMatchObject({ type: 'AnswerTooLarge' });
});

test("a proxy's page is told by its status", async () => {
  vcenter = await foreignVcenter((answer) => answer.writeHead(502).end('<!DOCTYPE html><p>Bad gateway'));
  await expect(ask()).rejects.toMatchObject({
    type: 'SourceFault',
    message: 'vCenter answers with HTTP status 502 and no SOAP',
  });
});

test('ordinary answers, with attributes, namespaces and escapes, are read', async () => {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  await answering(`<name xsi:type='xsd:string' x:y = "a>b">1 &gt; id="2" &amp; 3</name>`, declaration);
  expect(await ask()).toMatchObject({ name: { $value: '1 > id="2" & 3' } });
});

/** As many as have connections. */
const AT_ONCE = 16;

/** Calls that hold every connection, until their answers are let go. */
async function busyVcenter(): Promise<{ busy: Promise<unknown>; letGo: () => void }> {
  const held: (() => void)[] = [];
  let areAllHeld = (): void => undefined;
  const allHeld = new Promise<void>((resolve) => (areAllHeld = resolve));
  let isHolding = true;
  vcenter = await foreignVcenter((answer, operation) => {
    const say = () => void answer.end(envelope(operation, 'fine'));
    if (!isHolding) return say();
    held.push(say);
    if (held.length === AT_ONCE) areAllHeld();
  });
  const busy = Promise.all(Array.from({ length: AT_ONCE }, () => ask()));
  await allHeld;
  const letGo = () => {
    isHolding = false;
    for (const say of held) say();
  };
  return { busy, letGo };
}

test('the time of a call begins when it is sent, not while it waits for a connection', async () => {
  const { busy, letGo } = await busyVcenter();
  const begun = Date.now();
  const call = ask({ timeoutMs: 2_000 });
  setTimeout(letGo, 3_000);
  expect(await call).toBe('fine');
  expect(Date.now() - begun).toBeGreaterThan(2_500);
  await busy;
});

test('a call that waits too long for a connection says so, and is never sent', async () => {
  const { busy, letGo } = await busyVcenter();
  await expect(ask({ sendWithinMs: 300 })).rejects.toMatchObject({
    type: 'SourceUnreachable',
    nonRetryable: false,
    message: 'a call waited 0.3 s behind 16 others for vCenter',
  });
  letGo();
  await busy;
  expect(vcenter.asked).toHaveLength(AT_ONCE);
  expect(await ask()).toBe('fine');
});

test('a call that is cancelled while it waits for a connection ends at once, and is never sent', async () => {
  const { busy, letGo } = await busyVcenter();
  const cancel = new AbortController();
  const call = ask({ signal: cancel.signal });
  cancel.abort();
  await expect(call).rejects.toMatchObject({ name: 'CancelledFailure' });
  letGo();
  await busy;
  expect(vcenter.asked).toHaveLength(AT_ONCE);
});
