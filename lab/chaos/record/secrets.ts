/** Looks for the lab's secrets in everything that was written while a storm raged. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { labLayout } from '../../layout';
import type { LabState } from '../../state';
import { heldBy } from '../check/no-secret';
import { type RecordedHistory, textOf } from './histories';

/** vCenter's password and the tokens of all kubeconfigs. */
function secretsOf(lab: LabState): string[] {
  const tokens = filesBelow(lab.dir)
    .filter((file) => /kubeconfig$|kubeconfigs\/[^/]+\.yaml$/.test(file))
    .flatMap((file) => readFileSync(file, 'utf8').match(/(?<=token: )\S+/g) ?? []);
  if (tokens.length === 0) throw new Error('no kubeconfig of the lab has a token');
  return [lab.vcenter.password, ...new Set(tokens)];
}

/** Where one was found: `place: secret 2`. vCenter's own files may hold them. */
export function foundSecrets(lab: LabState, histories: readonly RecordedHistory[]): string[] {
  const secrets = secretsOf(lab);
  const { vcenter } = labLayout(lab.dir);
  const logs = filesBelow(lab.dir).filter(
    (file) => /\.(log|jsonl)$/.test(file) && !file.startsWith(vcenter + sep),
  );
  const find = (place: string, text: string) =>
    heldBy(text, secrets).map((which) => `${place}: secret ${which}`);
  return [
    ...histories.flatMap(({ workflowId, history }) => find(`history of ${workflowId}`, textOf(history))),
    ...logs.flatMap((file) => find(file, readFileSync(file, 'utf8'))),
  ];
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return path.includes(`${sep}volumes`) ? [] : filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}
