/** Every activity, ready to be registered: quick ones for the main queue, waits and those that keep slots for their own. */
import { KubeConfig } from '@kubernetes/client-node';
import { Context } from '@temporalio/activity';
import type { ProviderManifest } from '../plan/manifests/provider';
import { hostHanding, viaHost } from '../plan/import-host';
import { registeredLogins } from '../plan/registered';
import type { FrozenVm } from '../plan/frozen';
import type { VmRef } from '../plan/vm-ref';
import type { MainActivities, SlotActivities, WaitActivities } from './interfaces';
import { createTargetActivities } from './kubernetes/activities';
import type { ReadHost } from './kubernetes/copies/import-route';
import { CdiSchemas } from './kubernetes/volumes/cdi';
import { CdiConfigs } from './kubernetes/admission/cdi-config';
import { Clusters } from './kubernetes/access/clusters';
import { WATCH_TIMING } from './kubernetes/waiting/informer';
import { Informers } from './kubernetes/waiting/informers';
import { NodeRoom } from './kubernetes/admission/node-room';
import { PodTrials } from './kubernetes/admission/pod-trials';
import { RightsReviews } from './kubernetes/target/rights';
import { TargetNamespaces } from './kubernetes/access/target-namespaces';
import { VddkImages } from './kubernetes/admission/vddk-images';
import { changeVm } from './change-vm';
import { guarded } from './guarded';
import { ensureTransferSlots } from './ensure-transfer-slots';
import { createPlanningActivities } from './planning';
import { proveOff, type ProveOff } from './off-proof';
import { beating, heartbeating } from './progress';
import { readFormerLimits } from './former-limits';
import { askAllAgain, findGoneHolders } from './slot-holders';
import { AllowedImages } from './kubernetes/access/allowed-images';
import { requireStillOurs } from './still-ours';
import { waveActivities } from './wave-pages';
import { createSourceActivities } from './vsphere/activities';
import { readConnectionOf } from './vsphere/connection';
import { readPower, readPowers } from './vsphere/power';
import { readHostOf } from './vsphere/seen-vms';
import { PowerWindow } from './vsphere/power-window';
import { readSourceNow } from './vsphere/source-now';
import { VcenterPool } from './vsphere/pool';
import { createWindowActivities } from './windows';

export interface ActivityOptions {
  /** Login at the worker's own cluster; default: KUBECONFIG or the service account of the worker's Pod. */
  cluster?: KubeConfig;
  /** Image of a container that does nothing. */
  binderImage: string;
  /** What converts guests whose plan says `xfsCompatibility`; null, the default: there is none, and such plans are refused. */
  xfsConversionImage?: string | null;
  /** Where CDI runs on target clusters. */
  cdiNamespace: string;
  /** How long one watch lasts before everything is listed again; at most 300. */
  watchSeconds?: number;
  /** Images that may run, as in `matchesPattern`; null, the default, allows every one. */
  allowedImages?: readonly string[] | null;
  /** Namespaces that Drover may work in whatever their labels say, as in `includesPlace`. */
  targetNamespaces?: readonly string[];
  /** Registries, as `host:port`, that may be asked without encryption, also on this machine and its link. */
  plainHttpRegistries?: readonly string[];
  /** Providers that plans may name without bringing them, and that they can't change. */
  providers?: readonly ProviderManifest[];
}

export interface Activities {
  main: MainActivities;
  waits: WaitActivities;
  slots: SlotActivities;
  /** Ends watches, sessions and connections. */
  close(): Promise<void>;
}

export function createActivities(options: ActivityOptions): Activities {
  const {
    cluster = defaultLogin(),
    binderImage,
    cdiNamespace,
    watchSeconds: roundSeconds = WATCH_TIMING.roundSeconds,
    allowedImages = null,
    targetNamespaces = [],
    plainHttpRegistries: plainHttp = [],
    providers = [],
    xfsConversionImage = null,
  } = options;
  const informers = new Informers({ ...WATCH_TIMING, roundSeconds });
  const rights = new RightsReviews();
  const schemas = new CdiSchemas();
  const vddkImages = new VddkImages(cdiNamespace);
  const allowed = new AllowedImages(allowedImages);
  const clusters = new Clusters(cluster, allowed, registeredLogins(providers));
  const pool = new VcenterPool(clusters.secrets);

  const { awaitPoweredOff, ...source } = createSourceActivities({ pool });
  const namespaces = new TargetNamespaces(targetNamespaces);
  const rules = { trials: new PodTrials(), nodes: new NodeRoom(), configs: new CdiConfigs(), vddkImages };
  const facts = { ...rules, clusters, schemas, rights, namespaces, binderImage };
  const readConnection = (vm: VmRef) => pool.use(vm.source, (vim) => readConnectionOf(vim, vm));
  const readSource = (vm: FrozenVm) => pool.use(vm.source, (vim) => readSourceNow(vim, vm));
  const readHost: ReadHost = (vm, host) =>
    pool.use(
      viaHost(vm.source, host),
      (vim) => readHostOf(vim, vm, host.url),
      Context.current().cancellationSignal,
      hostHanding(vm),
    );
  const looks = { readConnection, readHost, readSource, proveOff: proofBy(pool) };
  const target = createTargetActivities({ ...facts, informers, allowed, ...looks });
  const registries = { allowed, plainHttp };
  const plans = { registered: providers, xfsConversionImage };
  const planning = createPlanningActivities({ ...facts, ...plans, pool, registries });
  const { stopCopy, discardVolume, stopConversion, discardScratch, takeOver } = target.waits;
  const { stopHook, removeLeftOver, removeMachine, removeEverything } = target.waits;
  const endings = { stopCopy, discardVolume, stopConversion, discardScratch, stopHook, takeOver };
  const cleanUps = { ...endings, removeLeftOver, removeMachine, removeEverything };
  return {
    main: guarded({
      ...planning,
      changeVm: (request) => heartbeating(() => changeVm({ ...facts, pool, registries }, request)),
      ...waveActivities,
      ...source,
      ...target.quick,
      ...target.back,
      ...cleanUps,
      ...createWindowActivities(),
      ensureTransferSlots: () => beating(() => ensureTransferSlots()),
    }),
    waits: guarded({ awaitPoweredOff, ...target.waits }),
    // Whatever they meet is tried again: the workflow that starts them must never end.
    slots: { askAllAgain, findGoneHolders, readFormerLimits },
    async close() {
      informers.close();
      await pool.close();
      clusters.close();
    },
  };
}

function proofBy(pool: VcenterPool): ProveOff {
  return (vm, off, others = []) => {
    const signal = Context.current().cancellationSignal;
    const read = () => pool.use(vm.source, (vim) => readPower(vim, vm.moref), signal);
    const morefs = others.map(({ moref }) => moref);
    const readOthers = () =>
      morefs.length === 0
        ? Promise.resolve([])
        : pool.use(vm.source, (vim) => readPowers(vim, morefs), signal);
    const window = new PowerWindow(signal, requireStillOurs);
    return proveOff(off, { read, others, readOthers, window });
  };
}

function defaultLogin(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}
