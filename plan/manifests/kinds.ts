/** Which kinds of manifest Drover reads, and what it says of the others. */
import type { Problem } from '../problem';
import { hookSchema, type HookManifest } from './hook';
import { hostSchema, type HostManifest } from './host';
import { networkMapSchema, type NetworkMapManifest } from './network-map';
import { planSchema, type PlanManifest } from './plan';
import { providerSchema, type ProviderManifest } from './provider';
import { storageMapSchema, type StorageMapManifest } from './storage-map';

export const SCHEMAS = {
  Hook: hookSchema,
  Host: hostSchema,
  NetworkMap: networkMapSchema,
  Plan: planSchema,
  Provider: providerSchema,
  StorageMap: storageMapSchema,
} as const;

export type Kind = keyof typeof SCHEMAS;

export type Manifest =
  HookManifest | HostManifest | NetworkMapManifest | PlanManifest | ProviderManifest | StorageMapManifest;

export function isKind(kind: unknown): kind is Kind {
  return typeof kind === 'string' && Object.hasOwn(SCHEMAS, kind);
}

/** Kinds that people will have in the same files, and what to do with them. */
export const REFUSED_KINDS: Readonly<Record<string, Pick<Problem, 'found' | 'remedy'>>> = {
  Secret: {
    found:
      'a Secret must not be among the manifests: everything in them is kept in the history of the migration',
    remedy:
      "remove it from the file; create it in the worker's cluster, where the Provider's secret names it",
  },
  Migration: {
    found: 'a Migration is not read: starting a migration is what `drover migrate` does',
    remedy: 'remove it from the file',
  },
  ForkliftController: {
    found: 'a ForkliftController is not read: settings are in spec.drover of the Plan',
    remedy: 'remove it from the file',
  },
};
