/**
 * How far an importer is, from the lines that it prints. CDI reads the metrics of its importers; the lab's importers
 * print their progress, and the stand-in reads it from the node's log files.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { kubeletLogs, podLogFolder, readLog, runLogFile } from '../../node/container-log';

export interface ImporterProgress {
  /** Percent of the whole disk, 0 to 100. */
  progress: number;
  /** Bytes that this start of the container has moved. */
  bytes: number;
}

export interface ImporterRun {
  podUid: string;
  /** How often its container had been restarted. */
  restarts: number;
}

const LAST_LINES = { timestamps: false, since: null, tailLines: 5 };

/** The last report of this run; null where it has made none. */
export function lastReport(nodeDir: string, { podUid, restarts }: ImporterRun): ImporterProgress | null {
  const file = runLogFile(logFolder(nodeDir, podUid), 'importer', restarts);
  return (
    readLog(file, LAST_LINES)
      .map(parseReport)
      .findLast((report) => report !== null) ?? null
  );
}

/** A kubelet names the folder of a Pod `namespace_name_uid`. */
function logFolder(nodeDir: string, podUid: string): string {
  const kubelets = kubeletLogs(nodeDir);
  const name = existsSync(kubelets)
    ? readdirSync(kubelets).find((folder) => folder.endsWith(`_${podUid}`))
    : undefined;
  return name === undefined ? podLogFolder(nodeDir, podUid) : join(kubelets, name);
}

/** What containerd writes between the time and the line. */
const STREAM = /^(?:stdout|stderr) [FP] /;

function parseReport(printed: string): ImporterProgress | null {
  const line = printed.replace(STREAM, '');
  if (!line.startsWith('{')) return null;
  try {
    const { progress, bytes } = JSON.parse(line) as Partial<ImporterProgress>;
    return typeof progress === 'number' && typeof bytes === 'number' ? { progress, bytes } : null;
  } catch {
    return null;
  }
}
