/** The upstream APIs' types, read from the declarations that their maintainers generate from the same source as the CRDs. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

export type ApiPackage = 'kubevirt' | 'containerized-data-importer';

/** One field of an interface: its JSON name, its TypeScript type as a syntax tree, and whether it may be absent. */
export interface Field {
  name: string;
  type: ts.TypeNode;
  optional: boolean;
}

/** The declarations of one package by name. */
export interface Declarations {
  /** Fields of an interface, or null where the name is not an interface (an enumeration). */
  fields(name: string): Field[] | null;
}

/** JSON names that the declarations spell otherwise, because TypeScript reserves them. */
const JSON_NAMES: Readonly<Record<string, string>> = { _default: 'default', _in: 'in' };

export function readDeclarations(api: ApiPackage): Declarations {
  const file = join(dirname(require.resolve(`@kubevirt-ui-ext/kubevirt-api/${api}`)), 'index.d.ts');
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  const interfaces = new Map(
    source.statements.filter(ts.isInterfaceDeclaration).map((declared) => [declared.name.text, declared]),
  );
  return {
    fields: (name) => interfaces.get(name)?.members.filter(ts.isPropertySignature).map(toField) ?? null,
  };
}

function toField(member: ts.PropertySignature): Field {
  const name = member.name.getText();
  if (member.type === undefined) throw new Error(`the field ${name} has no type`);
  return { name: JSON_NAMES[name] ?? name, type: member.type, optional: member.questionToken !== undefined };
}
