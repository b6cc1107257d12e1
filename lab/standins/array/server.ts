/**
 * The array's HTTP interface. docs/plugin-contract.md says what plugins use of it.
 *
 * Whoever asks for copies logs in as HTTP Basic with vCenter's login, where the array was given one: it answers others with
 * 401. The lab itself sets all else, without a login.
 *
 *   POST   /copies         {copyId, source, volumeHandle, capacityBytes, seconds?} → 201 and the copy
 *   GET    /copies/<id>    → {copyId, state: running | done | failed, bytesDone, bytesTotal, error?}
 *   DELETE /copies/<id>    stops and forgets it
 *   GET    /counters       → {imports: {"namespace/name": bytes}, copies: {"<id>": bytes}}
 *   POST   /faults         {source, times? | forever: true, message} makes copies of that disk fail half way
 *   DELETE /faults         clears them
 *   POST   /settings       {copySeconds, volumeHandle?, later?} how long copies and imports that start from now on take
 *                          at least; with a handle only the array's copies into that volume, also those that run.
 *                          `later` is for copies into it that begin after the next one
 *   POST   /cache          {volumeHandle, seconds} what copies that start from now on write to this volume stays for so
 *                          long in a cache; until it is flushed the copy runs, with all bytes counted
 *   POST   /power-cuts     {volumeHandle} loses what is in that cache, and fails the copies that run
 *   POST   /holds          {vm} makes copies and imports of that VM's disks stop half way
 *   DELETE /holds?vm=…     lets them go on; without a VM, all of them
 *   GET    /gate?source=…  answers when the copy of that disk may go on: what importers ask
 */
import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { keepIdleConnections } from '../../idle-connections';
import { readAll } from '../cluster';
import type { StorageArray } from './array';
import type { Counters } from './counters';
import { ArrayRefusal } from './refusal';
import type { Settings } from './settings';

const copySchema = z.object({
  copyId: z.string().min(1),
  source: z.string(),
  volumeHandle: z.string(),
  capacityBytes: z.number().int().positive(),
  seconds: z.number().nonnegative().optional(),
});

const faultSchema = z
  .object({
    source: z.string(),
    times: z.number().int().positive().optional(),
    forever: z.literal(true).optional(),
    message: z.string(),
  })
  .refine((fault) => (fault.times === undefined) !== (fault.forever === undefined), 'times or forever');

const settingsSchema = z.object({
  copySeconds: z.number().nonnegative(),
  volumeHandle: z.string().optional(),
  later: z.number().nonnegative().optional(),
});

const cacheSchema = z.object({ volumeHandle: z.string(), seconds: z.number().nonnegative() });

const powerCutSchema = z.object({ volumeHandle: z.string() });

export interface ArrayLogin {
  username: string;
  password: string;
}

const holdSchema = z.object({ vm: z.string().min(1) });

export interface ArrayServerParts {
  /** Whose copies it does; absent: everybody's. */
  login?: ArrayLogin | undefined;
  array: StorageArray;
  counters: Counters;
  settings: Settings;
}

/** Where an array writes its port, and where one that starts anew finds it. */
export function portFile(dir: string): string {
  return join(dir, 'array.port');
}

export interface ArrayServer {
  /** `http://ADDRESS:PORT` */
  url: string;
  stop(): Promise<void>;
}

interface Place {
  /** See {@link portFile}: plugins look for an array that starts again where it was. */
  file: string;
  /** Default 127.0.0.1. */
  address?: string | undefined;
}

export async function serveArray(
  parts: ArrayServerParts,
  { file, address = '127.0.0.1' }: Place,
): Promise<ArrayServer> {
  const server = createServer((request, response) => void answer(parts, request, response));
  keepIdleConnections(server);
  server.listen(existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  writeFileSync(file, String(port));
  return {
    url: `http://${address}:${port}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await parts.array.stop();
    },
  };
}

interface Answer {
  status: number;
  body: unknown;
}

async function answer(
  parts: ArrayServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body } = await handle(parts, request).catch(toAnswer);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function handle(parts: ArrayServerParts, request: IncomingMessage): Promise<Answer> {
  const { array, counters, settings } = parts;
  const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://array');
  const copyId = path.startsWith('/copies/') ? decodeURIComponent(path.slice('/copies/'.length)) : null;
  if (path.startsWith('/copies') && !isLoggedIn(request, parts.login)) {
    return { status: 401, body: { error: "the login is refused: this array takes vCenter's" } };
  }
  switch (`${request.method} ${copyId === null ? path : '/copies/<id>'}`) {
    case 'POST /copies':
      return { status: 201, body: array.start(copySchema.parse(await bodyOf(request))) };
    case 'GET /copies/<id>':
      return ok(array.find(copyId ?? ''));
    case 'DELETE /copies/<id>':
      await array.remove(copyId ?? '');
      return ok({});
    case 'GET /counters':
      return ok(counters.totals());
    case 'POST /faults': {
      const { source, times, message } = faultSchema.parse(await bodyOf(request));
      settings.addFault({ source, message, times: times ?? null });
      return ok({});
    }
    case 'DELETE /faults':
      settings.clearFaults();
      return ok({});
    case 'POST /settings':
      change(settings, settingsSchema.parse(await bodyOf(request)));
      return ok({});
    case 'POST /cache': {
      const { volumeHandle, seconds } = cacheSchema.parse(await bodyOf(request));
      settings.cacheWrites(volumeHandle, seconds);
      return ok({});
    }
    case 'POST /power-cuts':
      await array.cutPower(powerCutSchema.parse(await bodyOf(request)).volumeHandle);
      return ok({});
    case 'POST /holds':
      settings.hold(holdSchema.parse(await bodyOf(request)).vm);
      return ok({});
    case 'DELETE /holds':
      settings.release(searchParams.get('vm') ?? undefined);
      return ok({});
    case 'GET /gate':
      await settings.untilReleased(searchParams.get('source') ?? '');
      return ok({});
    default:
      return { status: 404, body: { error: `nothing at ${request.method} ${path}` } };
  }
}

function isLoggedIn({ headers }: IncomingMessage, login: ArrayLogin | undefined): boolean {
  if (login === undefined) return true;
  const given = Buffer.from(headers.authorization ?? '');
  const wanted = Buffer.from(
    `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`,
  );
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

type Change = z.infer<typeof settingsSchema>;

function change(settings: Settings, { copySeconds, volumeHandle, later }: Change): void {
  if (volumeHandle === undefined) settings.copySeconds = copySeconds;
  else settings.slowDown(volumeHandle, copySeconds, later);
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  return JSON.parse(await readAll(request)) as unknown;
}

function toAnswer(error: unknown): Answer {
  if (error instanceof ArrayRefusal) return { status: error.status, body: { error: error.message } };
  if (error instanceof z.ZodError || error instanceof SyntaxError) {
    return { status: 400, body: { error: 'the body is not what this path takes' } };
  }
  return { status: 500, body: { error: error instanceof Error ? error.message : String(error) } };
}
