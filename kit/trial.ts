/** One volume and one COPY_ID of a test, with names and labels that nothing else has. */
import type { Scope } from '../activities/kubernetes/waiting/scope';
import type { BoundVolume } from '../activities/kubernetes/objects/plugin-job';
import { Progress } from '../activities/progress';
import type { FrozenDisk } from '../plan/frozen';
import type { VmRef } from '../plan/vm-ref';
import { baseName, copyId, volumeName } from '../plan/names';
import { requestBytes } from '../plan/resolve/volume-size';
import type { TestSite } from './site';
import type { TestSource } from './source';

export interface Trial {
  site: TestSite;
  vm: VmRef;
  disk: FrozenDisk;
  copyId: string;
  source: TestSource;
}

/** With a volume that is bound and empty. */
export interface ReadyTrial extends Trial {
  volume: BoundVolume;
}

/** More than any file system needs: the volume lives for minutes. */
const FILE_SYSTEM_OVERHEAD = 0.1;

export interface TrialOptions {
  /** Differs for every test. */
  run: string;
  /** COPY_ID, where it is not one such as a migration has. */
  id?: string | undefined;
  /** Default: the site's. */
  source?: TestSource | undefined;
}

export function makeTrial(
  site: TestSite,
  name: string,
  { run, id, source = site.source }: TrialOptions,
): Trial {
  const { namespace, storage, plugin } = site;
  const { disk } = source;
  const plan = { namespace, name: `plugin-test-${run}-${name}` };
  const owner = { plan, vcenterUuid: source.vcenterUuid, moref: source.vm.moref, targetName: name };
  const base = baseName(owner);
  const vm: VmRef = {
    ...owner,
    source: source.ref,
    target: { provider: source.ref.provider, url: '', secret: null },
    name: source.vm.name,
    namespace,
    baseName: base,
  };
  return {
    site,
    source,
    vm,
    copyId: id ?? copyId(vm, disk.key, run),
    disk: {
      key: disk.key,
      index: 0,
      bus: disk.bus,
      basePath: disk.basePath,
      currentPath: disk.currentPath,
      datastore: disk.datastore.name,
      serial: disk.uuid,
      capacityBytes: disk.capacityBytes,
      requestBytes: requestBytes(disk.capacityBytes, storage.volumeMode, FILE_SYSTEM_OVERHEAD),
      ...storage,
      method: { kind: 'plugin', ...plugin },
      volumeName: volumeName(base, 0),
    },
  };
}

/** For what production does in a worker. */
export function scopeOf({ cluster, informers, signal }: TestSite): Scope {
  return { cluster, informers, signal, since: Date.now(), progress: new Progress(() => undefined) };
}
