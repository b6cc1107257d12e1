/** The control plane's programs: downloaded where that works, built where it does not. */
import { type Archive, controlPlaneArchives } from './archives';
import { buildKubernetes, intoFolder } from './build';
import { downloadPrograms, NotDownloaded, type Patience } from './download';
import type { Log } from './log';

interface Fetching {
  version: string;
  log: Log;
  /** Default: what the projects publish. */
  archives?: readonly Archive[];
  patience?: Patience;
  /** Makes what is not in the folder; default: with Go. */
  build?: (folder: string, version: string, log: Log) => Promise<void>;
}

/** @throws Error where a program can't be built either, with the compiler's last words */
export async function fetchKubernetes(folder: string, fetching: Fetching): Promise<void> {
  const { version, log, archives = controlPlaneArchives(version), build = buildKubernetes } = fetching;
  await intoFolder(folder, async (fresh) => {
    await Promise.all(archives.map((archive) => tryDownload(archive, fresh, fetching)));
    await build(fresh, version, log);
  });
}

async function tryDownload(archive: Archive, folder: string, { log, patience }: Fetching): Promise<void> {
  try {
    await downloadPrograms(archive, folder, { log, ...(patience === undefined ? {} : { patience }) });
  } catch (error) {
    if (!(error instanceof NotDownloaded)) throw error;
    log(`${archive.name} could not be downloaded, and is built instead: ${error.message}`);
  }
}
