import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setMaxListeners } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { readFileSync } from 'node:fs';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { listVmRefs } from '../../../activities/vsphere/inventory';
import { VcenterPool } from '../../../activities/vsphere/pool';
import { readObject } from '../../../activities/vsphere/property-collector';
import { VcenterSession, type Vim } from '../../../activities/vsphere/session';
import { awaitProperty } from '../../../activities/vsphere/updates';
import { child, list, reference } from '../../../activities/vsphere/vim-value';
import { bulkInventory } from '../../../lab/demo-inventory';
import { freezableProxy } from '../kubernetes/freezable-proxy';
import { BUILD_TIMEOUT_MS, startFixture, type VcenterFixture } from './vcenter-fixture';
import { silentVcenter } from './silent-vcenter';

const SHA1 = /^([0-9A-F]{2}:){19}[0-9A-F]{2}$/;
const SHA256 = /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/;

let vcenter: VcenterFixture;
beforeAll(async () => {
  vcenter = await startFixture(bulkInventory(1, 1, 1));
}, BUILD_TIMEOUT_MS);
afterAll(() => vcenter.end());

/** Names of the VMs as a pool with this Secret (and URL) sees them. */
async function namesWith(secret: Record<string, string>, url = vcenter.url): Promise<string[]> {
  const pool = new VcenterPool({ read: () => Promise.resolve(secret) });
  try {
    const refs = await pool.use({ ...vcenter.source, url }, (vim) => listVmRefs(vim));
    return refs.map(({ name }) => name);
  } finally {
    await pool.close();
  }
}

async function refusal(work: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await work.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApplicationFailure);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(vcenter.password);
  return error as ApplicationFailure;
}

function login(): Record<string, string> {
  return { user: vcenter.username, password: vcenter.password };
}

async function peer() {
  return vcenter.pool.use(vcenter.source, (vim) => Promise.resolve(vim.peer));
}

test('a certificate is accepted by its authority', async () => {
  expect(await namesWith({ ...login(), 'ca.crt': readFileSync(vcenter.caFile, 'utf8') })).toEqual([
    'bulk-001',
  ]);
});

test.each(['sha1', 'sha256'] as const)(
  'a certificate is accepted by its pinned %s thumbprint',
  async (kind) => {
    const { [kind]: thumbprint } = await peer();
    expect(thumbprint).toMatch(kind === 'sha1' ? SHA1 : SHA256);
    expect(await namesWith({ ...login(), thumbprint: thumbprint.toLowerCase() })).toEqual(['bulk-001']);
  },
);

test('the thumbprint that copiers get is the one of the certificate that was verified', async () => {
  expect((await peer()).sha1).toBe(vcenter.thumbprint);
});

test('another pinned thumbprint is refused, even beside the right authority, and the found one is named', async () => {
  const thumbprint = Array.from({ length: 20 }, () => 'AB').join(':');
  const secret = { ...login(), thumbprint, 'ca.crt': readFileSync(vcenter.caFile, 'utf8') };
  const { type, message, nonRetryable } = await refusal(namesWith(secret));
  expect([type, nonRetryable]).toEqual(['SourceCertificateRefused', true]);
  expect(message).toContain(vcenter.thumbprint);
});

test('without an authority of its own, a private certificate is refused', async () => {
  const { type, message } = await refusal(namesWith(login()));
  expect(type).toBe('SourceCertificateRefused');
  expect(message).toContain(vcenter.thumbprint);
});

test('a wish not to verify is refused', async () => {
  const { type } = await refusal(namesWith({ ...login(), insecureSkipVerify: 'true' }));
  expect(type).toBe('SourceCertificateRefused');
});

test('a thumbprint of no known form is refused', async () => {
  const { type } = await refusal(namesWith({ ...login(), thumbprint: 'AB:CD' }));
  expect(type).toBe('SourceCertificateRefused');
});

test('a wrong password is refused without being repeated', async () => {
  const password = `not-the-password-<&>"'é`;
  const error = await refusal(namesWith({ ...login(), thumbprint: vcenter.thumbprint, password }));
  expect([error.type, error.nonRetryable]).toEqual(['SourceLoginRefused', true]);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(password);
});

test.each(['\n', '\r\n'])('a login from files that end with %j is taken', async (end) => {
  const { user, password } = login();
  const secret = { user: `${user}${end}`, password: `${password}${end}`, thumbprint: vcenter.thumbprint };
  expect(await namesWith(secret)).toEqual(['bulk-001']);
});

test.each(['\n\n', ' ', ' \n'])('a password is not trimmed beyond one newline: %j', async (end) => {
  const password = `${vcenter.password}${end}`;
  const error = await refusal(namesWith({ ...login(), thumbprint: vcenter.thumbprint, password }));
  expect(error.type).toBe('SourceLoginRefused');
});

test('an address whose scheme is in capitals is an address', async () => {
  const secret = { ...login(), thumbprint: vcenter.thumbprint };
  expect(await namesWith(secret, vcenter.url.replace('https:', 'HTTPS:'))).toEqual(['bulk-001']);
});

test('a Secret without a password is named', async () => {
  const { type, message } = await refusal(namesWith({ user: 'someone' }));
  expect(type).toBe('SourceLoginRefused');
  expect(message).toContain('openshift-mtv/vcenter-login lacks password');
});

test('a vCenter that does not answer is a failure that mends itself', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));

  const error = await refusal(
    namesWith({ ...login(), thumbprint: vcenter.thumbprint }, `https://127.0.0.1:${port}/sdk`),
  );
  expect([error.type, error.nonRetryable]).toEqual(['SourceUnreachable', false]);
  expect(error.message).toContain('ECONNREFUSED');
});

test('who is cancelled waits no longer for a login that is not answered, while others still do', async () => {
  const silent = await silentVcenter();
  const session = new VcenterSession({
    url: silent.url,
    user: vcenter.username,
    password: vcenter.password,
    trust: { kind: 'thumbprint', thumbprint: vcenter.thumbprint },
  });
  const given = new AbortController();
  const work = () => Promise.resolve('logged in');
  const [impatient, patient] = [session.run(work, given.signal), session.run(work)];
  given.abort();
  await expect(impatient).rejects.toBeInstanceOf(CancelledFailure);
  await expect(session.run(work, given.signal)).rejects.toBeInstanceOf(CancelledFailure);
  silent.close();
  await expect(patient).rejects.toMatchObject({ type: 'SourceUnreachable' });
});

test('a session is closed within seconds where vCenter keeps silent', async () => {
  const silent = await silentVcenter();
  const pool = new VcenterPool({ read: () => Promise.resolve(login()) });
  const use = pool
    .use({ ...vcenter.source, url: silent.url }, (vim) => listVmRefs(vim))
    .catch(() => 'refused');
  // The login has begun once the pool has read the Secret.
  await new Promise(setImmediate);

  await pool.close();
  expect(await Promise.race([use, Promise.resolve('still waiting')])).toBe('still waiting');
  silent.close();
  await use;
});

test('an expired session is renewed, and the work runs once more', async () => {
  let runs = 0;
  const work = async (vim: Vim) => {
    runs += 1;
    return listVmRefs(vim);
  };
  await vcenter.pool.use(vcenter.source, work);
  await vcenter.expireSessions();
  const refs = await vcenter.pool.use(vcenter.source, work);
  expect(refs.map(({ name }) => name)).toEqual(['bulk-001']);
  expect(runs).toBe(3);
});

test('many users of one expired session share one new login', async () => {
  await vcenter.pool.use(vcenter.source, (vim) => listVmRefs(vim));
  const before = await sessions();
  await vcenter.expireSessions();
  await Promise.all(
    Array.from({ length: 8 }, () => vcenter.pool.use(vcenter.source, (vim) => listVmRefs(vim))),
  );
  expect(await sessions()).toBe(before + 1);
});

test('a password that was changed in the Secret is used from then on', async () => {
  const secret: Record<string, string> = { ...login(), thumbprint: vcenter.thumbprint, password: 'outdated' };
  const pool = new VcenterPool({ read: () => Promise.resolve(secret) });
  expect((await refusal(pool.use(vcenter.source, (vim) => listVmRefs(vim)))).type).toBe('SourceLoginRefused');
  secret.password = vcenter.password;
  expect(await pool.use(vcenter.source, (vim) => listVmRefs(vim))).toHaveLength(1);
  await pool.close();
});

test('a closed session is logged out at the vCenter', async () => {
  const before = await sessions();
  const trust = { kind: 'thumbprint', thumbprint: vcenter.thumbprint } as const;
  const session = new VcenterSession({
    url: vcenter.url,
    user: vcenter.username,
    password: vcenter.password,
    trust,
  });
  await session.run((vim) => listVmRefs(vim));
  expect(await sessions()).toBe(before + 1);
  await session.close();
  expect(await sessions()).toBe(before);
});

test('where one connection has fallen silent, the others that lie idle are not tried one after the other', async () => {
  const { hostname, port } = new URL(vcenter.url);
  const proxy = await freezableProxy({ host: hostname, port: Number(port) });
  const pool = new VcenterPool({ read: () => Promise.resolve({ ...vcenter.secret }) });
  const source = { ...vcenter.source, url: `https://127.0.0.1:${proxy.port}/sdk` };
  const root = (vim: Vim, timeoutMs?: number) =>
    vim.call(
      'RetrievePropertiesEx',
      {
        _this: reference(vim.content.propertyCollector),
        specSet: {
          propSet: [{ type: 'Folder', all: false, pathSet: ['name'] }],
          objectSet: [{ obj: reference(vim.content.rootFolder), skip: false }],
        },
        options: {},
      },
      { timeoutMs },
    );
  try {
    await pool.use(source, (vim) => Promise.all(Array.from({ length: 5 }, () => root(vim))));
    proxy.freeze();
    const silent = pool.use(source, (vim) => root(vim, 300));
    await expect(silent).rejects.toMatchObject({
      type: 'SourceUnreachable',
      message: expect.stringContaining('no answer in time'),
    });
    await pool.use(source, (vim) => root(vim, 2_000));
  } finally {
    await pool.close();
    proxy.close();
  }
});

test('calls for many VMs go over few connections, which waits do not take from them', async () => {
  const WAITS = 20;
  let opened = 0;
  const count = () => (opened += 1);
  let standing = 0;
  const end = new AbortController();
  // Each activity has a signal of its own; here they share one.
  setMaxListeners(2 * WAITS, end.signal);
  const pool = new VcenterPool({ read: () => Promise.resolve({ ...vcenter.secret }) });
  subscribe('net.client.socket', count);
  try {
    const waits = await new Promise<Promise<unknown>[]>((allStand) => {
      const until = () => {
        standing += 1;
        if (standing === WAITS) allStand(begun);
        return null;
      };
      const wait = (vim: Vim) =>
        awaitProperty(vim, { object: vim.content.rootFolder, path: 'name', until, deadline: Infinity });
      const begun = Array.from({ length: WAITS }, () => pool.use(vcenter.source, wait, end.signal));
    });
    await Promise.all(Array.from({ length: 100 }, () => pool.use(vcenter.source, (vim) => listVmRefs(vim))));
    expect(opened).toBeLessThanOrEqual(WAITS + 16);
    end.abort();
    for (const wait of waits) await expect(wait).rejects.toMatchObject({ name: 'CancelledFailure' });
  } finally {
    unsubscribe('net.client.socket', count);
    await pool.close();
  }
});

test('a cancelled piece of work ends with its call', async () => {
  const cancel = new AbortController();
  const work = vcenter.pool.use(
    vcenter.source,
    async (vim) => {
      cancel.abort();
      return listVmRefs(vim);
    },
    cancel.signal,
  );
  await expect(work).rejects.toMatchObject({ name: 'CancelledFailure' });
});

/** How many logins the vCenter knows. */
async function sessions(): Promise<number> {
  return vcenter.pool.use(vcenter.source, async (vim) => {
    const { props } = await readObject(vim, vim.content.sessionManager, ['sessionList']);
    return list(child(props.get('sessionList'), 'UserSession')).length;
  });
}

test('after a refused login the Secret is read afresh: who mends it may retry at once', async () => {
  const asked: boolean[] = [];
  let password = 'wrong';
  const read = (_ref: object, { withinMs = Infinity } = {}) => {
    asked.push(withinMs === 0);
    return Promise.resolve({ ...login(), password, 'ca.crt': readFileSync(vcenter.caFile, 'utf8') });
  };
  const pool = new VcenterPool({ read });
  const uuid = () => pool.use(vcenter.source, (vim) => Promise.resolve(vim.content.vcenterUuid));
  try {
    const { type, message } = await refusal(uuid());
    expect(type).toBe('SourceLoginRefused');
    const { provider, secret } = vcenter.source;
    expect(message).toBe(
      `Provider ${provider.namespace}/${provider.name} (Secret ${secret.namespace}/${secret.name}): ` +
        'vCenter refuses user and password',
    );
    password = vcenter.password;
    await uuid();
    await uuid();
    expect(asked).toEqual([false, true, false]);
  } finally {
    await pool.close();
  }
});
