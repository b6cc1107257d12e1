/** How the clock of a vCenter differs from ours. */
import { SERVICE_INSTANCE, type Vim } from './session';
import { moment } from './vim-value';

/**
 * Whole seconds that vCenter's clock is certainly ahead (negative: behind), however long its answer took; null where it gives no time.
 */
export async function readSkew({ call }: Vim, now: () => number = Date.now): Promise<number | null> {
  const asked = now();
  const said = moment(await call('CurrentTime', { _this: SERVICE_INSTANCE }));
  const answered = now();
  if (said === null) return null;
  const theirs = Date.parse(said);
  const ahead = Math.floor(Math.max(0, theirs - answered) / 1000);
  const behind = Math.floor(Math.max(0, asked - theirs) / 1000);
  return ahead - behind;
}
