/** Takes what a plugin was given in secret out of what it says. */
import { loginSecretName } from '../../plan/names';
import type { DiskRequest } from '../contract';
import type { ApiClient } from './api-client';
import { type Secret, SECRETS } from './kinds';

export type Mask = (text: string) => string;

const STARS = '***';
/** For what can't be masked. */
export const WITHHOLD: Mask = () => '(withheld: the login by which it would be masked is gone)';
/** Shorter ones (`1`, `san`) are words of any log, and tell nothing. */
const SHORTEST = 4;
/** Of the Secrets of copies: not secret, and every line of it is a line of any log about certificates. */
const PUBLIC = new Set(['ca.crt']);

/** By the values that the disk's copier has in its Pod: of the login, and of the vendor's own Secret. */
export async function readMask(api: ApiClient, { vm, disk }: DiskRequest): Promise<Mask> {
  const vendor = disk.method.kind === 'plugin' ? disk.method.secret : undefined;
  const find = (name: string) => api.find(SECRETS, { name, namespace: vm.namespace });
  const [login, own] = await Promise.all([
    find(loginSecretName(vm.baseName, disk.index)),
    vendor === undefined ? null : find(vendor),
  ]);
  if (login === null || (vendor !== undefined && own === null)) return WITHHOLD;
  return maskOf([login, ...(own === null ? [] : [own])].flatMap(valuesOf));
}

function valuesOf({ data = {} }: Secret): string[] {
  return Object.entries(data)
    .filter(([key]) => !PUBLIC.has(key))
    .map(([, value]) => Buffer.from(value, 'base64').toString('utf8'));
}

/** As they are, and as programs print them: encoded, escaped, a line at a time. */
export function maskOf(secrets: readonly string[]): Mask {
  const forms = secrets
    .flatMap((secret) => [secret, ...secret.split(/\r?\n/)])
    .flatMap((secret) => [
      secret,
      Buffer.from(secret).toString('base64'),
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
    ])
    .filter((form) => form.trim().length >= SHORTEST);
  // Longest first: no part of one may be all that is left of it.
  const all = [...new Set(forms)].sort((one, other) => other.length - one.length);
  return (text) => all.reduce((masked, form) => masked.replaceAll(form, STARS), text);
}
