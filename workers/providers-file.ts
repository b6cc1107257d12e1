/** The file of Providers that the operator of a worker registers, read once, at the worker's start. */
import { resolve } from 'node:path';
import { readFiles } from '../client/read-files';
import { DroverError, invalidInput } from '../client/errors';
import { MOST_FILE_BYTES } from '../plan/limits';
import type { ProviderManifest } from '../plan/manifests/provider';
import { refuses } from '../plan/problem';
import { readManifests } from '../plan/read-manifests';
import { readProviders } from '../plan/read-providers';
import { readText } from '../plan/read-text';

/**
 * None where the variable names no file. A file without a Provider is refused: its operator meant some.
 *
 * @throws `InvalidInput` with every problem at its file, line and field.
 */
export async function readProvidersFile(path: string | null): Promise<ProviderManifest[]> {
  if (path === null) return [];
  const [{ file, bytes } = NOTHING] = await readFiles([resolve(path)], MOST_FILE_BYTES).catch(named);
  const text = readText(file, bytes);
  if ('problem' in text) throw invalidInput([text.problem]);
  const read = readManifests([{ file, text: text.text }]);
  const { providers, problems } = readProviders(read.manifests);
  const all = [...read.problems, ...problems.map(read.locate)];
  if (refuses(all)) throw invalidInput(all);
  if (providers.length === 0)
    throw new DroverError(
      'InvalidInput',
      `DROVER_PROVIDERS: ${file} holds no Provider; add one, or unset it`,
    );
  return providers;
}

const NOTHING = { file: '', bytes: new Uint8Array() };

/** A manifest's error says what is wrong with the file; this adds the variable that names the file. */
function named(error: unknown): never {
  if (!(error instanceof DroverError)) throw error;
  throw new DroverError(error.code, `DROVER_PROVIDERS: ${error.message}`, { cause: error });
}
