/** A wave's report for spreadsheets and scripts: a row for each VM. */
import { describeDecision } from '../decision';
import { stringify } from 'csv-stringify/sync';
import {
  PHASES,
  WAIT_CAUSES,
  type Phase,
  type VmSummary,
  type WaveResult,
} from '../../../workflows/temporal-api';

type Cell = string | number | null | undefined;

const FIRST_COLUMNS: Readonly<Record<string, (vm: VmSummary) => Cell>> = {
  vm: ({ name }) => name,
  target: ({ target }) => target,
  group: ({ group }) => group,
  outcome: ({ outcome }) => outcome,
  disks: ({ disks }) => disks,
  bytes: ({ bytes }) => bytes,
  methods: ({ methods }) => methods.join(' + '),
  downtimeSeconds: ({ downtimeSeconds }) => downtimeSeconds,
  copySeconds: ({ phaseSeconds }) => phaseSeconds.copy,
  convertSeconds: ({ phaseSeconds }) => phaseSeconds.convert,
  failure: ({ failure }) => failure?.kind,
  message: ({ failure }) => failure?.message,
  startedAt: ({ startedAt }) => startedAt,
  endedAt: ({ endedAt }) => endedAt,
  attempts: ({ attempts }) => attempts,
  estimatedCopySecondsLow: ({ estimatedCopySeconds }) => estimatedCopySeconds?.[0],
  estimatedCopySecondsHigh: ({ estimatedCopySeconds }) => estimatedCopySeconds?.[1],
  decisions: ({ decisions = [] }) => decisions.map(describeDecision).join('; '),
};

const WAITS = Object.fromEntries(
  WAIT_CAUSES.map((cause) => [
    columnName('waited-for', cause),
    ({ waitSeconds }: VmSummary): Cell => waitSeconds?.[cause],
  ]),
);

const OTHER_PHASES = Object.fromEntries(
  PHASES.filter((phase) => phase !== 'copy' && phase !== 'convert').map((phase: Phase) => [
    columnName(phase),
    ({ phaseSeconds }: VmSummary): Cell => phaseSeconds[phase],
  ]),
);

const COLUMNS = { ...FIRST_COLUMNS, ...WAITS, ...OTHER_PHASES };

/** `stop-source` → `stopSourceSeconds`. */
function columnName(...words: string[]): string {
  return `${words.join('-')}-seconds`.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * As RFC 4180 has it. A text that a spreadsheet would read as a formula begins with an apostrophe. Columns keep their
 * names; a new version may add some.
 */
export function renderWaveCsv({ results }: Pick<WaveResult, 'results'>): string {
  const rows = results.map((vm) => Object.values(COLUMNS).map((column) => column(vm)));
  return stringify([Object.keys(COLUMNS), ...rows], {
    record_delimiter: '\r\n',
    escape_formulas: true,
    // The library quotes for the whole delimiter; a reader may take half of it for the end of a row, too.
    quoted_match: /[\r\n]/,
  });
}
