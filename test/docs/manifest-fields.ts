/** The tables of docs/manifests.md that say of every field of the API what Drover does with it. */
import { groupBy } from '../../plan/group-by';
import { SCHEMAS, type Kind } from '../../plan/manifests/kinds';
import { fieldsOf, keyOf, type ReadField } from './field-walk';
import { code, table } from './markdown';

/** Markdown by the name of its place in the document. */
export function manifestParts(): Record<string, string> {
  const kinds = Object.keys(SCHEMAS) as Kind[];
  return { fields: kinds.map((kind) => `**${kind}**\n\n${tableOf(kind)}`).join('\n\n') };
}

/** Fields of one object of which one thing is said share a row. */
function tableOf(kind: Kind): string {
  const rows = groupBy(byObject(fieldsOf(kind)), ({ object, does, says, accepts }) =>
    JSON.stringify([object, does, says, accepts]),
  );
  return table(
    ['in', 'field', '', 'where, or why'],
    [...rows.values()].map((alike) => {
      const [first] = alike;
      return [
        code(first.object),
        alike.map(({ name }) => code(name)).join(', '),
        first.does,
        sentence(first),
      ];
    }),
  );
}

function byObject(fields: readonly ReadField[]): ReadField[] {
  return [...groupBy(fields, ({ object }) => object).values()].flat();
}

/** @throws where a field is honoured and nobody says where */
function sentence(field: ReadField): string {
  const { says, accepts, does } = field;
  if (says === null)
    throw new Error(`test/docs/honoured-fields.ts does not say where ${keyOf(field)} is honoured`);
  if (does !== 'refused' || accepts.length === 0) return says;
  return `${says}; ${accepts.map((value) => code(JSON.stringify(value))).join(', ')} is accepted`;
}
