import { readSkew } from '../../../activities/vsphere/clock';
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
