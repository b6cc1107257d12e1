/** Takes what a plugin was given in secret out of what it says. */
import { USE } from '../../../plan/consent';
import { loginSecretName } from '../../../plan/names';
import type { DiskRequest } from '../../interfaces';
import type { ApiClient } from '../api/api-client';
import { type Secret, SECRETS } from '../api/kinds';
import { isOurs } from '../api/ownership';

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
  // Whoever asks names the Secrets, and stars would say which words are in them.
  if (!isOurs(login, vm) || (own !== null && own.metadata?.labels?.[USE] !== 'plugin')) return WITHHOLD;
  return maskOf([login, ...(own === null ? [] : [own])].flatMap(valuesOf));
}

function valuesOf({ data = {} }: Secret): string[] {
  return Object.entries(data)
    .filter(([key]) => !PUBLIC.has(key))
    .map(([, value]) => Buffer.from(value, 'base64').toString('utf8'));
}

/**
 * As they are, and as programs print them: encoded, escaped, a line at a time, each also backwards. Who means to tell a
 * secret always finds another form: this is against accidents, and no boundary (docs/plugin-contract.md).
 */
export function maskOf(secrets: readonly string[]): Mask {
  const forms = secrets
    .flatMap((secret) => [...formsOf(secret), ...linesOf(secret)])
    .filter((form) => form.trim().length >= SHORTEST);
  // Longest first: no part of one may be all that is left of it.
  const all = [...new Set(forms.flatMap((form) => [form, reversed(form)]))].sort(
    (one, other) => other.length - one.length,
  );
  return (text) => all.reduce((masked, form) => masked.replaceAll(form, STARS), text);
}

/** Of a key in PEM, say; a Secret may have thousands of lines, and each form of each is looked for in every line said. */
function linesOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/);
  return lines.length === 1 ? [] : lines.flatMap((line) => [line, Buffer.from(line).toString('base64')]);
}

function formsOf(secret: string): string[] {
  // Of shorter ones it is in every digest.
  const hex = secret.length < SHORTEST ? '' : Buffer.from(secret).toString('hex');
  const url = encodeURIComponent(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    ...[url, url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())].flatMap((form) => [
      form,
      form.replace(/%20/g, '+'),
    ]),
    hex,
    hex.toUpperCase(),
    ...base64Forms(Buffer.from(secret)),
  ];
}

/**
 * In both alphabets, with padding and without; and what is the same whatever comes before and after it (`user:…` of a
 * Basic login): by where the secret begins in a group of three bytes, all characters that are of it alone.
 */
function base64Forms(secret: Buffer): string[] {
  const embedded = [0, 1, 2].map((offset) => {
    const bits = (offset + secret.length) * 8;
    const encoded = Buffer.concat([Buffer.alloc(offset), secret]).toString('base64');
    return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(bits / 6));
  });
  // A short one is in too many texts by chance.
  const parts = embedded.filter((form) => form.length >= 2 * SHORTEST);
  const standard = [secret.toString('base64'), secret.toString('base64').replace(/=+$/, ''), ...parts];
  return standard.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}
