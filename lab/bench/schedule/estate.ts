/**
 * Estates to be migrated, made from a seed.
 *
 * - Disks of a VM: one for 45 % of the VMs, each further number about half as often; 3 % have 8 to 12.
 * - Sizes: around a median of 80 GiB; 4 % are of a heavy tail from 400 GiB to 2 TiB.
 * - Datastores are loaded unevenly (the first twice as much as the fourth), hosts too (by a factor of three at most). Four of
 *   five disks of a VM are on one datastore, the others anywhere in its vCenter.
 * - A quarter of the datastores, at least one of each vCenter, are on an array whose plugin copies; the other disks are
 *   imported. Imports run at 60 to 110 MiB/s, plugins' copies at 300 to 900.
 * - A conversion takes 3 to 10 minutes, mostly.
 * - Estimates are within 10 % of the truth; one of twenty is wrong by a factor of four, to either side.
 */
import { Random } from '../../random';

export interface EstateShape {
  vms: number;
  hosts: number;
  datastores: number;
  vcenters: number;
}

export interface EstateDisk {
  vcenter: string;
  host: string;
  datastore: string;
  storageClass: string;
  /** The array whose plugin copies it; null: it is imported. */
  array: string | null;
  /** What it takes, in whole seconds. */
  seconds: number;
  /** What everyone believes that it takes. */
  estimate: number;
}

export interface EstateVm {
  name: string;
  disks: EstateDisk[];
  conversionSeconds: number;
  conversionEstimate: number;
}

export interface Estate {
  shape: EstateShape;
  seed: number;
  vms: EstateVm[];
}

export const CLUSTER = 'target';

interface Datastore {
  name: string;
  weight: number;
  array: string | null;
}

interface Site {
  vcenter: string;
  hosts: { name: string; weight: number }[];
  datastores: Datastore[];
}

export function makeEstate(shape: EstateShape, seed: number): Estate {
  const random = new Random(seed);
  const sites = Array.from({ length: shape.vcenters }, (_, number) => makeSite(shape, number, random));
  const vms = Array.from({ length: shape.vms }, (_, number) => {
    const site = sites[Math.floor(random.next() * sites.length)]!;
    return makeVm(`vm-${String(number).padStart(4, '0')}`, site, random);
  });
  return { shape, seed, vms };
}

function makeSite(shape: EstateShape, number: number, random: Random): Site {
  const datastores = shape.datastores / shape.vcenters;
  const withArray = Math.max(1, Math.round(datastores / 4));
  return {
    vcenter: `vcenter-${number}`,
    hosts: Array.from({ length: shape.hosts / shape.vcenters }, (_, host) => ({
      name: `host-${host}`,
      weight: random.between(0.5, 1.5),
    })),
    datastores: Array.from({ length: datastores }, (_, datastore) => ({
      name: `datastore-${datastore}`,
      weight: 1 / Math.sqrt(datastore + 1),
      // One array for each vCenter, or two where there is one.
      array:
        datastore >= datastores - withArray
          ? `array-${number + (shape.vcenters === 1 ? datastore % 2 : 0)}`
          : null,
    })),
  };
}

function makeVm(name: string, site: Site, random: Random): EstateVm {
  const host = site.hosts[random.weighted(site.hosts.map(({ weight }) => weight))]!.name;
  const anyDatastore = () => site.datastores[random.weighted(site.datastores.map(({ weight }) => weight))]!;
  const home = anyDatastore();
  const disks = Array.from({ length: diskCount(random) }, () =>
    makeDisk(site, host, random.next() < 0.8 ? home : anyDatastore(), random),
  );
  const conversionSeconds = Math.round(330 * Math.exp(0.35 * random.normal()));
  return { name, disks, conversionSeconds, conversionEstimate: estimateOf(conversionSeconds, random) };
}

function makeDisk({ vcenter }: Site, host: string, datastore: Datastore, random: Random): EstateDisk {
  const rate = datastore.array === null ? random.between(60, 110) : random.between(300, 900);
  const seconds = Math.max(10, Math.round((sizeGib(random) * 1024) / rate));
  return {
    vcenter,
    host,
    datastore: datastore.name,
    storageClass: random.next() < 0.7 ? 'block' : 'archive',
    array: datastore.array,
    seconds,
    estimate: estimateOf(seconds, random),
  };
}

function diskCount(random: Random): number {
  if (random.next() < 0.03) return Math.floor(random.between(8, 13));
  let count = 1;
  while (count < 7 && random.next() > 0.45) count += 1;
  return count;
}

function sizeGib(random: Random): number {
  if (random.next() < 0.04) return Math.min(2048, 400 * (1 - random.next()) ** (-1 / 1.1));
  return Math.min(2048, Math.max(1, 80 * Math.exp(random.normal())));
}

function estimateOf(seconds: number, random: Random): number {
  const wrong = random.next() < 0.05;
  const factor = wrong ? (random.next() < 0.5 ? 4 : 1 / 4) : random.between(0.9, 1.1);
  return Math.max(1, Math.round(seconds * factor));
}
