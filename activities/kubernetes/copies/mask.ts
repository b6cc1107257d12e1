/** Removes the secrets that a plugin was given from the text that the plugin writes. */
import { USE } from '../../../plan/consent';
import { loginSecretName } from '../../../plan/names';
import type { DiskRequest } from '../../interfaces';
import type { ApiClient } from '../api/api-client';
import { type Secret, SECRETS } from '../api/kinds';
import { isOurs } from '../api/ownership';

export type Mask = (text: string) => string;

const STARS = '***';
/** Replaces each text whole, where Drover does not know the secrets that it would have to mask. */
export const WITHHOLD: Mask = () => '(withheld: the login by which it would be masked is gone)';
/** Characters. Shorter values (`1`, `san`) occur in any log, and reveal nothing. */
const SHORTEST = 4;
/** Keys of a copy's Secrets whose values are public. Logs about certificates contain the lines of `ca.crt`. */
const PUBLIC = new Set(['ca.crt']);

/** Masks the values that the disk's copier has in its Pod: the login's, and those in the vendor's own Secret. */
export async function readMask(api: ApiClient, { vm, disk }: DiskRequest): Promise<Mask> {
  const vendor = disk.method.kind === 'plugin' ? disk.method.secret : undefined;
  const find = (name: string) => api.find(SECRETS, { name, namespace: vm.namespace });
  const [login, own] = await Promise.all([
    find(loginSecretName(vm.baseName, disk.index)),
    vendor === undefined ? null : find(vendor),
  ]);
  if (login === null || (vendor !== undefined && own === null)) return WITHHOLD;
  // The request names the Secrets. Stars in the log of another's Secret would show which words that Secret holds.
  if (!isOurs(login, vm) || (own !== null && own.metadata?.labels?.[USE] !== 'plugin')) return WITHHOLD;
  return maskOf([login, ...(own === null ? [] : [own])].flatMap(valuesOf));
}

function valuesOf({ data = {} }: Secret): string[] {
  return Object.entries(data)
    .filter(([key]) => !PUBLIC.has(key))
    .map(([, value]) => Buffer.from(value, 'base64').toString('utf8'));
}

/**
 * Masks each secret as it is, and in the forms that programs print: encoded, escaped, line by line, each also
 * backwards. This prevents accidents. It does not stop a plugin that means to reveal a secret: such a plugin always
 * finds another form (docs/plugin-contract.md).
 */
export function maskOf(secrets: readonly string[]): Mask {
  const forms = secrets
    .flatMap((secret) => [...formsOf(secret), ...linesOf(secret)])
    .filter((form) => form.trim().length >= SHORTEST);
  // Longest first: a short form that is part of a long one must not leave the rest of the long one readable.
  const all = [...new Set(forms.flatMap((form) => [form, reversed(form)]))].sort(
    (one, other) => other.length - one.length,
  );
  return (text) => all.reduce((masked, form) => masked.replaceAll(form, STARS), text);
}

/**
 * Two forms of each line of a longer secret, such as a key in PEM. Only two: a secret may have thousands of lines, and
 * the mask looks for each form in each line of the log.
 */
function linesOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/);
  return lines.length === 1 ? [] : lines.flatMap((line) => [line, Buffer.from(line).toString('base64')]);
}

function formsOf(secret: string): string[] {
  // Every digest contains the few hexadecimal digits of a shorter secret.
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
 * Base64 of the secret in both alphabets, with and without padding. A secret may also be encoded within a longer text
 * (as after `user:` in a Basic login). It can begin at each of the three bytes of a base64 group: for each, the forms
 * hold the characters that depend on the secret alone.
 */
function base64Forms(secret: Buffer): string[] {
  const embedded = [0, 1, 2].map((offset) => {
    const bits = (offset + secret.length) * 8;
    const encoded = Buffer.concat([Buffer.alloc(offset), secret]).toString('base64');
    return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(bits / 6));
  });
  // Too many texts contain a short form by chance.
  const parts = embedded.filter((form) => form.length >= 2 * SHORTEST);
  const standard = [secret.toString('base64'), secret.toString('base64').replace(/=+$/, ''), ...parts];
  return standard.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}
