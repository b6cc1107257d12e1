/**
 * The repository's own programs in Go: folders of lab/ and an example, each built once per content of its sources. Beside them
 * programs of others, each of which a folder's go.mod pins.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Log } from './log';
import { intoFolder, runGo } from './build';
import { cacheDir } from './cache';
import { packagePath } from './package-path';

/** Program, which is also its folder's name → how a build is announced. */
const PROGRAMS = {
  vcsim: 'building the simulated vCenter',
  importer: "building the lab's importer",
  spawner: "building the spawner of the lab's node",
  registry: "building the lab's image registry",
  oci: "building the maker of the lab's images",
  kustomize: 'building kustomize, which renders what is deployed',
  'offload-plugin-go': 'building the example of an offload plugin in Go',
  csi: 'building the CSI driver of the real node',
  'csi-sanity': "building the CSI specification's own tests",
  'csi-provisioner': 'building external-provisioner',
  'kubevirt-admission': "building KubeVirt's own judgement of machines",
};

interface Pinned {
  /** Folder of lab/ whose go.mod says which version. */
  folder: string;
  /** The package that holds the program's main. */
  source: string;
}

const OF_OTHERS: Partial<Record<keyof typeof PROGRAMS, Pinned>> = {
  'csi-sanity': { folder: 'csi', source: 'github.com/kubernetes-csi/csi-test/v5/cmd/csi-sanity' },
  'csi-provisioner': {
    folder: 'csi-provisioner',
    source: 'github.com/kubernetes-csi/external-provisioner/v5/cmd/csi-provisioner',
  },
};

export type OwnProgram = keyof typeof PROGRAMS;

/** Where the program is, or will be once it is built: a folder of the cache that is named for the sources' content. */
export function programPath(program: OwnProgram): string {
  const hash = hashes.get(program) ?? hashOf(sourcesOf(program));
  hashes.set(program, hash);
  return join(cacheDir(), `${program}-${hash}`, program);
}

/** Kept, because every start of a container asks for it. */
const hashes = new Map<OwnProgram, string>();

/**
 * Path of the program, built if it is not there yet.
 * @throws Error with the compiler's last lines.
 */
export async function buildProgram(program: OwnProgram, log: Log): Promise<string> {
  const binary = programPath(program);
  if (!existsSync(binary)) {
    await intoFolder(dirname(binary), (fresh) =>
      runGo({
        title: PROGRAMS[program],
        args: [
          'build',
          '-buildvcs=false',
          '-ldflags',
          '-s -w',
          '-o',
          join(fresh, program),
          sourceOf(program),
        ],
        cwd: sourcesOf(program),
        log,
      }),
    );
  }
  return binary;
}

function sourcesOf(program: OwnProgram): string {
  const folder = OF_OTHERS[program]?.folder ?? program;
  return packagePath(program === 'offload-plugin-go' ? 'examples' : 'lab', folder);
}

function sourceOf(program: OwnProgram): string {
  return OF_OTHERS[program]?.source ?? '.';
}

function hashOf(sources: string): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(sources).sort()) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(sources, file)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}
