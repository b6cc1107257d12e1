import { readSkew } from '../../../activities/vsphere/clock';
import { VimFault } from '../../../activities/vsphere/faults';
import { readLacking } from '../../../activities/vsphere/privileges';
import type { Vim } from '../../../activities/vsphere/session';

const AT = Date.parse('2026-03-01T10:00:00.000Z');

/** A session in which vCenter answers every call with this. */
function vimOf(answer: unknown, sessionKey: string | null = 'session'): Vim {
  const authorizationManager = { type: 'AuthorizationManager', value: 'AuthorizationManager' };
  return {
    content: { authorizationManager, sessionKey },
    call: () => Promise.resolve(answer),
  } as unknown as Vim;
}

const entity = (value: string) => ({ attributes: { type: 'VirtualMachine' }, $value: value });
const granted = (privId: string, isGranted: boolean) => ({ privId, isGranted: String(isGranted) });

test('privileges that the login lacks are named for each VM', async () => {
  const answer = [
    {
      entity: entity('vm-1'),
      privAvailability: [
        granted('VirtualMachine.Interact.PowerOff', true),
        granted('VirtualMachine.Interact.PowerOn', false),
        granted('Of.Nobody', false),
      ],
    },
    { entity: entity('vm-2'), privAvailability: [granted('Cryptographer.Access', true)] },
  ];
  expect(await readLacking(vimOf(answer), ['vm-1', 'vm-2'])).toEqual(
    new Map([
      ['vm-1', ['VirtualMachine.Interact.PowerOn']],
      ['vm-2', []],
    ]),
  );
});

test('nothing is held against a login where vCenter does not say', async () => {
  expect(await readLacking(vimOf([], null), ['vm-1'])).toEqual(new Map());
  expect(await readLacking(vimOf(undefined), ['vm-1'])).toEqual(new Map());
});

describe('a call that fails', () => {
  const morefs = Array.from({ length: 500 }, (_, index) => `vm-${index}`);

  /** Answers for VMs that it knows; one that it does not makes the whole call fail. */
  function vimWithout(gone: readonly string[], fault = 'ManagedObjectNotFound') {
    const calls: string[][] = [];
    const vim = {
      ...vimOf([]),
      call: (_: string, { entity: entities }: { entity: { $value: string }[] }) => {
        const asked = entities.map(({ $value }) => $value);
        calls.push(asked);
        if (asked.some((one) => gone.includes(one))) return Promise.reject(new VimFault(fault, {}, 'gone'));
        return Promise.resolve(asked.map((one) => ({ entity: entity(one), privAvailability: [] })));
      },
    } as unknown as Vim;
    return { vim, calls };
  }

  test('because of a VM that is gone is made again in halves: all others have an answer', async () => {
    const { vim, calls } = vimWithout(['vm-377']);
    const lacking = await readLacking(vim, morefs);
    expect(morefs.filter((one) => !lacking.has(one))).toEqual(['vm-377']);
    expect(calls.length).toBeLessThan(20);
  });

  test('because of many VMs is not made again and again', async () => {
    const { vim, calls } = vimWithout(morefs);
    expect(await readLacking(vim, morefs)).toEqual(new Map());
    expect(calls.length).toBeLessThanOrEqual(40);
  });

  test('because the login may not ask is not made again', async () => {
    const { vim, calls } = vimWithout(morefs, 'NoPermission');
    expect(await readLacking(vim, morefs)).toEqual(new Map());
    expect(calls).toHaveLength(1);
  });

  test('because the session ended is told to whoever logs in again', async () => {
    const { vim } = vimWithout(morefs, 'NotAuthenticated');
    await expect(readLacking(vim, morefs)).rejects.toMatchObject({ fault: 'NotAuthenticated' });
  });
});

test('a wave is asked of in parts, so that no answer grows without end', async () => {
  const asked: number[] = [];
  const vim = vimOf([]);
  const counted = {
    ...vim,
    call: (_: string, { entity: entities }: Record<string, unknown>) => {
      asked.push((entities as unknown[]).length);
      return Promise.resolve([]);
    },
  };
  await readLacking(
    counted as Vim,
    Array.from({ length: 1_201 }, (_, index) => `vm-${index}`),
  );
  expect(asked).toEqual([500, 500, 201]);
});

test.each([
  ['ahead', AT + 75_000, 65],
  ['behind', AT - 75_000, -75],
  ['equal, as far as a slow answer lets one say', AT + 9_000, 0],
])('a clock that is %s is told by whole seconds', async (_, theirs, skew) => {
  const ours = [AT, AT + 10_000];
  expect(await readSkew(vimOf(new Date(theirs).toISOString()), () => ours.shift()!)).toBe(skew);
});
