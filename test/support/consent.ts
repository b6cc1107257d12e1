/** What owners say who agree to everything that tests do. */
import { IMAGES, SERVERS, TARGET_NAMESPACES, USE } from '../../plan/consent';

/** Metadata of a Provider's Secret. */
export function agreeing(servers = 'vcenter.example.com') {
  return {
    labels: { [USE]: 'provider' },
    annotations: { [SERVERS]: servers, [TARGET_NAMESPACES]: '*', [IMAGES]: 'lab.drover.dev/*' },
  };
}
