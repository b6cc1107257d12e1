/**
 * What the vCenter notes on VMs: custom attributes by SOAP, tags by its REST API. Whoever writes them there decides what they say.
 */
import { z } from 'zod';
import type { ReadNotes } from '../../plan/inventory';
import type { SourceNote } from '../../plan/source-notes';
import { inParallel } from '../in-parallel';
import { readSurviving } from './inventory';
import { readObject } from './property-collector';
import { RestRefusal, type RestSession } from './rest-session';
import type { Vim } from './session';
import { child, list, text } from './vim-value';

/** Definitions of attributes, attributes of one VM, tags of one VM: more are not looked at. */
const MOST_READ = 1_000;
/** Characters of a name, and of a value. */
const LONGEST_READ = 4_096;
/** VMs of which one call asks for tags. */
const VMS_AT_ONCE = 500;
/** Different tags of all these VMs: each takes a call. */
const MOST_TAGS = 500;
const CALLS_AT_ONCE = 8;

/** @param tags whether those are wanted, too */
export async function readNotes(
  vim: Vim,
  morefs: readonly string[],
  { tags: wantsTags }: { tags: boolean },
): Promise<ReadNotes> {
  // An ESXi host has no tags, and no REST API that knows of them.
  const asksTags = wantsTags && morefs.length > 0 && !vim.content.isHost;
  const [attributes, tags] = await Promise.all([
    readAttributes(vim, morefs),
    asksTags ? readTags(vim, morefs) : { tags: {}, fault: null },
  ]);
  return { attributes, ...tags };
}

async function readAttributes(vim: Vim, morefs: readonly string[]): Promise<ReadNotes['attributes']> {
  const { customFieldsManager } = vim.content;
  if (customFieldsManager === null) return {};
  const refs = morefs.map((value) => ({ type: 'VirtualMachine', value }));
  const [manager, vms] = await Promise.all([
    readObject(vim, customFieldsManager, ['field']),
    readSurviving(vim, refs, ['customValue']),
  ]);
  const names = new Map(
    listed(manager.props.get('field'), 'CustomFieldDef').flatMap((one) => {
      const [key, name] = [text(child(one, 'key')), text(child(one, 'name'))];
      return key === null || name === null ? [] : [[key, name] as const];
    }),
  );
  return Object.fromEntries(
    vms.map(({ ref, props }) => [
      ref.value,
      listed(props.get('customValue'), 'CustomFieldValue').flatMap((one): SourceNote[] => {
        const name = names.get(text(child(one, 'key')) ?? '');
        return name === undefined ? [] : [note(name, text(child(one, 'value')) ?? '')];
      }),
    ]),
  );
}

function listed(node: unknown, element: string): unknown[] {
  return list(child(node, element)).slice(0, MOST_READ);
}

function note(name: string, value: string): SourceNote {
  return { name: name.slice(0, LONGEST_READ), value: value.slice(0, LONGEST_READ) };
}

const associationsSchema = z.array(
  z.object({
    object_id: z.object({ id: z.string() }),
    tag_ids: z.array(z.string().max(LONGEST_READ)).nullish(),
  }),
);
const tagSchema = z.object({ name: z.string(), description: z.string().nullish() });

/** What the vCenter does not give is said, and ends nothing: the plan says whether it wants tags. */
async function readTags(vim: Vim, morefs: readonly string[]): Promise<Pick<ReadNotes, 'tags' | 'fault'>> {
  try {
    return await vim.rest(async (session) => {
      const ids = await readTagIds(session, morefs);
      const distinct = [...new Set([...ids.values()].flat())];
      if (distinct.length > MOST_TAGS) {
        return { tags: {}, fault: `the VMs have ${distinct.length} different tags, of at most ${MOST_TAGS}` };
      }
      const read = await inParallel(distinct, CALLS_AT_ONCE, (id) => readTag(session, id));
      const notes = new Map(distinct.map((id, place) => [id, read[place] ?? null]));
      const tags = [...ids].map(([moref, own]) => [moref, own.flatMap((id) => notes.get(id) ?? [])]);
      return { tags: Object.fromEntries(tags) as ReadNotes['tags'], fault: null };
    });
  } catch (error) {
    if (error instanceof RestRefusal) return { tags: {}, fault: error.message };
    throw error;
  }
}

async function readTagIds(session: RestSession, morefs: readonly string[]): Promise<Map<string, string[]>> {
  const ids = new Map<string, string[]>();
  for (let begin = 0; begin < morefs.length; begin += VMS_AT_ONCE) {
    const some = morefs.slice(begin, begin + VMS_AT_ONCE);
    const objects = some.map((id) => ({ type: 'VirtualMachine', id }));
    const answer = associationsSchema.safeParse((await session.tagsOnObjects(objects)) ?? []);
    if (!answer.success) throw new RestRefusal(200);
    for (const { object_id: object, tag_ids: own } of answer.data) {
      if (some.includes(object.id)) ids.set(object.id, (own ?? []).slice(0, MOST_READ));
    }
  }
  return ids;
}

/** Null where it was removed meanwhile. */
async function readTag(session: RestSession, id: string): Promise<SourceNote | null> {
  try {
    const { data } = tagSchema.safeParse(await session.tag(id));
    if (data === undefined) throw new RestRefusal(200);
    return note(data.name, data.description ?? '');
  } catch (error) {
    if (error instanceof RestRefusal && error.status === 404) return null;
    throw error;
  }
}
