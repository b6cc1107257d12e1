/** The source's activities: each reads vCenter's state first, whatever an earlier attempt has done. */
import { Context } from '@temporalio/activity';
import type { Handing } from '../../plan/consent';
import { type FrozenVm, imagesGivenLogin } from '../../plan/frozen';
import { hostHanding, importHostOf, viaHost } from '../../plan/import-host';
import type { SourceVm } from '../../plan/inventory';
import type {
  SourceActivities,
  SourceCheck,
  SourceCheckOptions,
  SourceConnection,
  SourceVmRequest,
  WaitActivities,
} from '../interfaces';
import { failure } from '../failure';
import { beating } from '../progress';
import { requireStillOurs } from '../still-ours';
import { connectionVia, readConnection } from './connection';
import { readVm } from './inventory';
import type { VcenterPool } from './pool';
import { awaitPoweredOff } from './await-powered-off';
import { PowerWindow } from './power-window';
import { powerOff, powerOn, readLastPowerOn, readPower, readPowers, shutDownGuest } from './power';
import type { Vim } from './session';
import { readHostOf } from './seen-vms';
import { differences, renamedDisks } from './source-check';
import { readSourceUuid } from './source-uuid';

export function createSourceActivities({
  pool,
}: {
  pool: VcenterPool;
}): SourceActivities & Pick<WaitActivities, 'awaitPoweredOff'> {
  /** Work that is given up when the activity is cancelled. */
  const use = <T>(
    { source }: Pick<SourceVmRequest, 'source'>,
    work: (vim: Vim) => Promise<T>,
    handing?: Handing,
  ): Promise<T> => pool.use(source, work, Context.current().cancellationSignal, handing);

  /** Work that may change the power. */
  const change = <T>(
    request: SourceVmRequest,
    operation: (vim: Vim, moref: string, window: PowerWindow) => Promise<T>,
  ): Promise<T> => {
    const window = new PowerWindow(Context.current().cancellationSignal, requireStillOurs);
    return beating(() => use(request, (vim) => operation(vim, request.moref, window)));
  };

  return {
    checkSource: (vm, wanted) =>
      beating(async () => {
        const seen = await use(vm, (vim) => checkSource(vim, vm, wanted), handingOf(vm));
        const host = importHostOf(vm.source, seen.importHost);
        // Whatever speaks against imports there is said before anything is made, and before the source is stopped.
        if (host !== null) {
          const source = viaHost(vm.source, host);
          await use({ source }, (vim) => readHostOf(vim, vm, host.url), hostHanding(vm));
        }
        return seen;
      }),
    readPower: (request) => beating(() => use(request, (vim) => readPower(vim, request.moref))),
    readPowers: (request) => beating(() => use(request, (vim) => readPowers(vim, request.others))),
    shutDownGuest: (request) => change(request, shutDownGuest),
    powerOffSource: (request) => change(request, powerOff),
    powerOnSource: (request) => change(request, powerOn),
    awaitPoweredOff: (request) => awaitPoweredOff(pool, request),
  };
}

/** What copies of the VM's disks will do with the login: refused before the source is touched. */
function handingOf(vm: FrozenVm): Handing {
  return { place: { namespace: vm.namespace, url: vm.target.url }, images: imagesGivenLogin(vm) };
}

async function checkSource(
  vim: Vim,
  frozen: FrozenVm,
  { power = false }: SourceCheckOptions = {},
): Promise<SourceCheck> {
  const uuid = await readSourceUuid(vim);
  if (uuid !== frozen.vcenterUuid) {
    const what = vim.content.isHost ? 'ESXi host' : 'vCenter';
    throw failure(
      'SourceChanged',
      `${frozen.source.url} is another ${what}: its id was ${frozen.vcenterUuid} and is ${uuid}`,
    );
  }
  const { moref, name, inventoryPath } = frozen.vm;
  const live = await readVm(vim, { moref, inventoryPath });
  if (live === null) {
    throw failure('SourceVmMissing', `vCenter no longer knows ${name} (${moref}), or can't read it`);
  }
  const found = differences(frozen, live);
  if (found.length > 0) {
    throw failure(
      'SourceChanged',
      `${name} (${moref}) is not what the plan was made for: ${found.join('; ')}`,
    );
  }
  const connection = await connectionTo(vim, frozen, live);
  const disks = renamedDisks(frozen, live);
  const host = importHostOf(frozen.source, live.host.moref);
  const seen = {
    ...connection,
    ...(host !== null && { importHost: host.moref }),
    ...(disks.length > 0 && { renamed: disks }),
  };
  if (!power) return seen;
  const reading = { ...live.power, lastPowerOn: await readLastPowerOn(vim, moref) };
  const changeIds = live.disks.flatMap(({ key, changeId }) =>
    changeId === undefined ? [] : [{ key, changeId }],
  );
  return { ...seen, power: reading, ...(changeIds.length > 0 && { changeIds }) };
}

/** Only a plugin talks to the host: its certificate is thousands of elements of XML. */
async function connectionTo(
  vim: Vim,
  { source, disks }: FrozenVm,
  live: SourceVm,
): Promise<SourceConnection> {
  if (disks.some(({ method }) => method.kind === 'plugin')) {
    return readConnection(vim, source.url, { type: 'HostSystem', value: live.host.moref });
  }
  return connectionVia(vim, source.url, { name: live.host.name, thumbprint: null });
}
