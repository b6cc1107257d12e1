/** The state of a wave as it is answered: within one message, however many VMs it has. Pure. */
import type { WaveState, WaveVm } from '../temporal-api';
import { bytesOf, fitted, LARGEST_ANSWER } from '../fit';
import { countByGroup } from './counts';

/** Of an answer, for all that is no VM: problems, rules, holds, decisions. */
const MOST_BYTES_BESIDE = 160 * 1024;

/** @param from the first VM that is wanted; foreign data */
export function shownState(state: WaveState, from: unknown = 0): WaveState {
  const first = Number.isInteger(from) && Number(from) > 0 ? Number(from) : 0;
  const { vms, ...rest } = state;
  const beside = {
    ...rest,
    ...(state.phase !== 'resolving' && { counts: countByGroup(vms, state.rules?.groups ?? []) }),
  };
  const wanted = vms.slice(first);
  const room = LARGEST_ANSWER - bytesOf(beside);
  if (asManyAsFit(wanted, room).length === wanted.length) return { ...beside, vms: wanted };
  const small = fitted(beside, MOST_BYTES_BESIDE);
  const shown = asManyAsFit(wanted, LARGEST_ANSWER - bytesOf(small), (vm) => fitted(vm, SHORT_ROW));
  // At least one, so that pages end.
  if (shown.length === 0) shown.push(...wanted.slice(0, 1));
  const next = first + shown.length;
  return { ...small, vms: shown, ...(next < vms.length && { next }) };
}

/** Looks at no more of them than fit. */
function asManyAsFit(
  vms: readonly WaveVm[],
  mostBytes: number,
  shorten = (vm: WaveVm): WaveVm => vm,
): WaveVm[] {
  const shown: WaveVm[] = [];
  let left = mostBytes;
  for (const vm of vms) {
    const short = shorten(vm);
    left -= bytesOf(short) + 1;
    if (left < 0) break;
    shown.push(short);
  }
  return shown;
}

/** Bytes of a VM beside many others. */
const SHORT_ROW = 600;
