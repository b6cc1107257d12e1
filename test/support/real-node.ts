/** Tests that need a real node: skipped, with the reason in their name, on a machine that takes none. */
import { realNodeObstacle } from '../../lab/real-node/prerequisites';

export function realNodeTests(tests: () => void): void {
  const obstacle = realNodeObstacle();
  if (obstacle === null) describe('the real node', tests);
  else test.skip(`the real node: ${obstacle}`, () => undefined);
}
